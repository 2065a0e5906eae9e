"""What people upload: files and the organisation's own emoji, as records, as paths, and as the wire has them.

A file's path_id is `1/TO/TOKEN/NAME`: TOKEN names it on disk and is not guessed, NAME is for people. It stands in
messages as `/user_uploads/PATH_ID`. Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict
from urllib.parse import unquote

REALM_PATH = "1"
"""Clients take the first part of a path for an organisation's number."""
MAX_PICTURE_MIB = 5
MAX_EMOJI_NAME = 100
EXTRA_EMOJI = "zulip"
"""The one emoji that is neither of Unicode nor of an organisation: its name and its code."""
MAX_PATH_ID = 400
MAX_PATHS = 100
"""In one message."""
UPLOADS, PICTURES = "/user_uploads/", "/user_avatars/"
_PATH_ID = re.compile(REALM_PATH + r"/[A-Za-z0-9]{2}/[A-Za-z0-9]{24}/[\w.-]{1,150}")
_IN_TEXT = re.compile(r"user_uploads/(" + REALM_PATH + r"/[A-Za-z0-9]{2}/[A-Za-z0-9]{24}/[\w.%-]{1,900})")
MIB = 1024 * 1024
THUMBNAIL_FORMATS = (
    {"name": "840x560-anim.webp", "max_width": 840, "max_height": 560, "format": "webp", "animated": True},
    {"name": "840x560.webp", "max_width": 840, "max_height": 560, "format": "webp", "animated": False})
THUMBNAIL_NAMES = frozenset(str(described["name"]) for described in THUMBNAIL_FORMATS)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file. `width` is None where it is no picture that can be shown small."""

    id: int
    path_id: str
    owner_id: int
    name: str
    content_type: str
    size: int
    created_ms: int
    width: int | None
    height: int | None
    is_animated: bool

    @property
    def token(self) -> str:
        return self.path_id.split("/")[2]

    @property
    def url(self) -> str:
        return UPLOADS + self.path_id


@dataclass(frozen=True, slots=True)
class CustomEmoji:
    """An emoji of the organisation's own. A deactivated one is kept for the reactions that show it."""

    id: int
    name: str
    token: str
    extension: str
    is_animated: bool
    author_id: int | None
    is_deactivated: bool

    @property
    def source_url(self) -> str:
        return f"{PICTURES}{REALM_PATH}/emoji/images/{self.token}{self.extension}"

    @property
    def still_url(self) -> str | None:
        """A picture that does not move, where this one does."""
        return f"{PICTURES}{REALM_PATH}/emoji/images/{self.token}.still.png" if self.is_animated else None


def new_path_id(token: str, name_in_links: str) -> str:
    return f"{REALM_PATH}/{token[:2]}/{token}/{name_in_links}"


def is_path_id(path_id: str) -> bool:
    """Whether a file could have this path."""
    return len(path_id) <= MAX_PATH_ID and _PATH_ID.fullmatch(path_id) is not None


def paths_in(content: str) -> dict[str, str]:
    """What a message's text may link to: by path as it is typed (`/user_uploads/...`), the path_id. Perhaps more than
    it does link to, never less, up to MAX_PATHS."""
    found: dict[str, str] = {}
    for match in _IN_TEXT.finditer(content):
        typed = match[1].rstrip("._-")  # no name ends so; a sentence may
        path_id = unquote(typed)
        if is_path_id(path_id):
            found[UPLOADS + typed] = path_id
        if len(found) >= MAX_PATHS:
            break
    return found


class MessageWire(TypedDict):
    id: int
    date_sent: int


class AttachmentWire(TypedDict):
    id: int
    name: str
    path_id: str
    size: int
    create_time: int
    messages: list[MessageWire]


def attachment_wire(attachment: Attachment, messages: Iterable[tuple[int, int]] = ()) -> AttachmentWire:
    """A file as its owner sees it; `messages` are (id, milliseconds)."""
    return {
        "id": attachment.id, "name": attachment.name, "path_id": attachment.path_id, "size": attachment.size,
        "create_time": attachment.created_ms,
        "messages": [{"id": message_id, "date_sent": date_sent} for message_id, date_sent in messages]}


class EmojiWire(TypedDict):
    id: str
    name: str
    source_url: str
    still_url: str | None
    deactivated: bool
    author_id: int | None


def emoji_wire(emoji: CustomEmoji) -> EmojiWire:
    return {
        "id": str(emoji.id), "name": emoji.name, "source_url": emoji.source_url, "still_url": emoji.still_url,
        "deactivated": emoji.is_deactivated, "author_id": emoji.author_id}


def emoji_map_wire(emoji: Sequence[CustomEmoji]) -> dict[str, EmojiWire]:
    """The whole map, as registrations and events have it."""
    return {str(one.id): emoji_wire(one) for one in emoji}


def avatar_name(token: str, *, medium: bool = False) -> str:
    """An avatar's file name, on disk and in its address."""
    return f"{token}-medium.png" if medium else f"{token}.png"
