"""Who is here, and who has been away for long.

A person away for DORMANT_AFTER_S is dormant: a message to a channel writes no row for them, unless it concerns them (it
is direct, or flagged for them). When they come back, or anything about their subscriptions is to change, they catch up
first: they get the rows that they would have had. Nobody can tell that they were ever dormant, but for the time saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

from chat import event_types
from chat.bus import Bus
from chat.database import activity as sql
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.models import User

DORMANT_AFTER_S = 21 * 24 * 3600
_FRESH_S = 3600
"""How exactly it is known when someone was last here."""


class Activity:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._noted: dict[int, float] = {}
        self._to_write: set[int] = set()

    def seen(self, user: User) -> Awaitable[None] | None:
        """`user` is here. Where they were dormant: what to await before they are served."""
        now = self._clock.seconds()
        if now - self._noted.get(user.id, -_FRESH_S) >= _FRESH_S:
            self._noted[user.id] = now
            self._to_write.add(user.id)
        return self.wake([user.id]) if self._directory.is_dormant(user.id) else None

    async def wake(self, user_ids: Iterable[int]) -> None:
        """Have these people catch up, those of them that are dormant."""
        for user_id in user_ids:
            if self._directory.is_dormant(user_id):
                await self._catch_up(user_id)

    async def write(self) -> None:
        """Store who was here since the last time."""
        seen, self._to_write = self._to_write, set()
        if seen:
            await self._database.transaction(lambda unit: sql.touch(unit, seen))

    async def mark_dormant(self, away_s: float = DORMANT_AFTER_S) -> int:
        """Make those dormant who have been away for so long; how many they were."""
        await self.write()

        async def write(unit: Transaction) -> int:
            dormant = await sql.mark_dormant(unit, away_s)
            for user_id, message_id in dormant.items():
                self._bus.publish(unit, event_types.dormant(user_id, message_id))
            return len(dormant)

        return await self._database.transaction(write, ("send",), ("directory",))

    async def _catch_up(self, user_id: int) -> None:
        async def write(unit: Transaction) -> None:
            after_id = self._directory.caught_up_to(user_id)
            if after_id is None:
                return  # someone else woke them while we waited for the lane
            recipients = [self._directory.channels[channel_id].recipient_id
                          for channel_id in self._directory.subscriptions_of(user_id)]
            await sql.catch_up(unit, user_id, after_id, recipients)
            self._bus.publish(unit, event_types.awake(user_id))

        await self._database.transaction(write, ("send",), ("directory",), ("flags", user_id))
