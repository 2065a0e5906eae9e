"""The organisation's own emoji: add one, deactivate one. Those who are deactivated stay where they were used."""

from __future__ import annotations

import re
from dataclasses import replace

from chat import event_types
from chat.actions.uploads import InThread
from chat.bus import Bus
from chat.database import emoji as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.emoji import name_to_code
from chat.errors import JsonableError, NotAllowed, NotFound
from chat.file_store import FileStore, ReceivedFile
from chat.models import User
from chat.permissions import Permissions
from chat.thumbnails import Pictures
from chat.uploaded import EXTRA_EMOJI, MAX_EMOJI_NAME, CustomEmoji

MAX_EMOJI = 2000
"""All that ever were: each registration carries the whole map."""
_LANE = ("emoji",)
_NAME = re.compile(r"[0-9a-z_-]*[0-9a-z]")


class OwnEmoji:
    def __init__(self, database: Database, directory: Directory, bus: Bus, store: FileStore, pictures: Pictures,
                 in_thread: InThread) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._store = store
        self._pictures = pictures
        self._in_thread = in_thread

    async def do_add(self, author: User, name: str, file: ReceivedFile) -> CustomEmoji:
        """A new emoji. Raises JsonableError for a name that cannot be or is taken, BadImage for what is no picture."""
        name = check_emoji_name(name)
        self._check_free(author, name)
        token = file.token
        try:
            extension, moves = await self._pictures.make_emoji(file.path, self._store.picture(token))
            emoji = await self._insert(author, name, token, extension, moves)
        except BaseException:
            await self._in_thread(self._store.remove, token)
            raise
        self._store.settle(token)
        return emoji

    async def do_deactivate(self, acting: User, name: str) -> None:
        """Take an emoji out of use: its author may, and administrators."""
        async def write(unit: Transaction) -> None:
            emoji = self._directory.custom_emoji(name)
            if emoji is None:
                raise NotFound(f"Emoji '{name[:60]}' does not exist")
            if emoji.author_id != acting.id and not acting.is_administrator:
                raise NotAllowed("Must be an organization administrator or emoji author")
            await sql.deactivate(unit, emoji.id)
            self._publish(unit, replace(emoji, is_deactivated=True))

        await self._database.transaction(write, _LANE)

    async def _insert(self, author: User, name: str, token: str, extension: str, moves: bool) -> CustomEmoji:
        async def write(unit: Transaction) -> CustomEmoji:
            self._check_free(author, name)
            emoji = await sql.insert(
                unit, name=name, token=token, extension=extension, is_animated=moves, author_id=author.id)
            if emoji is None:
                raise _taken()
            self._publish(unit, emoji)
            return emoji

        return await self._database.transaction(write, _LANE)

    def _check_free(self, author: User, name: str) -> None:
        if not Permissions(self._directory).may_add_emoji(author):
            raise NotAllowed("Insufficient permission")
        if self._directory.custom_emoji(name) is not None:
            raise _taken()
        if (name in name_to_code or name == EXTRA_EMOJI) and not author.is_administrator:
            raise NotAllowed("Only administrators can override default emoji.")
        if len(self._directory.emoji) >= MAX_EMOJI:
            raise JsonableError(f"An organization can have {MAX_EMOJI} custom emoji at most.")

    def _publish(self, unit: Transaction, changed: CustomEmoji) -> None:
        everything = {**self._directory.emoji, changed.id: changed}
        self._bus.publish(unit, event_types.custom_emoji([*everything.values()], changed))


def check_emoji_name(name: str) -> str:
    """The name as it is kept. Raises JsonableError for one that could not be typed between colons."""
    name = name.strip().lower().replace(" ", "_")
    if not name:
        raise JsonableError("Emoji name is missing")
    if len(name) > MAX_EMOJI_NAME or not re.fullmatch(r"[0-9a-z_-]+", name):
        raise JsonableError("Emoji names must contain only lowercase English letters, digits, spaces, dashes, and "
                            "underscores.")
    if not _NAME.fullmatch(name):
        raise JsonableError("Emoji names must end with either a letter or digit.")
    return name


def _taken() -> JsonableError:
    return JsonableError("A custom emoji with this name already exists.")
