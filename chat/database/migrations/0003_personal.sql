-- Alert words, drafts, scheduled messages, topic policies, muted people.
SELECT 1;
