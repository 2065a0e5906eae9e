-- Ways in: invitations, and one-time links that prove that somebody reads the mail of an address.

-- To one address, or (link_token) a link for whoever has it. What goes by mail is kept as a hash alone.
CREATE TABLE invitation (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    token_hash      bytea NOT NULL UNIQUE,
    link_token      text,
    email           text,
    inviter_id      int NOT NULL REFERENCES user_profile (id),
    role            smallint NOT NULL CHECK (role IN (100, 200, 300, 400, 600)),
    channel_ids     int[] NOT NULL,
    with_defaults   boolean NOT NULL,
    tells_inviter   boolean NOT NULL,
    created         timestamptz NOT NULL DEFAULT now(),
    expires         timestamptz,
    CHECK ((email IS NULL) <> (link_token IS NULL))
);
CREATE INDEX invitation_inviter ON invitation (inviter_id, created);

-- sign-up: a new person's address; reset-password: a person's; change-address: a person's next one.
CREATE TABLE confirmation (
    token_hash      bytea PRIMARY KEY,
    purpose         text NOT NULL CHECK (purpose IN ('sign-up', 'reset-password', 'change-address')),
    email           text NOT NULL,
    user_id         int REFERENCES user_profile (id) ON DELETE CASCADE,
    invitation_id   int REFERENCES invitation (id) ON DELETE CASCADE,
    expires         timestamptz NOT NULL
);
CREATE INDEX confirmation_expires ON confirmation (expires);
CREATE INDEX confirmation_user ON confirmation (user_id);

-- From where people may come, while the organisation restricts it.
CREATE TABLE realm_domain (
    domain          text PRIMARY KEY,
    allow_subdomains boolean NOT NULL
);
