"""Flags of one's own messages: read, starred, collapsed. One person's changes go one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat import event_types
from chat.actions.edits import EDITS
from chat.bus import Bus
from chat.database import flags as sql
from chat.database.messages import MAX_ID, Condition
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.history import History
from chat.models import EDITABLE_FLAGS, Channel, Flag, User

_BATCH = 10_000
"""Ids in one event."""


class Flags:
    def __init__(self, database: Database, directory: Directory, bus: Bus, history: History) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._history = history

    async def update_flags(self, user: User, message_ids: Sequence[int], op: str, name: str) -> int:
        """`op` ("add", "remove") a flag on messages that `user` can read; others are passed over silently. How many
        messages it changed.

        Starring a message of a public channel that one never received makes it one's own, as read history.
        """
        flag = EDITABLE_FLAGS.get(name)
        if flag is None:
            raise JsonableError(f"Invalid flag: '{name[:60]}'" if name.lower() not in _known()
                                else f"Flag not editable: '{name}'")
        wanted = [message_id for message_id in dict.fromkeys(message_ids) if message_id <= MAX_ID]
        adopted: list[int] = []
        if op == "add" and flag is Flag.STARRED and len(wanted) <= 100:
            for message_id in wanted:
                read = await self._history.message(user, message_id)
                if read.flags is None:
                    adopted.append(message_id)

        async def write(unit: Transaction) -> int:
            if adopted:
                await sql.adopt(unit, user.id, adopted, Flag.READ | Flag.HISTORICAL)
            if op == "add":
                changed = await sql.add(unit, user.id, wanted, flag)
                self._publish(unit, user, "add", name, changed)
            else:
                changed = await sql.remove(unit, user.id, wanted, flag)
                details = self._details(user, await sql.details(unit, user.id, changed)) if name == "read" else None
                self._publish(unit, user, "remove", name, changed, details)
            return len(changed)

        # What is unread again is told with its place: nothing moves meanwhile.
        lanes = [EDITS] if (op, flag) == ("remove", Flag.READ) else []
        return await self._database.transaction(write, ("flags", user.id), *lanes)

    async def mark_channel_read(self, user: User, channel: Channel, topic: str | None = None) -> int:
        """Mark a channel, or one of its topics, as read; how many messages that were."""
        conditions = [Condition("m.channel_id = %(channel)s", {"channel": channel.id})]
        if topic is not None:
            conditions.append(Condition("lower(m.topic) = lower(%(topic)s)", {"topic": topic}))

        async def write(unit: Transaction) -> int:
            changed = await sql.mark_read(unit, user.id, conditions)
            self._publish(unit, user, "add", "read", changed)
            return len(changed)

        return await self._database.transaction(write, ("flags", user.id))

    async def mark_all_read(self, user: User) -> int:
        """Mark everything as read; how many messages that were.

        No send is under way meanwhile: a client that hears "all" then clears exactly what this cleared.
        """
        async def write(unit: Transaction) -> int:
            changed = await sql.mark_all_read(unit, user.id)
            self._bus.publish(unit, event_types.update_message_flags(user.id, "add", "read", [], all_messages=True))
            return len(changed)

        return await self._database.transaction(write, ("flags", user.id), ("send",))

    def _publish(self, unit: Transaction, user: User, op: str, name: str, changed: Sequence[int],
                 details: dict[str, Any] | None = None) -> None:
        for start in range(0, len(changed), _BATCH):
            batch = changed[start:start + _BATCH]
            self._bus.publish(unit, event_types.update_message_flags(
                user.id, op, name, batch,
                details=None if details is None else {
                    str(message_id): details[str(message_id)] for message_id in batch}))

    def _details(self, user: User, rows: Sequence[sql.Unread]) -> dict[str, Any]:
        """Where messages that are unread again belong, by id."""
        details: dict[str, Any] = {}
        for row in rows:
            detail: dict[str, Any]
            if row.channel_id is not None:
                detail = {"type": "stream", "stream_id": row.channel_id, "topic": row.topic}
                if not self._directory.is_muted(user.id, row.channel_id, row.topic):
                    detail["unmuted_stream_msg"] = True
            else:
                detail = {"type": "private", "user_ids": [other for other in row.user_ids if other != user.id]}
            if row.flags & (Flag.MENTIONED | Flag.STREAM_WILDCARD_MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED):
                detail["mentioned"] = True
            details[str(row.message_id)] = detail
        return details


def _known() -> set[str]:
    return {flag.name.lower() for flag in Flag if flag.name}
