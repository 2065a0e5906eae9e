"""What rendering may ask of the organisation's live state.

Owns the shapes only: people, channels, groups, custom emoji and linkifiers as the renderer sees them. The
live state (or a plain snapshot of it, see `offload`) satisfies `MarkdownNames`; nothing here waits or
does I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class MentionedUser(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def full_name(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


class NamedChannel(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class MentionedGroup(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


class CustomEmoji(Protocol):
    @property
    def id(self) -> int | str: ...
    @property
    def name(self) -> str: ...
    @property
    def source_url(self) -> str: ...


class Linkifier(Protocol):
    @property
    def pattern(self) -> str: ...
    @property
    def url_template(self) -> str: ...


@dataclass(frozen=True, slots=True)
class UploadedImage:
    """What is known of an uploaded picture. It is ready when its thumbnails are there. What measures nothing is known
    to be no picture (or none that may be shown), and gets no preview."""

    width: int
    height: int
    is_ready: bool = True
    is_animated: bool = False


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """What was found where a link leads: a page that says what it is, or (without a title) a picture alone. Nothing of
    either: there is nothing to show, not even of what looks like a picture's address."""

    title: str = ""
    description: str = ""
    image: str = ""
    """The address of a picture: the page's, or the link itself."""
    width: int = 0
    height: int = 0
    """Of the picture; 0 where that is not known."""


class MarkdownNames(Protocol):
    """The questions a rendering may ask. Every answer is immediate."""

    def user_by_id(self, user_id: int) -> MentionedUser | None: ...

    def users_by_name(self, full_name: str) -> Sequence[MentionedUser]:
        """Everybody with exactly this name, letter case aside."""
        ...

    def channel_by_name(self, name: str) -> NamedChannel | None:
        """The channel of that name, letter case aside."""
        ...

    def channel_by_id(self, channel_id: int) -> NamedChannel | None: ...

    def group_by_name(self, name: str) -> MentionedGroup | None: ...

    def custom_emoji(self, name: str) -> CustomEmoji | None: ...

    @property
    def linkifiers(self) -> Sequence[Linkifier]: ...

    @property
    def external_url(self) -> str: ...
