"""What people set for themselves, as plain records and as the wire has it: topic policies, muted people, drafts,
scheduled messages, statuses. Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NotRequired, TypedDict

MAX_ALERT_WORD = 100
MAX_ALERT_WORDS = 1000
MAX_TOPIC_POLICIES = 10_000
MAX_DRAFTS = 1000
MAX_SCHEDULED = 1000
"""Of each, how many one person can have."""

MAX_STATUS_TEXT = 60

MAX_TIME = 253_402_300_799
"""The end of the year 9999, in Unix seconds: no draft was written later, no message is sent later."""

DraftType = Literal["", "stream", "private"]


class Policy(IntEnum):
    """What someone wants of a topic. Kept in the database: never renumber."""

    NONE = 0
    MUTED = 1
    UNMUTED = 2
    FOLLOWED = 3


@dataclass(frozen=True, slots=True)
class TopicPolicy:
    user_id: int
    channel_id: int
    topic: str
    policy: int
    last_updated: int


@dataclass(frozen=True, slots=True)
class MutedUser:
    user_id: int
    muted_user_id: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A message not sent yet. `recipients` is a channel's id, people's ids, or empty."""

    id: int
    user_id: int
    type: DraftType
    recipients: tuple[int, ...]
    topic: str
    content: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class ScheduledMessage:
    """A message to be sent later. `channel_id` is None for direct messages, which have `user_ids` (with the sender)."""

    id: int
    user_id: int
    channel_id: int | None
    user_ids: tuple[int, ...]
    topic: str
    content: str
    rendered_content: str
    deliver_at: int
    client: str
    read_by_sender: bool | None
    failed: bool
    token: str


@dataclass(frozen=True, slots=True)
class UserStatus:
    """A few words and an emoji that everyone sees beside a name; what is empty is not set."""

    user_id: int
    text: str = ""
    emoji_name: str = ""
    emoji_code: str = ""
    reaction_type: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.emoji_name)


class TopicPolicyWire(TypedDict):
    stream_id: int
    topic_name: str
    last_updated: int
    visibility_policy: int


def topic_policy_wire(policy: TopicPolicy) -> TopicPolicyWire:
    return {"stream_id": policy.channel_id, "topic_name": policy.topic, "last_updated": policy.last_updated,
            "visibility_policy": policy.policy}


class MutedUserWire(TypedDict):
    id: int
    timestamp: int


def muted_user_wire(muted: MutedUser) -> MutedUserWire:
    return {"id": muted.muted_user_id, "timestamp": muted.timestamp}


class DraftWire(TypedDict):
    id: int
    type: DraftType
    to: list[int]
    topic: str
    content: str
    timestamp: int


def draft_wire(draft: Draft) -> DraftWire:
    return {"id": draft.id, "type": draft.type, "to": list(draft.recipients), "topic": draft.topic,
            "content": draft.content, "timestamp": draft.timestamp}


class ScheduledMessageWire(TypedDict):
    scheduled_message_id: int
    type: Literal["stream", "private"]
    to: int | list[int]
    topic: NotRequired[str]
    content: str
    rendered_content: str
    scheduled_delivery_timestamp: int
    failed: bool


def scheduled_message_wire(scheduled: ScheduledMessage) -> ScheduledMessageWire:
    """As its sender sees it. The people it goes to are the others; the sender alone for a note to oneself."""
    others = [user_id for user_id in scheduled.user_ids if user_id != scheduled.user_id]
    wire: ScheduledMessageWire = {
        "scheduled_message_id": scheduled.id,
        "type": "private" if scheduled.channel_id is None else "stream",
        "to": (others or [scheduled.user_id]) if scheduled.channel_id is None else scheduled.channel_id,
        "content": scheduled.content,
        "rendered_content": scheduled.rendered_content,
        "scheduled_delivery_timestamp": scheduled.deliver_at,
        "failed": scheduled.failed,
    }
    if scheduled.channel_id is not None:
        wire["topic"] = scheduled.topic
    return wire


class UserStatusWire(TypedDict):
    away: NotRequired[bool]
    status_text: NotRequired[str]
    emoji_name: NotRequired[str]
    emoji_code: NotRequired[str]
    reaction_type: NotRequired[str]


def user_status_wire(status: UserStatus | None, *, away: bool = False) -> UserStatusWire:
    """What is set, and nothing else. `away` is the older word for whoever does not tell when they are here."""
    wire: UserStatusWire = {"away": True} if away else {}
    if status is not None and status.text:
        wire["status_text"] = status.text
    if status is not None and status.emoji_name:
        wire["emoji_name"] = status.emoji_name
        wire["emoji_code"] = status.emoji_code
        wire["reaction_type"] = status.reaction_type
    return wire
