-- What bots have beyond an account. What must be read again (the key itself, the token that an outgoing webhook knows
-- us by, configuration with its secrets) is sealed under a secret that is not in the database; api_key holds the hash.
CREATE TABLE bot (
    user_id         int PRIMARY KEY REFERENCES user_profile (id) ON DELETE CASCADE,
    sealed_key      bytea NOT NULL,
    sending_channel_id int REFERENCES channel (id) ON DELETE SET NULL,
    register_channel_id int REFERENCES channel (id) ON DELETE SET NULL,
    hears_all_public boolean NOT NULL DEFAULT false,
    service_name    text NOT NULL DEFAULT '',
    base_url        text NOT NULL DEFAULT '',
    interface       smallint NOT NULL DEFAULT 1,
    sealed_token    bytea NOT NULL,
    sealed_config   bytea NOT NULL
);

-- What a bot keeps for itself. The number of characters is there so that the bound can be held without reading values.
CREATE TABLE bot_storage (
    bot_id          int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    key             text NOT NULL,
    value           text NOT NULL,
    chars           int GENERATED ALWAYS AS (char_length(key) + char_length(value)) STORED,
    PRIMARY KEY (bot_id, key)
);
