"""What people do with polls and todo lists."""

from __future__ import annotations

from dataclasses import replace

import psycopg2.errors

from chat import event_types
from chat.actions.readership import readership
from chat.bus import Bus
from chat.database import submessages as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.history import History
from chat.models import Submessage, User
from chat.widgets import MAX_SUBMESSAGES, WIDGET, check_deed


class Submessages:
    def __init__(self, database: Database, directory: Directory, bus: Bus, history: History) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._history = history

    async def do_add(self, user: User, message_id: int, msg_type: str, content: str) -> None:
        """Vote, add an option or a task, strike one out, change the question. Raises JsonableError."""
        message = (await self._history.message(user, message_id)).message
        if msg_type != WIDGET:
            raise JsonableError("Invalid msg_type")
        if not message.submessages:
            raise JsonableError("You cannot attach a submessage to this message.")
        first = message.submessages[0]
        kept = check_deed(first.content, content, is_author=user.id == message.sender_id)

        async def write(unit: Transaction) -> None:
            added = Submessage(0, user.id, msg_type, kept)
            try:
                number = await sql.insert(unit, added, message_id, MAX_SUBMESSAGES)
            except psycopg2.errors.ForeignKeyViolation:
                raise JsonableError("Invalid message(s)") from None  # it was deleted just now
            if number is None:
                raise JsonableError(f"A message has at most {MAX_SUBMESSAGES} submessages")
            audience, _ = await readership(unit, self._directory, message_id, message.channel_id)
            self._bus.publish(unit, event_types.submessage(replace(added, id=number), message_id, audience))

        await self._database.transaction(write, ("message", message_id))
