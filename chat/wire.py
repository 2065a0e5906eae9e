"""Objects as the wire has them: people, channels, subscriptions, groups, messages, reactions.

One function makes each object and one TypedDict declares it; routes, events and the register snapshot all use these, so
an object looks the same wherever a client meets it. Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict

from chat.group_values import SYSTEM_GROUPS, group_value_wire
from chat.models import Channel, Group, Message, PostPolicy, Reaction, Role, Submessage, Subscription, User
from chat.profile_fields import ProfileValue, ProfileValueWire, profile_data_wire
from chat.uploaded import PICTURES, REALM_PATH, avatar_name

FEATURE_LEVEL = 278
COMPATIBLE_VERSION = "9.2"
REALM_ID_STR = "plait"


class UserWire(TypedDict):
    user_id: int
    email: str
    delivery_email: str | None
    full_name: str
    date_joined: str
    is_owner: bool
    is_admin: bool
    is_guest: bool
    is_billing_admin: bool
    is_bot: bool
    bot_type: int | None
    bot_owner_id: int | None
    role: int
    timezone: str
    avatar_url: str | None
    avatar_version: int
    is_active: NotRequired[bool]
    is_system_bot: NotRequired[bool]
    profile_data: NotRequired[dict[str, ProfileValueWire]]


def avatar_url(user: User, *, medium: bool = False) -> str:
    """Where a person's picture is; never another organisation's server, which would learn who reads."""
    if user.avatar_token is not None:
        name = avatar_name(user.avatar_token, medium=medium)
        return f"{PICTURES}{REALM_PATH}/{name}?version={user.avatar_version}"
    return f"/avatar/{user.id}{'/medium' if medium else ''}?version={user.avatar_version}"


def avatar_source(user: User) -> str:
    """"U" for a picture that the person uploaded, "G" for one that is given to them."""
    return "G" if user.avatar_token is None else "U"


def user_wire(user: User, *, with_active: bool = False, profile: Mapping[int, ProfileValue] | None = None) -> UserWire:
    """A person, as people of the organisation see them; `profile` is what they tell of themselves, where that is
    wanted."""
    wire: UserWire = {
        "user_id": user.id,
        "email": user.email,
        "delivery_email": user.email,
        "full_name": user.full_name,
        "date_joined": datetime.fromtimestamp(user.date_joined, UTC).strftime("%Y-%m-%dT%H:%M+00:00"),
        "is_owner": user.is_owner,
        "is_admin": user.is_administrator,
        "is_guest": user.is_guest,
        "is_billing_admin": False,
        "is_bot": user.is_bot,
        "bot_type": user.bot_type,
        "bot_owner_id": user.bot_owner_id,
        "role": user.role,
        "timezone": user.timezone,
        "avatar_url": avatar_url(user),
        "avatar_version": user.avatar_version,
    }
    if not user.is_bot and profile is not None:
        wire["profile_data"] = profile_data_wire(profile)
    if with_active:
        wire["is_active"] = user.is_active
    if user.is_system:
        wire["is_system_bot"] = True
    return wire


class ChannelWire(TypedDict):
    stream_id: int
    name: str
    description: str
    rendered_description: str
    date_created: int
    creator_id: int | None
    invite_only: bool
    is_web_public: bool
    history_public_to_subscribers: bool
    stream_post_policy: int
    is_announcement_only: bool
    message_retention_days: int | None
    first_message_id: int | None
    can_remove_subscribers_group: int
    stream_weekly_traffic: int | None
    is_default: NotRequired[bool]


def channel_wire(channel: Channel) -> ChannelWire:
    """A channel, as those who may see it see it."""
    return {
        "stream_id": channel.id,
        "name": channel.name,
        "description": channel.description,
        "rendered_description": channel.rendered_description,
        "date_created": channel.date_created,
        "creator_id": channel.creator_id,
        "invite_only": channel.invite_only,
        "is_web_public": False,
        "history_public_to_subscribers": channel.history_public_to_subscribers,
        "stream_post_policy": channel.post_policy,
        "is_announcement_only": channel.post_policy == PostPolicy.ADMINISTRATORS,
        "message_retention_days": channel.message_retention_days,
        "first_message_id": channel.first_message_id,
        "can_remove_subscribers_group": channel.can_remove_subscribers_group,
        "stream_weekly_traffic": None,
    }


def default_channels_wire(channels: Iterable[Channel]) -> list[dict[str, Any]]:
    """Channels as the list of those that new people are in has them: without their traffic."""
    return [{name: value for name, value in channel_wire(channel).items() if name != "stream_weekly_traffic"}
            for channel in channels]


class SubscriptionWire(ChannelWire):
    color: str
    is_muted: bool
    in_home_view: bool
    pin_to_top: bool
    desktop_notifications: bool | None
    audible_notifications: bool | None
    push_notifications: bool | None
    email_notifications: bool | None
    wildcard_mentions_notify: bool | None
    email_address: str
    subscribers: NotRequired[list[int]]


CHANNEL_NOTIFICATIONS: Mapping[str, str] = {
    "desktop_notifications": "enable_stream_desktop_notifications",
    "audible_notifications": "enable_stream_audible_notifications",
    "push_notifications": "enable_stream_push_notifications",
    "email_notifications": "enable_stream_email_notifications",
    "wildcard_mentions_notify": "wildcard_mentions_notify"}
"""What one can set for one channel, and the setting of one's own that it follows where it is null."""


def spelled_out(settings: object, prop: str, value: Any) -> Any:
    """The value of a subscription's property for clients that do not know what null means."""
    return getattr(settings, CHANNEL_NOTIFICATIONS[prop]) if value is None and prop in CHANNEL_NOTIFICATIONS else value


def subscription_wire(channel: Channel, subscription: Subscription) -> dict[str, Any]:
    """One's own view of a channel one is subscribed to."""
    return {
        **channel_wire(channel),
        "color": subscription.color,
        "is_muted": subscription.is_muted,
        "in_home_view": not subscription.is_muted,
        "pin_to_top": subscription.pin_to_top,
        "desktop_notifications": subscription.desktop_notifications,
        "audible_notifications": subscription.audible_notifications,
        "push_notifications": subscription.push_notifications,
        "email_notifications": subscription.email_notifications,
        "wildcard_mentions_notify": subscription.wildcard_mentions_notify,
        "email_address": "",
    }


class GroupWire(TypedDict):
    id: int
    name: str
    description: str
    members: list[int]
    direct_subgroup_ids: list[int]
    is_system_group: bool
    can_mention_group: Any
    """An id, or people and groups named on the spot."""


def group_wire(group: Group) -> GroupWire:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "members": sorted(group.member_ids),
        "direct_subgroup_ids": sorted(group.subgroup_ids),
        "is_system_group": group.is_system,
        "can_mention_group": group_value_wire(group.can_mention_group),
    }


_GROUP_ROLES: Mapping[str, tuple[int | None, str | None, str]] = {
    "role:owners": (Role.OWNER, None, "Owners of this organization"),
    "role:administrators": (Role.ADMINISTRATOR, "role:owners", "Administrators of this organization, "
                                                               "including owners"),
    "role:moderators": (Role.MODERATOR, "role:administrators", "Moderators of this organization, "
                                                               "including administrators"),
    "role:fullmembers": (Role.MEMBER, "role:moderators", "Members of this organization, not including new accounts "
                                                         "and guests"),
    "role:members": (Role.MEMBER, "role:fullmembers", "Members of this organization, not including guests"),
    "role:everyone": (Role.GUEST, "role:members", "Everyone in this organization, including guests"),
    "role:internet": (None, "role:everyone", "Everyone on the Internet"),
    "role:nobody": (None, None, "Nobody"),
}


def role_groups(role: int, *, is_new: bool) -> list[int]:
    """Ids of the system groups that people of `role` are direct members of; full members are not new any more."""
    return [SYSTEM_GROUPS[name] for name, (members, _, _) in _GROUP_ROLES.items()
            if members == role and not (is_new and name == "role:fullmembers")]


def system_groups(users: Iterable[User], new_members: Collection[int] = ()) -> list[Group]:
    """The groups that follow from the roles of active people, by id."""
    by_role: dict[int | None, set[int]] = {}
    for user in users:
        if user.is_active:
            by_role.setdefault(user.role, set()).add(user.id)
    return [
        Group(group_id, name, description, is_system=True, member_ids=frozenset(
            by_role.get(role, set()).difference(new_members if name == "role:fullmembers" else ())),
              subgroup_ids=(SYSTEM_GROUPS[subgroup],) if subgroup else ())
        for name, group_id in SYSTEM_GROUPS.items()
        for role, subgroup, description in (_GROUP_ROLES[name],)]


class ReactingUserWire(TypedDict):
    id: int
    email: str
    full_name: str
    is_mirror_dummy: bool


class ReactionWire(TypedDict):
    emoji_name: str
    emoji_code: str
    reaction_type: str
    user_id: int
    user: ReactingUserWire


def reaction_wire(reaction: Reaction, user: User) -> ReactionWire:
    """A reaction inside a message."""
    return {
        "emoji_name": reaction.emoji_name,
        "emoji_code": reaction.emoji_code,
        "reaction_type": reaction.reaction_type,
        "user_id": user.id,
        "user": {"id": user.id, "email": user.email, "full_name": user.full_name, "is_mirror_dummy": False},
    }


class SubmessageWire(TypedDict):
    id: int
    message_id: int
    sender_id: int
    msg_type: str
    content: str


def submessage_wire(submessage: Submessage, message_id: int) -> SubmessageWire:
    return {"id": submessage.id, "message_id": message_id, "sender_id": submessage.sender_id,
            "msg_type": submessage.msg_type, "content": submessage.content}


class MessageWire(TypedDict):
    id: int
    sender_id: int
    sender_email: str
    sender_full_name: str
    sender_realm_str: str
    client: str
    type: str
    timestamp: int
    subject: str
    topic_links: list[dict[str, str]]
    recipient_id: int
    content: str
    content_type: str
    is_me_message: bool
    reactions: list[ReactionWire]
    submessages: list[SubmessageWire]
    avatar_url: str | None
    display_recipient: str | list[ReactingUserWire]
    stream_id: NotRequired[int]
    flags: NotRequired[list[str]]
    last_edit_timestamp: NotRequired[int]
    edit_history: NotRequired[list[dict[str, Any]]]
    match_content: NotRequired[str]
    match_subject: NotRequired[str]


def message_wire(message: Message, sender: User, *, channel_name: str | None, people: Sequence[User],
                 users: Mapping[int, User], apply_markdown: bool, topic_links: list[dict[str, str]],
                 with_history: bool = False) -> MessageWire:
    """A message without its per-reader flags. `people` are the participants of a direct message; `with_history` tells
    what it was before it was edited."""
    wire: MessageWire = {
        "id": message.id,
        "sender_id": sender.id,
        "sender_email": sender.email,
        "sender_full_name": sender.full_name,
        "sender_realm_str": REALM_ID_STR,
        "client": message.client,
        "type": "private" if channel_name is None else "stream",
        "timestamp": message.timestamp,
        "subject": message.topic,
        "topic_links": topic_links,
        "recipient_id": message.recipient_id,
        "content": message.rendered_content if apply_markdown else message.content,
        "content_type": "text/html" if apply_markdown else "text/x-markdown",
        "is_me_message": message.content.startswith("/me "),
        "reactions": [reaction_wire(reaction, users[reaction.user_id]) for reaction in message.reactions],
        "submessages": [submessage_wire(one, message.id) for one in message.submessages],
        "avatar_url": avatar_url(sender),
        "display_recipient": channel_name if channel_name is not None else [
            {"id": user.id, "email": user.email, "full_name": user.full_name, "is_mirror_dummy": False}
            for user in people],
    }
    if message.channel_id is not None:
        wire["stream_id"] = message.channel_id
    if message.last_edit is not None:
        wire["last_edit_timestamp"] = message.last_edit
        if with_history:
            wire["edit_history"] = [dict(entry) for entry in message.edit_history]
    return wire


def subscribers_list(user_ids: Collection[int]) -> list[int]:
    return sorted(user_ids)
