-- What an organisation asks its people to tell of themselves, in order, and what they tell. `rendered` is the HTML of
-- values that are text.

CREATE TABLE custom_profile_field (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    type            smallint NOT NULL CHECK (type BETWEEN 1 AND 8),
    name            text NOT NULL,
    hint            text NOT NULL DEFAULT '',
    field_data      text NOT NULL DEFAULT '',
    is_required     boolean NOT NULL DEFAULT false,
    in_summary      boolean NOT NULL DEFAULT false,
    position        int NOT NULL
);
CREATE UNIQUE INDEX custom_profile_field_name ON custom_profile_field (lower(name));

CREATE TABLE profile_value (
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    field_id        int NOT NULL REFERENCES custom_profile_field (id) ON DELETE CASCADE,
    value           text NOT NULL,
    rendered        text,
    PRIMARY KEY (user_id, field_id)
);
