-- Polls and todo lists: what a message's text began as, and everything that people did with it since.
CREATE TABLE submessage (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    message_id      int NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    sender_id       int NOT NULL,
    msg_type        text NOT NULL,
    content         text NOT NULL
);
CREATE INDEX submessage_of_message ON submessage (message_id, id);
ALTER TABLE message ADD COLUMN has_widget boolean NOT NULL DEFAULT false;
