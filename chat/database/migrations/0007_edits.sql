-- Editing: when a message was last edited, what it was before each time (newest first, as the wire has it), and how often
-- its text changed, by which a rendering made meanwhile of an older text is recognised.
ALTER TABLE message ADD COLUMN last_edit_time timestamptz;
ALTER TABLE message ADD COLUMN edit_history jsonb;
ALTER TABLE message ADD COLUMN content_version int NOT NULL DEFAULT 0;

-- The server's own voice. Its id lies above those that people get.
ALTER TABLE user_profile ADD COLUMN is_system boolean NOT NULL DEFAULT false;
INSERT INTO user_profile (id, email, full_name, role, is_bot, bot_type, is_system) OVERRIDING SYSTEM VALUE
    VALUES (2000000001, 'notification-bot@plait.invalid', 'Notification Bot', 400, true, 1, true);
