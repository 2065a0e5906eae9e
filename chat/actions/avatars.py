"""People's own pictures: set one, take it away. The files are made before the change is written, and the old ones
removed after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from chat import event_types
from chat.actions.bot_changes import BotChanges
from chat.actions.uploads import InThread
from chat.bus import Bus
from chat.database import people as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import NotAllowed
from chat.file_store import FileStore, ReceivedFile
from chat.models import User
from chat.permissions import Permissions
from chat.thumbnails import Pictures
from chat.uploaded import avatar_name

_LANE = ("directory",)


class Avatars:
    def __init__(self, database: Database, directory: Directory, bus: Bus, store: FileStore, pictures: Pictures,
                 in_thread: InThread, bots: BotChanges) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._store = store
        self._pictures = pictures
        self._in_thread = in_thread
        self._bots = bots

    def check_may_change(self, user: User) -> None:
        """Whether the organisation lets `user` change their own picture. Raises NotAllowed."""
        if not Permissions(self._directory).may_change_avatar(user):
            raise NotAllowed("Avatar changes are disabled in this organization.")

    async def do_set(self, user: User, file: ReceivedFile) -> User:
        """Make a picture `user`'s own; the person as they are then. Raises BadImage."""
        async with self.made(file) as token:
            return await self._change(user, token)

    @asynccontextmanager
    async def made(self, file: ReceivedFile) -> AsyncIterator[str]:
        """A picture that is ready to be somebody's; its token. Raises BadImage. Where the block fails it is removed."""
        token = file.token
        try:
            await self._pictures.make_avatar(
                file.path, self._store.picture(avatar_name(token)),
                self._store.picture(avatar_name(token, medium=True)))
            yield token
        except BaseException:
            await self._in_thread(self._store.remove, token)
            raise
        self._store.settle(token)

    async def do_use(self, user: User, token: str) -> User:
        """Make a picture that is ready `user`'s own; the person as they are then."""
        return await self._change(user, token)

    async def do_delete(self, user: User) -> User:
        """Back to the picture that is drawn for everyone."""
        return user if user.avatar_token is None else await self._change(user, None)

    async def _change(self, user: User, token: str | None) -> User:
        async def write(unit: Transaction) -> tuple[User, str | None]:
            old = self._directory.users[user.id]
            changed = replace(old, avatar_token=token, avatar_version=old.avatar_version + 1)
            if old.avatar_token is not None:
                await self._in_thread(self._store.mark, old.avatar_token)
            await sql.update_avatar(unit, changed)
            self._bus.publish(unit, event_types.user_avatar(changed))
            for event in self._bots.pictured(changed):
                self._bus.publish(unit, event)
            return changed, old.avatar_token

        changed, old_token = await self._database.transaction(write, _LANE)
        if old_token is not None:
            await self._in_thread(self._store.remove, old_token)
        return changed
