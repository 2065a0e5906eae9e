"""Members who are still new here: what is left to full members is not theirs yet, for as long as the organisation says.
"""

from __future__ import annotations

from chat import event_types
from chat.bus import Bus
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory, still_new
from chat.models import Role


class NewMembers:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock

    async def do_promote(self, now: float | None = None) -> int:
        """Make full members of those whose time has come; how many there were."""
        async def write(unit: Transaction) -> int:
            return self.recount(unit, self._directory.realm.waiting_period_threshold, now)

        return await self._database.transaction(write, ("directory",))

    def recount(self, unit: Transaction, threshold_days: int, now: float | None = None) -> int:
        """Tell who is new and who is not any more, within a unit that holds the directory's lane, by this threshold;
        how many changed."""
        directory = self._directory
        before = directory.new_members
        after = still_new(directory.users.values(), threshold_days, self._clock.seconds() if now is None else now)
        if before == after:
            return 0
        full = {user.id for user in directory.active_users() if user.role == Role.MEMBER}
        for op, people in (("add_members", before - after), ("remove_members", after - before)):
            self._bus.publish(unit, event_types.full_members(op, sorted(people & full), after))
        return len(before ^ after)
