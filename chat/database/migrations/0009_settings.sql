-- Settings of the organisation and of people: JSON objects of what differs from the defaults. New people start with
-- the organisation's user_settings_defaults.

ALTER TABLE organisation
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN user_settings_defaults jsonb NOT NULL DEFAULT '{}';
ALTER TABLE user_profile ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
