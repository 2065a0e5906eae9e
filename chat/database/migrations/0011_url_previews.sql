-- What was found at links, for a while; an empty preview says that there was nothing.
CREATE TABLE url_preview (
    url_hash        bytea PRIMARY KEY,
    url             text NOT NULL,
    preview         jsonb NOT NULL,
    expires         timestamptz NOT NULL
);
CREATE INDEX url_preview_expires ON url_preview (expires);
