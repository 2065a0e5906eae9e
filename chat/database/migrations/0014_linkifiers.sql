-- Patterns that become links in messages and topics, in order; and places where code of a language can be run.

CREATE TABLE linkifier (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    pattern         text NOT NULL UNIQUE,
    url_template    text NOT NULL,
    position        int NOT NULL
);

CREATE TABLE playground (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name            text NOT NULL,
    pygments_language text NOT NULL,
    url_template    text NOT NULL,
    UNIQUE (pygments_language, name)
);
