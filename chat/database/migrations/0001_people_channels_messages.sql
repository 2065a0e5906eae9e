-- People, channels, conversations, messages: the first schema.
-- Times are timestamptz; what is looked up by text regardless of case has a unique index on lower().

CREATE TABLE organisation (
    id              int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    name            text NOT NULL,
    description     text NOT NULL DEFAULT '',
    date_created    timestamptz NOT NULL DEFAULT now()
);

-- Server-wide secrets (the key that signs things), made once.
CREATE TABLE secret (
    name            text PRIMARY KEY,
    value           bytea NOT NULL
);

CREATE TABLE user_profile (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    email           text NOT NULL,
    full_name       text NOT NULL,
    role            smallint NOT NULL CHECK (role IN (100, 200, 300, 400, 600)),
    is_active       boolean NOT NULL DEFAULT true,
    is_bot          boolean NOT NULL DEFAULT false,
    bot_type        smallint,
    bot_owner_id    int REFERENCES user_profile (id),
    password_hash   text,
    date_joined     timestamptz NOT NULL DEFAULT now(),
    timezone        text NOT NULL DEFAULT '',
    avatar_version  int NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX user_profile_email ON user_profile (lower(email));

-- API keys and browser sessions: only hashes of them, several per person, each revocable.
CREATE TABLE api_key (
    key_hash        bytea PRIMARY KEY,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    created         timestamptz NOT NULL DEFAULT now(),
    name            text NOT NULL DEFAULT ''
);
CREATE INDEX api_key_of_user ON api_key (user_id);

CREATE TABLE session (
    token_hash      bytea PRIMARY KEY,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    created         timestamptz NOT NULL DEFAULT now(),
    user_agent      text NOT NULL DEFAULT ''
);
CREATE INDEX session_of_user ON session (user_id);

-- A conversation: a channel, or a set of people (ascending ids, the sender among them).
CREATE TABLE recipient (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_ids        int[]
);
CREATE UNIQUE INDEX recipient_user_ids ON recipient (user_ids) WHERE user_ids IS NOT NULL;
CREATE INDEX recipient_users ON recipient USING gin (user_ids);

CREATE TABLE channel (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name            text NOT NULL,
    description     text NOT NULL DEFAULT '',
    rendered_description text NOT NULL DEFAULT '',
    creator_id      int REFERENCES user_profile (id),
    date_created    timestamptz NOT NULL DEFAULT now(),
    invite_only     boolean NOT NULL DEFAULT false,
    history_public_to_subscribers boolean NOT NULL DEFAULT true,
    post_policy     smallint NOT NULL DEFAULT 1,
    recipient_id    int NOT NULL REFERENCES recipient (id),
    is_archived     boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX channel_name ON channel (lower(name)) WHERE NOT is_archived;

CREATE TABLE subscription (
    user_id         int NOT NULL REFERENCES user_profile (id),
    channel_id      int NOT NULL REFERENCES channel (id),
    color           text NOT NULL,
    is_muted        boolean NOT NULL DEFAULT false,
    pin_to_top      boolean NOT NULL DEFAULT false,
    is_active       boolean NOT NULL DEFAULT true,
    PRIMARY KEY (user_id, channel_id)
);
CREATE INDEX subscription_channel ON subscription (channel_id);

-- queue_id and local_id are the sender's own name for the message: a retransmission carries the same pair and is
-- recognised by it. Every message has one (the server makes it up where the client gave none), so that a write whose
-- outcome was lost with a connection can be tried again.
CREATE TABLE message (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    sender_id       int NOT NULL,
    recipient_id    int NOT NULL,
    channel_id      int,
    topic           text NOT NULL DEFAULT '',
    content         text NOT NULL,
    rendered_content text NOT NULL,
    date_sent       timestamptz NOT NULL DEFAULT now(),
    client          text NOT NULL DEFAULT '',
    has_link        boolean NOT NULL DEFAULT false,
    has_image       boolean NOT NULL DEFAULT false,
    has_attachment  boolean NOT NULL DEFAULT false,
    queue_id        text NOT NULL,
    local_id        text NOT NULL,
    search          tsvector NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX message_sent_as ON message (sender_id, queue_id, local_id);
CREATE INDEX message_conversation ON message (recipient_id, id);
CREATE INDEX message_topic ON message (channel_id, lower(topic), id) WHERE channel_id IS NOT NULL;
CREATE INDEX message_sender ON message (sender_id, id);
CREATE INDEX message_search ON message USING gin (search);

-- One row a recipient. No foreign keys: a send writes one row for each of thousands of people, and each key would cost
-- a look-up a row; both ids come from the statement that wrote the message.
CREATE TABLE user_message (
    user_id         int NOT NULL,
    message_id      int NOT NULL,
    flags           int NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX user_message_unread ON user_message (user_id, message_id) WHERE flags & 1 = 0;
CREATE INDEX user_message_starred ON user_message (user_id, message_id) WHERE flags & 2 <> 0;
CREATE INDEX user_message_message ON user_message (message_id);

CREATE TABLE reaction (
    message_id      int NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    user_id         int NOT NULL REFERENCES user_profile (id),
    emoji_name      text NOT NULL,
    emoji_code      text NOT NULL,
    reaction_type   text NOT NULL,
    date_added      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (message_id, user_id, reaction_type, emoji_code)
);

-- Deferred work, written in the transaction that causes it.
CREATE TABLE job (
    id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    queue           text NOT NULL,
    payload         jsonb NOT NULL,
    created         timestamptz NOT NULL DEFAULT now(),
    attempts        smallint NOT NULL DEFAULT 0,
    failed          timestamptz
);

-- One-time links: creating the organisation, and later invitations and resets. Only a hash of each.
CREATE TABLE one_time_link (
    token_hash      bytea PRIMARY KEY,
    purpose         text NOT NULL,
    created         timestamptz NOT NULL DEFAULT now(),
    expires         timestamptz NOT NULL
);
