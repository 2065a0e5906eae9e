"""The things a chat is made of, as plain immutable records. No behaviour beyond questions about themselves.

Times are whole Unix seconds. "Channel" is what the wire calls a stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import cache
from typing import Any

from chat.group_values import ADMINISTRATORS, NOBODY, GroupValue

MAX_CHANNEL_NAME = 60
MAX_CHANNEL_DESCRIPTION = 1024
MAX_TOPIC = 60
MAX_MESSAGE = 10_000
MAX_FULL_NAME = 100
MAX_EMAIL = 254
MAX_PASSWORD = 100
MIN_PASSWORD = 8
MAX_RECIPIENTS = 100
"""People in one group direct message."""
PRESENCE_PING_S = 60
"""How often clients are asked to tell that they are open."""
NOTIFICATION_BOT_ID = 2_000_000_001
"""The server's own voice, which tells people in a topic what was done to it."""


class Role(IntEnum):
    OWNER = 100
    ADMINISTRATOR = 200
    MODERATOR = 300
    MEMBER = 400
    GUEST = 600


class PostPolicy(IntEnum):
    EVERYONE = 1
    ADMINISTRATORS = 2
    FULL_MEMBERS = 3
    MODERATORS = 4


class Flag(IntFlag):
    """Bits of `user_message.flags`. Kept in the database: never renumber."""

    READ = 1
    STARRED = 2
    COLLAPSED = 4
    MENTIONED = 8
    STREAM_WILDCARD_MENTIONED = 16
    TOPIC_WILDCARD_MENTIONED = 32
    HAS_ALERT_WORD = 64
    HISTORICAL = 128


EDITABLE_FLAGS = {"read": Flag.READ, "starred": Flag.STARRED, "collapsed": Flag.COLLAPSED}


@cache
def flag_names(flags: int) -> tuple[str, ...]:
    """The flags of a message as the wire lists them. (There are few combinations, and many messages of each.)"""
    names = [flag.name.lower() for flag in Flag if flags & flag and flag.name]
    if flags & (Flag.STREAM_WILDCARD_MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED):
        names.append("wildcard_mentioned")
    return tuple(names)


def flag_bits(names: Sequence[str]) -> int:
    """The flags of a message by the names that the wire has for them; others are passed over."""
    bits = 0
    for flag in Flag:
        if flag.name and flag.name.lower() in names:
            bits |= flag
    return bits


@dataclass(frozen=True, slots=True)
class User:
    id: int
    email: str
    full_name: str
    role: int
    is_active: bool
    is_bot: bool
    bot_type: int | None
    bot_owner_id: int | None
    date_joined: int
    timezone: str
    avatar_version: int
    avatar_token: str | None = None
    """Of their own picture; None: one is drawn for them."""
    is_system: bool = False
    """The server's own voice: nobody's account, and in no list of people."""

    @property
    def is_administrator(self) -> bool:
        """Owner or administrator."""
        return self.role <= Role.ADMINISTRATOR

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_moderator(self) -> bool:
        """Moderator or above."""
        return self.role <= Role.MODERATOR

    @property
    def is_guest(self) -> bool:
        return self.role == Role.GUEST


@dataclass(frozen=True, slots=True)
class Channel:
    id: int
    name: str
    description: str
    rendered_description: str
    creator_id: int | None
    date_created: int
    invite_only: bool
    history_public_to_subscribers: bool
    post_policy: int
    recipient_id: int
    first_message_id: int | None
    is_archived: bool
    is_default: bool = False
    """New people are in it."""
    message_retention_days: int | None = None
    """None: as the organisation says; -1: for ever."""
    can_remove_subscribers_group: int = ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class Subscription:
    """The last five say what one wants to be told of in this channel; None: as one's own settings have it."""

    user_id: int
    channel_id: int
    color: str
    is_muted: bool
    pin_to_top: bool
    desktop_notifications: bool | None = None
    audible_notifications: bool | None = None
    push_notifications: bool | None = None
    email_notifications: bool | None = None
    wildcard_mentions_notify: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    name: str
    description: str
    is_system: bool
    member_ids: frozenset[int]
    subgroup_ids: tuple[int, ...]
    can_mention_group: GroupValue = NOBODY


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    description: str
    date_created: int


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. Only a hash of its token is kept."""

    token_hash: bytes
    user_id: int
    created: int


@dataclass(frozen=True, slots=True)
class ChannelRecipient:
    """A message's destination: a channel and a topic."""

    channel: Channel
    topic: str


@dataclass(frozen=True, slots=True)
class DirectRecipient:
    """A message's destination: these people, the sender among them, ids ascending."""

    user_ids: tuple[int, ...]


Recipient = ChannelRecipient | DirectRecipient

EditEntry = Mapping[str, Any]
"""One edit, as the wire has it: `user_id`, `timestamp`, and what changed: what it was, and where it went."""


@dataclass(frozen=True, slots=True)
class Reaction:
    message_id: int
    user_id: int
    emoji_name: str
    emoji_code: str
    reaction_type: str


@dataclass(frozen=True, slots=True)
class Submessage:
    """A part of a widget: the widget itself, then what people do with it."""

    id: int
    sender_id: int
    msg_type: str
    content: str
    """JSON."""


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. `channel_id` is None for direct messages, which then have `user_ids` (the sender included)."""

    id: int
    sender_id: int
    recipient_id: int
    channel_id: int | None
    user_ids: tuple[int, ...]
    topic: str
    content: str
    rendered_content: str
    timestamp: int
    client: str
    reactions: tuple[Reaction, ...] = ()
    last_edit: int | None = None
    edit_history: Sequence[EditEntry] = ()
    """What each edit changed, newest first."""
    content_version: int = 0
    """How often the text was changed."""
    submessages: tuple[Submessage, ...] = ()
    """Of a poll or a todo list, oldest first."""


@dataclass(frozen=True, slots=True)
class Presence:
    """When someone was last active, and when a client of theirs last told that it is open."""

    user_id: int
    active_at: int
    connected_at: int
    update_id: int
    """Grows with every change of anybody's presence, over restarts too."""

    @property
    def status(self) -> str:
        """Idle: connected, but with nothing done since the ping before the last one. (Of two clients the one that is
        idle must not hide the one that is used.)"""
        return "active" if self.connected_at - self.active_at <= PRESENCE_PING_S else "idle"

    @property
    def timestamp(self) -> int:
        return self.active_at if self.status == "active" else self.connected_at
