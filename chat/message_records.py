"""What is known of one message beside what it says: what it was before, and who has read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from chat.database import read_receipts as sql
from chat.database.pool import Database
from chat.directory import Directory
from chat.edits import SnapshotWire, snapshots
from chat.errors import JsonableError
from chat.history import History
from chat.models import User

InThread = Callable[..., Awaitable[Any]]
"""Runs a blocking function off the reactor thread."""


class MessageRecords:
    def __init__(self, database: Database, directory: Directory, history: History, in_thread: InThread) -> None:
        self._database = database
        self._directory = directory
        self._history = history
        self._in_thread = in_thread

    async def history(self, reader: User, message_id: int) -> list[SnapshotWire]:
        """Every state the message was in, the oldest first. Comparing texts takes a while: in a thread."""
        if not self._directory.realm.allow_edit_history:
            raise JsonableError("Message edit history is turned off in this organization")
        message = (await self._history.message(reader, message_id)).message
        found: list[SnapshotWire] = await self._in_thread(snapshots, message)
        return found

    async def read_receipts(self, reader: User, message_id: int) -> list[int]:
        """Who has read a message and lets others know. Its sender has, and people who muted each other say nothing."""
        directory = self._directory
        if not directory.realm.enable_read_receipts:
            raise JsonableError("Read receipts are turned off in this organization")
        message = (await self._history.message(reader, message_id)).message
        silent = {message.sender_id, *directory.muted_users.of(reader.id), *directory.muted_users.muters_of(reader.id)}
        return [user_id for user_id in await sql.readers(self._database, message_id)
                if user_id not in silent and self._tells(user_id)]

    def _tells(self, user_id: int) -> bool:
        user = self._directory.users[user_id]
        return user.is_active and not user.is_system and self._directory.settings_of(user_id).send_read_receipts
