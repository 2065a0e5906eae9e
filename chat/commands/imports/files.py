"""The files of an import: kept in the store under addresses of ours, pictures with their thumbnails.

Names in the store are made from a secret salt and the old address: an import that goes on finds what it kept before.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.commands.imports.records import ForeignEmoji, ForeignFile
from chat.errors import JsonableError
from chat.file_store import FileStore
from chat.file_types import IMAGES, kept_name, name_in_links, sniff
from chat.markdown.names import UploadedImage
from chat.thumbnails import Pictures
from chat.uploaded import new_path_id

InThread = Callable[..., Awaitable[Any]]
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TOKEN_CHARS = 24


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that lies in our store."""

    foreign: ForeignFile
    path_id: str
    name: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None
    is_animated: bool = False

    @property
    def url(self) -> str:
        return "/user_uploads/" + self.path_id

    @property
    def image(self) -> UploadedImage | None:
        """What a message that shows it needs to know, where it is a picture."""
        if self.width is None or self.height is None:
            return None
        return UploadedImage(self.width, self.height, is_animated=self.is_animated)


@dataclass(frozen=True, slots=True)
class KeptEmoji:
    foreign: ForeignEmoji
    token: str
    extension: str
    is_animated: bool

    @property
    def url(self) -> str:
        return f"/user_avatars/1/emoji/images/{self.token}{self.extension}"


class FileKeeper:
    def __init__(self, store: FileStore, pictures: Pictures, in_thread: InThread, salt: bytes) -> None:
        self._store = store
        self._pictures = pictures
        self._in_thread = in_thread
        self._salt = salt

    def token(self, address: str) -> str:
        """The name of a file in our store."""
        number = int.from_bytes(hmac.new(self._salt, address.encode(), hashlib.sha512).digest())
        letters = []
        for _ in range(_TOKEN_CHARS):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters)

    async def keep(self, file: ForeignFile) -> KeptFile | None:
        """Copy a file into the store; None where the archive does not have it."""
        token, name = self.token(file.address), kept_name(file.name)
        try:
            size, content_type = await self._in_thread(_copy, file.path, self._store.file(token), name)
        except FileNotFoundError:
            return None
        facts = None
        if content_type in IMAGES:
            facts = await self._pictures.make_thumbnails(self._store.file(token), self._store.thumbnails(token))
        path_id = new_path_id(token, name_in_links(name))
        if facts is None:
            return KeptFile(file, path_id, name, content_type, size)
        return KeptFile(file, path_id, name, content_type, size, facts.width, facts.height, facts.is_animated)

    async def keep_emoji(self, emoji: ForeignEmoji) -> KeptEmoji | None:
        """Make an emoji's picture ours; None where there is none, or it is no picture."""
        token = self.token(f"emoji/{emoji.id}/{emoji.name}")
        try:
            extension, is_animated = await self._pictures.make_emoji(emoji.path, self._store.picture(token))
        except (JsonableError, OSError):
            return None
        return KeptEmoji(emoji, token, extension, is_animated)


def _copy(source: Path, target: Path, name: str) -> tuple[int, str]:
    if not source.is_file():
        raise FileNotFoundError(source)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        unfinished = target.with_name(target.name + ".new")
        shutil.copyfile(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.rename(target)
    return target.stat().st_size, sniff(target, name)


def readdressed(content: str, addresses: dict[str, str], pattern: re.Pattern[str]) -> str:
    """A text with the old addresses of files replaced by ours."""
    return pattern.sub(lambda match: addresses.get(match[0], match[0]), content)
