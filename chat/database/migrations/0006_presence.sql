-- Who was here when, written now and then, and the statuses that people set.

CREATE TABLE presence (
    user_id         int PRIMARY KEY REFERENCES user_profile (id) ON DELETE CASCADE,
    active_at       timestamptz NOT NULL,
    connected_at    timestamptz NOT NULL,
    update_id       bigint NOT NULL
);

CREATE TABLE user_status (
    user_id         int PRIMARY KEY REFERENCES user_profile (id) ON DELETE CASCADE,
    text            text NOT NULL,
    emoji_name      text NOT NULL,
    emoji_code      text NOT NULL,
    reaction_type   text NOT NULL,
    last_updated    timestamptz NOT NULL DEFAULT now()
);
