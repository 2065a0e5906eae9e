"""Deleting messages: one, or a topic of them. What is deleted is gone: no history remembers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chat import event_types
from chat.actions.edit_checks import EditChecks
from chat.actions.edits import EDITS
from chat.actions.moves import Moves
from chat.actions.readership import audience
from chat.actions.sending import SENDS
from chat.bus import Bus
from chat.database import deletions as sql
from chat.database import edits as edit_sql
from chat.database.deletions import Older
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import JsonableError
from chat.history import History
from chat.models import Channel, User

BATCH = 500
"""Messages that go at once: in one unit, in one event."""
OLD_BATCH = 100
"""Messages that go at once because they are old: few, so that who sends just then waits for little."""
LONGEST_S = 20.0
"""For so long one request deletes a topic; the client asks again for the rest."""


class Deletions:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock, history: History,
                 announce: Callable[[Sequence[str]], None]) -> None:
        """`announce` is told the path_ids of uploaded files that messages show no longer."""
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._history = history
        self._announce = announce
        self._checks = EditChecks(directory)
        self._moves = Moves(directory, bus)

    async def do_delete_message(self, acting: User, message_id: int) -> None:
        """Delete one message. Raises JsonableError where `acting` may not, or it is gone already."""
        message = (await self._history.message(acting, message_id)).message
        self._checks.check_delete(acting, message, self._clock.seconds())

        async def write(unit: Transaction) -> None:
            source = await edit_sql.source(unit, message_id)
            if source is None:
                raise JsonableError("Invalid message(s)")
            await self._delete(unit, acting, [message_id], source.channel_id, source.topic)

        await self._database.transaction(write, EDITS, SENDS, ("directory",), ("message", message_id))

    async def do_delete_topic(self, acting: User, channel: Channel, topic: str) -> bool:
        """Delete a topic's messages, the newest first; whether all are gone. What is left after LONGEST_S stays for the
        next call."""
        if not self._directory.can_read_channel(acting, channel):
            raise JsonableError("Invalid channel ID")
        until = self._clock.seconds() + LONGEST_S
        while True:
            ids = await sql.newest_in_topic(self._database, channel.id, topic, BATCH)
            if not ids:
                return True
            if self._clock.seconds() > until:
                return False
            await self._delete_batch(acting, channel, topic)

    async def do_delete_older(self, channel: Channel | None, before: float) -> int:
        """Delete some of the oldest messages of a channel, or among people, that were sent before then; how many."""
        recipient_id = None if channel is None else channel.recipient_id
        if not await sql.older(self._database, recipient_id, before, 1):
            return 0

        async def write(unit: Transaction) -> int:
            older = await sql.older(unit, recipient_id, before, OLD_BATCH)
            conversations: dict[tuple[int, str], list[Older]] = {}
            for one in older:
                conversations.setdefault((one.recipient_id, one.topic.lower()), []).append(one)
            for messages in conversations.values():
                await self._delete(unit, None, [one.id for one in messages], None if channel is None else channel.id,
                                   messages[0].topic)
            return len(older)

        return int(await self._database.transaction(write, EDITS, SENDS, ("directory",)))

    async def _delete_batch(self, acting: User, channel: Channel, topic: str) -> None:
        async def write(unit: Transaction) -> None:
            ids = await sql.newest_in_topic(unit, channel.id, topic, BATCH)
            if ids:
                await self._delete(unit, acting, ids, channel.id, topic)

        await self._database.transaction(write, EDITS, SENDS, ("directory",))

    async def _delete(self, unit: Transaction, acting: User | None, message_ids: Sequence[int], channel_id: int | None,
                      topic: str) -> None:
        gone, holders, paths = await sql.delete(unit, message_ids)
        told = audience(self._directory, set(holders), channel_id) | ({acting.id} if acting else set())
        self._bus.publish(unit, event_types.delete_message(gone, channel_id, topic, told))
        if channel_id is not None:
            await self._moves.tell_first_ids(unit, [self._directory.channels[channel_id]])
        if paths:
            unit.after_commit(lambda: self._announce(paths))
