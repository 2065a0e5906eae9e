-- Uploaded files, and the organisation's own emoji.
SELECT 1;
