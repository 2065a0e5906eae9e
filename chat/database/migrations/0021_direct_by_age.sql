-- Direct messages by age: what is to be kept for so many days only is found from its old end.
CREATE INDEX message_direct ON message (id) WHERE channel_id IS NULL;
