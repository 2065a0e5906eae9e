-- Since when it is known that no message shows a file; null while one does, or before anybody looked.
ALTER TABLE attachment ADD COLUMN unused_since timestamptz;
