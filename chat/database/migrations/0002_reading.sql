-- People who have been away for long get no row per message; they catch up when they return.
ALTER TABLE user_profile ADD COLUMN last_active timestamptz NOT NULL DEFAULT now();
ALTER TABLE user_profile ADD COLUMN caught_up_to int;

-- Mentions and alert words: few among many.
CREATE INDEX user_message_concerned ON user_message (user_id, message_id) WHERE flags & 120 <> 0;
