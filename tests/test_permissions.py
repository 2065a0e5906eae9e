"""What the organisation's policies mean: each value for each kind of person, against a written table."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from chat.directory import Directory
from chat.group_values import SYSTEM_GROUPS, AnonymousGroup
from chat.models import Channel, PostPolicy, Role, User
from chat.permissions import Permissions

ROLES = (Role.OWNER, Role.ADMINISTRATOR, Role.MODERATOR, Role.MEMBER, Role.GUEST)
YES_UP_TO = {"owner": 1, "administrator": 2, "moderator": 3, "member": 4, "guest": 5, "nobody": 0}
"""How many of ROLES, from the first, may."""
COMMON = {1: "member", 2: "administrator", 3: "member", 4: "moderator", 5: "guest", 6: "nobody", 7: "owner"}
WILDCARD = {1: "guest", 2: "member", 3: "member", 5: "administrator", 6: "nobody", 7: "moderator"}
GROUPS = {"role:everyone": "guest", "role:members": "member", "role:fullmembers": "member",
          "role:moderators": "moderator", "role:administrators": "administrator", "role:owners": "owner",
          "role:nobody": "nobody", "role:internet": "guest"}
POSTING = {PostPolicy.EVERYONE: "guest", PostPolicy.FULL_MEMBERS: "member", PostPolicy.MODERATORS: "moderator",
           PostPolicy.ADMINISTRATORS: "administrator"}


def person(role: int, user_id: int = 1) -> User:
    return User(user_id, f"p{user_id}@chat.test", "P", role, is_active=True, is_bot=False, bot_type=None,
                bot_owner_id=None, date_joined=0, timezone="", avatar_version=1)


def permissions(**settings: object) -> Permissions:
    directory = Directory("http://chat.test")
    directory.realm = replace(directory.realm, **settings)
    return Permissions(directory)


def may(answers: list[bool], lowest: str) -> bool:
    return answers == [place < YES_UP_TO[lowest] for place in range(len(ROLES))]


@pytest.mark.parametrize(("policy", "lowest"), COMMON.items())
def test_common_policies(policy: int, lowest: str) -> None:
    """What lets people invite, move messages, add emoji, make groups and subscribe others."""
    for setting, ask in (
            ("invite_to_realm_policy", Permissions.may_invite), ("edit_topic_policy", Permissions.may_move_topics),
            ("move_messages_between_streams_policy", Permissions.may_move_between_channels),
            ("add_custom_emoji_policy", Permissions.may_add_emoji),
            ("user_group_edit_policy", Permissions.may_edit_groups),
            ("invite_to_stream_policy", Permissions.may_subscribe_others)):
        answers = [ask(permissions(**{setting: policy}), person(role)) for role in ROLES]
        assert may(answers, lowest), setting


@pytest.mark.parametrize(("policy", "lowest"), WILDCARD.items())
def test_wildcard_policies(policy: int, lowest: str) -> None:
    """Mentioning everyone: a few people anyone may, many as the policy says."""
    asked = permissions(wildcard_mention_policy=policy)
    assert may([asked.may_mention_all(person(role), 16) for role in ROLES], lowest)
    assert all(asked.may_mention_all(person(role), 15) for role in ROLES)


@pytest.mark.parametrize(("group", "lowest"), GROUPS.items())
def test_groups_of_roles(group: str, lowest: str) -> None:
    """A permission that is a group's is that of the roles in it."""
    value = SYSTEM_GROUPS[group]
    assert may([permissions().has(person(role), value) for role in ROLES], lowest)
    named = AnonymousGroup(direct_subgroups=(value,))
    assert may([permissions().has(person(role), named) for role in ROLES], lowest)
    assert permissions().has(person(Role.GUEST, 7), msgspec.structs.replace(named, direct_members=(7,)))


@pytest.mark.parametrize(("policy", "lowest"), POSTING.items())
def test_posting_policies(policy: int, lowest: str) -> None:
    """Who writes in a channel."""
    channel = Channel(1, "c", "", "", None, 0, invite_only=False, history_public_to_subscribers=True,
                      post_policy=policy, recipient_id=1, first_message_id=None, is_archived=False)
    assert may([permissions().may_post(person(role), channel) for role in ROLES], lowest)


@pytest.mark.parametrize(("policy", "generic", "lowest"), [
    (1, True, "member"), (2, True, "administrator"), (2, False, "member"), (3, False, "administrator")])
def test_bot_policies(policy: int, generic: bool, lowest: str) -> None:
    """Who makes bots."""
    asked = permissions(bot_creation_policy=policy)
    assert may([asked.may_create_bot(person(role), generic=generic) for role in ROLES], lowest)
