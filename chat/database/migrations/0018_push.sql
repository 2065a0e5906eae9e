-- Where pushes go: browsers (an address of their push service, and keys) and phones (a token, known to a bouncer).
CREATE TABLE push_device (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id integer NOT NULL REFERENCES user_profile,
    kind smallint NOT NULL, -- 1 browser, 2 Android, 3 Apple
    token text NOT NULL,
    p256dh text,
    auth text,
    app_id text,
    created timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, token)
);
CREATE INDEX push_device_user ON push_device (user_id);

-- Messages that somebody's devices show, so that they are taken down once read.
CREATE TABLE pushed_message (
    user_id integer NOT NULL REFERENCES user_profile,
    message_id integer NOT NULL REFERENCES message ON DELETE CASCADE,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX pushed_message_message ON pushed_message (message_id);
