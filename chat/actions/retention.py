"""Deleting messages older than they are to be kept: by channel, and among people as the organisation has it."""

from __future__ import annotations

from chat.actions.deletions import Deletions
from chat.deferreds import Clock
from chat.directory import Directory
from chat.models import Channel

PERIOD_S = 600.0
FIRST_S = 60.0
"""After the start: what comes back with a restart has its turn first."""
AT_MOST = 5000
"""Messages that one round deletes; the next goes on."""
_DAY_S = 24 * 3600


class Retention:
    def __init__(self, directory: Directory, deletions: Deletions, clock: Clock) -> None:
        self._directory = directory
        self._deletions = deletions
        self._clock = clock

    async def do_delete_overdue(self, now: float | None = None, at_most: int = AT_MOST) -> int:
        """Delete what is overdue, the oldest of each place first, about `at_most` messages; how many they were."""
        now = self._clock.seconds() if now is None else now
        count = 0
        for channel_id in (None, *sorted(self._directory.channels)):
            while count < at_most and (deleted := await self._delete_some(channel_id, now)):
                count += deleted
        return count

    async def _delete_some(self, channel_id: int | None, now: float) -> int:
        channel = None if channel_id is None else self._directory.channels[channel_id]
        days = self._days(channel)
        return 0 if days is None else await self._deletions.do_delete_older(channel, now - days * _DAY_S)

    def _days(self, channel: Channel | None) -> int | None:
        """For how many days messages are kept; None: for ever."""
        own = None if channel is None else channel.message_retention_days
        days = self._directory.realm.message_retention_days if own is None else own
        return days if days > 0 else None
