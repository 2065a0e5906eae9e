-- Uploaded files, the organisation's own emoji, and people's pictures.

-- What lies on disk under the data folder; the token in its path names it there.
CREATE TABLE attachment (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    path_id         text NOT NULL UNIQUE,
    owner_id        int NOT NULL REFERENCES user_profile (id),
    name            text NOT NULL,
    content_type    text NOT NULL,
    size            bigint NOT NULL,
    date_created    timestamptz NOT NULL DEFAULT now(),
    -- Of a picture that has thumbnails.
    width           int,
    height          int,
    is_animated     boolean NOT NULL DEFAULT false
);
CREATE INDEX attachment_owner ON attachment (owner_id, id);

-- Which messages show a file. It is for those who can read one of them, and for its owner. No foreign keys: a file that
-- is deleted just then must not make a send fail.
CREATE TABLE attachment_message (
    attachment_id   int NOT NULL,
    message_id      int NOT NULL,
    PRIMARY KEY (attachment_id, message_id)
);
CREATE INDEX attachment_message_message ON attachment_message (message_id);

-- The sum of all sizes, so that the quota is checked without adding them up.
CREATE TABLE upload_space (
    id              int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    bytes           bigint NOT NULL DEFAULT 0
);
INSERT INTO upload_space DEFAULT VALUES;

-- Deactivated emoji stay: old reactions show them.
CREATE TABLE custom_emoji (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name            text NOT NULL,
    token           text NOT NULL UNIQUE,
    extension       text NOT NULL,
    is_animated     boolean NOT NULL DEFAULT false,
    author_id       int REFERENCES user_profile (id),
    is_deactivated  boolean NOT NULL DEFAULT false,
    date_created    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX custom_emoji_name ON custom_emoji (name) WHERE NOT is_deactivated;

-- The token of a person's own picture; none: the one that is drawn for them.
ALTER TABLE user_profile ADD COLUMN avatar_token text;
