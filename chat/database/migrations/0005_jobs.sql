-- Work that is done after its cause: written in the transaction that causes it, deleted when it is done.

-- The first table of this name was never written to.
DROP TABLE job;
CREATE TABLE job (
    id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    queue           text NOT NULL,
    payload         jsonb NOT NULL,
    not_before      timestamptz NOT NULL,
    date_created    timestamptz NOT NULL DEFAULT now(),
    -- How often it was tried and failed, or was begun by a server that did not live to see the end.
    attempts        int NOT NULL DEFAULT 0,
    last_error      text NOT NULL DEFAULT '',
    -- When it was given up. It stays for administrators to see, to try again or to delete.
    failed_at       timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX job_due ON job (queue, not_before, id) WHERE failed_at IS NULL;
CREATE INDEX job_failed ON job (id) WHERE failed_at IS NOT NULL;
