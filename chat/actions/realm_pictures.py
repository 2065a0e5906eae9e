"""The organisation's own pictures: its icon, and its logo by day and by night. The files are made before the change is
written, and the old ones removed after it.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from chat import setting_events
from chat.actions.uploads import InThread
from chat.bus import Bus
from chat.database import realm as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.file_store import FileStore, ReceivedFile
from chat.thumbnails import Pictures
from chat.uploaded import avatar_name

PictureName = Literal["icon", "logo", "night_logo"]
_LANE = ("directory",)


class RealmPictures:
    def __init__(self, database: Database, directory: Directory, bus: Bus, store: FileStore, pictures: Pictures,
                 in_thread: InThread) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._store = store
        self._pictures = pictures
        self._in_thread = in_thread

    async def do_set(self, name: PictureName, file: ReceivedFile) -> None:
        """Make a picture the organisation's. Raises BadImage."""
        token = file.token
        try:
            await self._make(name, file)
            await self._change(name, token)
        except BaseException:
            await self._in_thread(self._store.remove, token)
            raise
        self._store.settle(token)

    async def do_delete(self, name: PictureName) -> None:
        """Back to the one that Plait comes with."""
        await self._change(name, None)

    async def _make(self, name: PictureName, file: ReceivedFile) -> None:
        if name == "icon":
            await self._pictures.make_avatar(
                file.path, self._store.picture(avatar_name(file.token)),
                self._store.picture(avatar_name(file.token, medium=True)))
        else:
            await self._pictures.copy(file.path, self._store.picture(f"{file.token}.webp"))

    async def _change(self, name: PictureName, token: str | None) -> None:
        async def write(unit: Transaction) -> str | None:
            old: str | None = getattr(self._directory.realm, name)
            if old == token:
                return None
            changed = replace(self._directory.realm, **{name: token})
            if old is not None:
                await self._in_thread(self._store.mark, old)
            await sql.update_realm(unit, changed)
            self._bus.publish(unit, setting_events.realm_picture(changed, name))
            return old

        old = await self._database.transaction(write, _LANE)
        if old is not None:
            await self._in_thread(self._store.remove, old)
