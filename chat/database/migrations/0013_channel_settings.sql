-- Channels that new people are in, how long messages are kept (null: as the organisation says, -1: for ever), and the
-- group whose members may put others out.

ALTER TABLE channel
    ADD COLUMN is_default boolean NOT NULL DEFAULT false,
    ADD COLUMN message_retention_days int,
    ADD COLUMN can_remove_subscribers_group int NOT NULL DEFAULT 6;
