"""Something that is done once in a while, as long as the server runs. What it is, is an action's business."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from chat.deferreds import Clock, sleep, spawn

_log = Logger("chat.workers.rounds")


class Rounds:
    def __init__(self, name: str, work: Callable[[], Awaitable[object]], clock: Clock, period_s: float,
                 first_s: float | None = None) -> None:
        """The first round comes `first_s` after the start, where that is given, else when a period is over."""
        self._name = name
        self._work = work
        self._clock = clock
        self._period_s = period_s
        self._pause_s = period_s if first_s is None else first_s
        self._sleeping: Deferred[None] | None = None
        self._ended: Deferred[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._ended = spawn(self._name, self._run())

    async def stop(self) -> None:
        """Let a round that is under way end; no more after it."""
        self._stopping = True
        if self._sleeping is not None:
            self._sleeping.cancel()
        if self._ended is not None:
            await self._ended

    async def _run(self) -> None:
        while not self._stopping:
            self._sleeping = sleep(self._clock, self._pause_s)
            try:
                await self._sleeping
            except CancelledError:
                return
            self._sleeping, self._pause_s = None, self._period_s
            try:
                await self._work()
            except Exception:
                _log.failure("a round of {name} failed", name=self._name)
