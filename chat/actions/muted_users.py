"""Muting people. Hiding them is their muter's client's work; here their messages are read from the start."""

from __future__ import annotations

from chat import event_types
from chat.bus import Bus
from chat.database import flags as flag_sql
from chat.database import muted_users as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import User

_BATCH = 10_000
"""Ids in one event."""


class MutedUserActions:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def mute(self, user: User, other_id: int) -> None:
        """Mute someone. What of theirs is unread is read then, and what they send later arrives read."""
        self._check(user, other_id, "mute")

        async def write(unit: Transaction) -> None:
            muted = await sql.insert(unit, user.id, other_id)
            if muted is None:
                raise JsonableError("User already muted")
            mine = self._directory.muted_users.of(user.id)
            self._bus.publish(unit, event_types.muted_users(user.id, [*mine.values(), muted]))
            read = await flag_sql.mark_read(unit, user.id, [sql.sent_by(other_id)])
            for start in range(0, len(read), _BATCH):
                self._bus.publish(unit, event_types.update_message_flags(
                    user.id, "add", "read", read[start:start + _BATCH]))

        # No send is under way meanwhile: it would know nothing of this yet.
        await self._database.transaction(write, ("send",), ("flags", user.id), ("muted_users", user.id))

    async def unmute(self, user: User, other_id: int) -> None:
        """Hear of someone again, from now on."""
        self._check(user, other_id, "unmute")

        async def write(unit: Transaction) -> None:
            if not await sql.delete(unit, user.id, other_id):
                raise JsonableError("User is not muted")
            mine = self._directory.muted_users.of(user.id)
            self._bus.publish(unit, event_types.muted_users(
                user.id, [one for one in mine.values() if one.muted_user_id != other_id]))

        await self._database.transaction(write, ("muted_users", user.id))

    def _check(self, user: User, other_id: int, what: str) -> None:
        if other_id == user.id:
            raise JsonableError(f"Cannot {what} self")
        if self._directory.user_by_id(other_id) is None:
            raise JsonableError("No such user")
