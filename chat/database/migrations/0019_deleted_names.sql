-- The senders' own names of messages that were deleted, for as long as somebody may send one again by mistake: who
-- retransmits what was deleted meanwhile is answered as before, and sends nothing.
CREATE TABLE deleted_message (
    sender_id       int NOT NULL,
    queue_id        text NOT NULL,
    local_id        text NOT NULL,
    message_id      int NOT NULL,
    recipient_id    int NOT NULL,
    date_deleted    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sender_id, queue_id, local_id)
);
CREATE INDEX deleted_message_date ON deleted_message (date_deleted);
