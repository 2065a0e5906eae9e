-- Alert words, topic policies, muted people, drafts, scheduled messages: what people set for themselves.

CREATE TABLE alert_word (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    word            text NOT NULL
);
CREATE UNIQUE INDEX alert_word_of_user ON alert_word (user_id, lower(word));

-- Topics someone muted (1), unmuted within a muted channel (2), or follows (3). No row: as the channel.
CREATE TABLE user_topic (
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    channel_id      int NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    topic           text NOT NULL,
    policy          smallint NOT NULL CHECK (policy IN (1, 2, 3)),
    last_updated    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX user_topic_of_user ON user_topic (user_id, channel_id, lower(topic));

CREATE TABLE muted_user (
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    muted_user_id   int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    date_muted      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, muted_user_id)
);

CREATE TABLE draft (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    type            text NOT NULL CHECK (type IN ('', 'stream', 'private')),
    recipients      int[] NOT NULL,
    topic           text NOT NULL,
    content         text NOT NULL,
    last_edited     timestamptz NOT NULL
);
CREATE INDEX draft_of_user ON draft (user_id, last_edited);

-- A row lives until its message is sent. `token` is the message's name in `message.local_id`: sending it again after a
-- crash finds the message that was sent, so none is sent twice.
CREATE TABLE scheduled_message (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    channel_id      int REFERENCES channel (id),
    user_ids        int[] NOT NULL DEFAULT '{}',
    topic           text NOT NULL DEFAULT '',
    content         text NOT NULL,
    rendered_content text NOT NULL,
    deliver_at      timestamptz NOT NULL,
    client          text NOT NULL,
    read_by_sender  boolean,
    failed          boolean NOT NULL DEFAULT false,
    token           text NOT NULL
);
CREATE INDEX scheduled_message_of_user ON scheduled_message (user_id, deliver_at);
CREATE INDEX scheduled_message_due ON scheduled_message (deliver_at) WHERE NOT failed;
