"""Uploading files and deleting them.

An upload is acknowledged when it is whole on disk, known to the database, and has its thumbnails. What a crash left in
between is cleared away at the next start: the store says which files were under way, the database which of those it
knows.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred

from chat import event_types
from chat.bus import Bus
from chat.database import attachments as sql
from chat.database import people as people_sql
from chat.database.attachments import Used
from chat.database.pool import Database, Transaction
from chat.deferreds import spawn
from chat.errors import JsonableError, UploadQuota
from chat.file_store import FileStore, ReceivedFile
from chat.file_types import IMAGES, kept_name, name_in_links, sniff
from chat.models import User
from chat.temporary_links import TemporaryLinks
from chat.thumbnails import PictureFacts, Pictures
from chat.uploaded import MIB, Attachment, new_path_id

MAX_LISTED = 10_000
_LANE = ("uploads",)

InThread = Callable[..., Awaitable[Any]]
"""Runs a blocking function off the reactor thread."""


class Uploads:
    def __init__(self, database: Database, bus: Bus, store: FileStore, pictures: Pictures, in_thread: InThread,
                 links: TemporaryLinks, quota_mib: int | None) -> None:
        self._database = database
        self._bus = bus
        self._store = store
        self._pictures = pictures
        self._in_thread = in_thread
        self._links = links
        self._telling: set[Deferred[None]] = set()
        self._quota = None if quota_mib is None else quota_mib * MIB

    async def start(self) -> None:
        """Make the store's folders, and clear away what a crash left half done."""
        await self._in_thread(self._store.prepare)
        pending = await self._in_thread(self._store.pending)
        known = await sql.known_tokens(self._database, pending) if pending else set()
        self._links.start(await self._database.transaction(
            lambda unit: people_sql.secret(unit, "temporary-links", os.urandom(32))))
        for token in pending:
            await self._in_thread(self._store.settle if token in known else self._store.remove, token)

    async def stop(self) -> None:
        """Wait for what is being told."""
        while self._telling:
            await next(iter(self._telling))

    async def do_upload(self, owner: User, file: ReceivedFile) -> Attachment:
        """Keep a file for `owner`. Raises UploadQuota."""
        await self._check_quota(file.size)
        name = kept_name(file.filename)
        content_type = await self._in_thread(sniff, file.path, name)
        await self._in_thread(self._store.keep, file)
        try:
            facts = await self._facts(file.token, content_type)
            attachment = await self._insert(owner, file, name, content_type, facts)
        except BaseException:
            await self._in_thread(self._store.remove, file.token)
            raise
        self._store.settle(file.token)
        return attachment

    async def do_delete(self, owner: User, attachment_id: int) -> None:
        """Delete a file of `owner`'s. Messages keep their links, which lead nowhere then."""
        async def write(unit: Transaction) -> str:
            found = await sql.delete(unit, attachment_id, owner.id)
            if found is None:
                raise JsonableError("Invalid attachment")
            path_id, size = found
            return await self._forget(unit, attachment_id, owner.id, path_id, size)

        token = await self._database.transaction(write, _LANE)
        await self._in_thread(self._store.remove, token)

    async def do_delete_unused(self, attachment_id: int) -> bool:
        """Delete a file that nothing shows, whosever it is; whether it was there, and unused still."""
        async def write(unit: Transaction) -> str | None:
            found = await sql.delete_unused(unit, attachment_id)
            if found is None:
                return None
            path_id, size, owner_id = found
            return await self._forget(unit, attachment_id, owner_id, path_id, size)

        token = await self._database.transaction(write, _LANE)
        if token is not None:
            await self._in_thread(self._store.remove, token)
        return token is not None

    async def _forget(self, unit: Transaction, attachment_id: int, owner_id: int, path_id: str, size: int) -> str:
        """Have a deleted file's space counted out, and its owner told; its token, which is pending then."""
        token = path_id.split("/")[2]
        await self._in_thread(self._store.mark, token)
        space = await sql.add_space(unit, -size, None)
        assert space is not None
        self._bus.publish(unit, event_types.attachment_removed(attachment_id, owner_id, space))
        return token

    async def list_own(self, owner: User) -> tuple[list[Used], int]:
        """A person's files, newest first, and how much space all files of the organisation take."""
        return (await sql.of_owner(self._database, owner.id, MAX_LISTED), await sql.space_used(self._database))

    def announce(self, path_ids: Sequence[str]) -> None:
        """A message that shows these files was sent: their owners hear of it."""
        if path_ids:
            telling = spawn("telling the owners of files where they are shown", self._announce(path_ids))
            self._telling.add(telling)
            telling.addCallback(lambda _: self._telling.discard(telling))

    async def _announce(self, path_ids: Sequence[str]) -> None:
        async def read(unit: Transaction) -> None:
            space = await sql.space_used(unit)
            for used in await sql.by_path(unit, path_ids):
                self._bus.publish(unit, event_types.attachment("update", used.attachment, used.messages, space))

        await self._database.transaction(read, _LANE)

    async def _check_quota(self, size: int) -> None:
        """A look before the work; the one that counts is made when it is written."""
        if self._quota is not None and await sql.space_used(self._database) + size > self._quota:
            raise UploadQuota

    async def _facts(self, token: str, content_type: str) -> PictureFacts | None:
        if content_type not in IMAGES:
            return None
        return await self._pictures.make_thumbnails(self._store.file(token), self._store.thumbnails(token))

    async def _insert(self, owner: User, file: ReceivedFile, name: str, content_type: str,
                      facts: PictureFacts | None) -> Attachment:
        async def write(unit: Transaction) -> Attachment:
            space = await sql.add_space(unit, file.size, self._quota)
            if space is None:
                raise UploadQuota
            attachment = await sql.insert(
                unit, path_id=new_path_id(file.token, name_in_links(name)), owner_id=owner.id, name=name,
                content_type=facts.content_type if facts else content_type, size=file.size,
                width=facts.width if facts else None, height=facts.height if facts else None,
                is_animated=facts is not None and facts.is_animated)
            self._bus.publish(unit, event_types.attachment("add", attachment, (), space))
            return attachment

        return await self._database.transaction(write, _LANE)
