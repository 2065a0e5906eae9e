-- Groups that people make. Those that follow from roles have the ids below 100 and are kept nowhere. can_mention says
-- who may mention the group: a group's id, or people and groups (direct_members, direct_subgroups).

CREATE TABLE user_group (
    id              int PRIMARY KEY GENERATED ALWAYS AS IDENTITY (START WITH 100),
    name            text NOT NULL,
    description     text NOT NULL DEFAULT '',
    can_mention     jsonb NOT NULL,
    creator_id      int REFERENCES user_profile (id),
    date_created    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX user_group_name ON user_group (lower(name));

CREATE TABLE user_group_member (
    group_id        int NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    user_id         int NOT NULL REFERENCES user_profile (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);

-- No foreign key on subgroup_id: it may be a group that follows from roles.
CREATE TABLE user_group_subgroup (
    group_id        int NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    subgroup_id     int NOT NULL,
    PRIMARY KEY (group_id, subgroup_id)
);
