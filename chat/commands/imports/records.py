"""What an organisation elsewhere is made of, in our terms: what every source gives and the loader takes.

Ids of people, channels, messages and emoji are the source's to choose; they become ours. Times are Unix seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class ImportFailed(Exception):
    """Why an archive cannot be imported: one sentence."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    email: str
    full_name: str
    role: int
    is_active: bool
    date_joined: float
    is_bot: bool = False
    bot_type: int | None = None
    bot_owner_id: int | None = None
    timezone: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    picture: Path | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A channel."""

    id: int
    name: str
    description: str
    date_created: float
    creator_id: int | None = None
    invite_only: bool = False
    history_public_to_subscribers: bool = True
    post_policy: int = 1
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    user_id: int
    channel_id: int
    color: str = ""
    is_muted: bool = False
    pin_to_top: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A file of the archive; `address` is what messages there call it by."""

    address: str
    path: Path
    name: str
    owner_id: int
    created: float


@dataclass(frozen=True, slots=True)
class ForeignEmoji:
    id: int
    name: str
    path: Path
    author_id: int | None = None
    is_deactivated: bool = False


@dataclass(frozen=True, slots=True)
class ForeignReaction:
    user_id: int
    emoji_name: str
    emoji_code: str
    reaction_type: str


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """A message; a direct one has `user_ids` (the sender's among them) instead of a channel. `rendered` is HTML of the
    same markdown, made elsewhere, where it can be used again. `readers` are flags by person."""

    id: int
    sender_id: int
    timestamp: float
    content: str
    channel_id: int | None = None
    topic: str = ""
    user_ids: tuple[int, ...] = ()
    rendered: str | None = None
    client: str = "import"
    last_edit: float | None = None
    edit_history: list[dict[str, Any]] | None = None
    readers: Mapping[int, int] = field(default_factory=dict)
    reactions: tuple[ForeignReaction, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicChoice:
    user_id: int
    channel_id: int
    topic: str
    policy: int
    last_updated: float


@dataclass(slots=True)
class Everything:
    """All but the messages."""

    name: str
    description: str
    date_created: float
    settings: dict[str, Any] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    files: list[ForeignFile] = field(default_factory=list)
    emoji: list[ForeignEmoji] = field(default_factory=list)
    alert_words: list[tuple[int, str]] = field(default_factory=list)
    topic_choices: list[TopicChoice] = field(default_factory=list)
    muted: list[tuple[int, int, float]] = field(default_factory=list)


class Source(Protocol):
    """An archive that was opened."""

    left_out: Counter[str]
    """What could not be carried, with how often; grows while it is read."""

    def everything(self) -> Everything:
        """All but the messages. Raises ImportFailed."""
        ...

    def batches(self) -> Iterator[tuple[str, list[ForeignMessage]]]:
        """The messages by ascending id, in batches that have the same name each time. Raises ImportFailed."""
        ...

    def count(self) -> int:
        """About how many batches there are."""
        ...
