-- What one wants to be told of in a channel; NULL: as one's own settings say.
ALTER TABLE subscription
    ADD COLUMN desktop_notifications boolean,
    ADD COLUMN audible_notifications boolean,
    ADD COLUMN push_notifications boolean,
    ADD COLUMN email_notifications boolean,
    ADD COLUMN wildcard_mentions_notify boolean;

-- Messages that someone is to be told of by e-mail, if they are still unread when the time has come. The job that does
-- it is written with a person's first row, and takes all of them.
CREATE TABLE missed_email (
    user_id integer NOT NULL REFERENCES user_profile,
    message_id integer NOT NULL REFERENCES message ON DELETE CASCADE,
    reason text NOT NULL,
    group_id integer,
    PRIMARY KEY (user_id, message_id)
);
CREATE INDEX missed_email_message ON missed_email (message_id);
