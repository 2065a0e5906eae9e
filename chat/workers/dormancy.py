"""Looks once in a while for people who have been away for long, and keeps note of who was here."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chat.actions.activity import Activity
from chat.deferreds import Clock, sleep, spawn

PERIOD_S = 3600.0
_log = Logger("chat.workers.dormancy")


class Dormancy:
    def __init__(self, activity: Activity, clock: Clock) -> None:
        self._activity = activity
        self._clock = clock
        self._sleeping: Deferred[None] | None = None
        self._ended: Deferred[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._ended = spawn("looking for people who are away", self._run())

    async def stop(self) -> None:
        """Let a round that is under way end, and write down who was here."""
        self._stopping = True
        if self._sleeping is not None:
            self._sleeping.cancel()
        if self._ended is not None:
            await self._ended
        await self._activity.write()

    async def _run(self) -> None:
        while not self._stopping:
            self._sleeping = sleep(self._clock, PERIOD_S)
            await self._sleeping
            self._sleeping = None
            try:
                count = await self._activity.mark_dormant()
            except Exception:
                _log.failure("could not look for people who are away")
            else:
                if count:
                    _log.info("{count} people have been away for long", count=count)
