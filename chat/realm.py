"""The organisation's settings: the table of them, as one immutable record.

Names are the wire's without `realm_`; a comment says what values mean where the type does not. Owns names, bounds and
defaults; who asks for a setting, and what follows from it, is not its concern.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chat import group_values as groups
from chat.declared import Declared, GroupRule, Setting, declared
from chat.group_values import GroupValue
from chat.uploaded import PICTURES, REALM_PATH
from chat.user_settings import Language

MAX_REALM_NAME = 40
MAX_REALM_DESCRIPTION = 1000
WEEK_S = 7 * 24 * 3600

CommonPolicy = Literal[1, 2, 3, 4]
"""1 members, 2 administrators, 3 full members, 4 moderators."""
CommonPolicyOrNobody = Literal[1, 2, 3, 4, 6]
MessagePolicy = Literal[1, 2, 3, 4, 5]
"""The same, and 5 everyone."""
MessagePolicyOrNobody = Literal[1, 2, 3, 4, 5, 6]
WildcardPolicy = Literal[1, 2, 3, 5, 6, 7]
"""1 everyone, 2 members, 3 full members, 5 administrators, 6 nobody, 7 moderators."""
Limit = Annotated[int | None, Setting(unlimited=None)]
OwnersBool = Annotated[bool, Setting(owners=True)]
_Token = Annotated[str | None, Setting(own_way=True)]
_ICON = "/static/images/plait-icon.svg"
_ChannelOrNone = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class Realm(msgspec.Struct, frozen=True):
    """All settings of the organisation."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_REALM_NAME)] = "Plait"
    description: Annotated[str, Meta(max_length=MAX_REALM_DESCRIPTION)] = ""
    default_language: Language = "en"
    default_code_block_language: Annotated[str, Meta(max_length=60)] = ""
    org_type: Literal[0, 10, 20, 30, 35, 40, 50, 60, 70, 80, 90, 100, 1000] = 0

    # Joining
    invite_required: OwnersBool = True
    emails_restricted_to_domains: OwnersBool = False
    disallow_disposable_email_addresses: OwnersBool = False
    invite_to_realm_policy: Annotated[CommonPolicyOrNobody, Setting(owners=True)] = 1
    create_multiuse_invite_group: Annotated[
        int, Setting(owners=True, group=GroupRule("role:administrators", system_only=True, everyone=False))
    ] = groups.ADMINISTRATORS
    waiting_period_threshold: Annotated[int, Meta(ge=0, le=36500), Setting(owners=True)] = 0
    send_welcome_emails: bool = True

    # People
    require_unique_names: bool = False
    name_changes_disabled: bool = False
    email_changes_disabled: bool = False
    avatar_changes_disabled: bool = False
    enable_guest_user_indicator: bool = True
    can_access_all_users_group: Annotated[
        int, Setting(group=GroupRule("role:everyone", system_only=True, only=("role:everyone",)))] = groups.EVERYONE

    # Messages
    allow_message_editing: bool = True
    message_content_edit_limit_seconds: Limit = 600
    allow_edit_history: bool = True
    edit_topic_policy: MessagePolicyOrNobody = 1
    move_messages_within_stream_limit_seconds: Limit = WEEK_S
    move_messages_between_streams_policy: CommonPolicyOrNobody = 1
    move_messages_between_streams_limit_seconds: Limit = WEEK_S
    delete_own_message_policy: MessagePolicy = 1
    message_content_delete_limit_seconds: Limit = 600
    mandatory_topics: bool = False
    wildcard_mention_policy: WildcardPolicy = 5
    inline_image_preview: bool = True
    inline_url_embed_preview: bool = True
    message_retention_days: Annotated[int, Setting(owners=True, unlimited=-1)] = -1
    direct_message_initiator_group: Annotated[
        GroupValue, Setting(group=GroupRule("role:everyone"))] = groups.EVERYONE
    direct_message_permission_group: Annotated[
        GroupValue, Setting(group=GroupRule("role:everyone"))] = groups.EVERYONE
    enable_read_receipts: bool = True
    presence_disabled: bool = False
    message_content_allowed_in_email_notifications: bool = True

    # Channels, groups, emoji, bots
    can_create_public_channel_group: Annotated[
        GroupValue, Setting(group=GroupRule("role:members", everyone=False))] = groups.MEMBERS
    can_create_private_channel_group: Annotated[
        GroupValue, Setting(group=GroupRule("role:members", everyone=False))] = groups.MEMBERS
    create_web_public_stream_policy: Literal[2, 4, 6, 7] = 6
    invite_to_stream_policy: CommonPolicy = 1
    user_group_edit_policy: CommonPolicy = 1
    add_custom_emoji_policy: CommonPolicy = 1
    bot_creation_policy: Literal[1, 2, 3] = 1
    new_stream_announcements_stream_id: _ChannelOrNone = -1
    signup_announcements_stream_id: _ChannelOrNone = -1
    zulip_update_announcements_stream_id: _ChannelOrNone = -1

    # Calls, pictures, mails
    video_chat_provider: Literal[0, 1] = 0
    jitsi_server_url: Annotated[Annotated[str, Meta(max_length=200)] | None, Setting(json=True)] = None
    giphy_rating: Literal[0, 1, 2, 3, 4] = 0
    digest_emails_enabled: bool = False
    digest_weekday: Literal[0, 1, 2, 3, 4, 5, 6] = 1

    # What Plait does not offer: no page is shown to who is not signed in.
    enable_spectator_access: bool = False
    want_advertise_in_communities_directory: bool = False

    # Tokens of the pictures of its own; None: the one that Plait comes with.
    icon: _Token = None
    logo: _Token = None
    night_logo: _Token = None


REALM_SETTINGS = declared(Realm)
"""By name."""
CAN_REMOVE_SUBSCRIBERS = GroupRule("role:administrators", system_only=True, nobody=False)
"""Of a channel: who may put others out."""
CAN_MENTION_GROUP = GroupRule("role:everyone")
"""Of a group: who may mention it."""


def realm_picture_wire(realm: Realm, name: str) -> dict[str, str]:
    """The address of a picture of the organisation, and whose it is: "U" for one of its own, "D" for Plait's."""
    token = getattr(realm, name)
    if token is None:
        return {f"{name}_url": _ICON, f"{name}_source": "D"}
    return {f"{name}_url": f"{PICTURES}{REALM_PATH}/{token}.{'png' if name == 'icon' else 'webp'}",
            f"{name}_source": "U"}


def in_update_dict(one: Declared) -> bool:
    """Whether its event is of the form that tells several settings at once."""
    return one.is_limit or one.setting.group is not None


def permission_rules(table: dict[str, Declared]) -> dict[str, dict[str, Any]]:
    """What clients are told of the group-valued ones of some settings."""
    return {one.name: permission_rule(one.name, one.setting.group)
            for one in table.values() if one.setting.group is not None}


def permission_rule(name: str, rule: GroupRule, default_for_system_groups: str | None = None) -> dict[str, Any]:
    return {
        "require_system_group": rule.system_only,
        "allow_internet_group": False,
        "allow_owners_group": rule.owners,
        "allow_nobody_group": rule.nobody,
        "allow_everyone_group": rule.everyone,
        "default_group_name": rule.default,
        "id_field_name": f"{name}_id",
        "default_for_system_groups": default_for_system_groups,
        "allowed_system_groups": list(rule.only),
    }
