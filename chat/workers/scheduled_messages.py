"""Sends scheduled messages when their time comes.

It sleeps until the next one is due, is woken by events that bring an earlier one, and begins with whatever became due
while the server was away. What happens to one message is chat.actions.scheduled_messages' business; here is only when.
"""

from __future__ import annotations

from math import inf

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from chat.actions.scheduled_messages import ScheduledMessages
from chat.deferreds import Clock, sleep, spawn
from chat.errors import ServiceUnavailable
from chat.event_types import Event

MAX_SLEEP_S = 60.0
"""However far away the next message is: the machine's clock may have been set, or stood still."""
RETRY_S = 5.0
_BATCH = 100
_log = Logger("chat.workers.scheduled_messages")


class ScheduledDelivery:
    def __init__(self, scheduled: ScheduledMessages, clock: Clock) -> None:
        self._scheduled = scheduled
        self._clock = clock
        self._soonest = inf
        """The earliest time that events told of since the round began."""
        self._until = inf
        self._sleeping: Deferred[None] | None = None
        self._ended: Deferred[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._ended = spawn("sending scheduled messages", self._run())

    async def stop(self) -> None:
        """Let the message that is under way be sent; no more after it."""
        self._stopping = True
        self._wake()
        if self._ended is not None:
            await self._ended

    def hear(self, event: Event) -> None:
        """An event was published: a message that is to be sent before we would look again wakes us."""
        body = event.body
        if body is None or body["type"] != "scheduled_messages" or body["op"] == "remove":
            return
        for scheduled in body.get("scheduled_messages") or [body["scheduled_message"]]:
            if not scheduled["failed"]:
                self._soonest = min(self._soonest, scheduled["scheduled_delivery_timestamp"])
        if self._soonest < self._until:
            self._wake()

    async def _run(self) -> None:
        while not self._stopping:
            self._soonest = inf
            try:
                delay_s = await self._round()
            except Exception as error:
                if not isinstance(error, ServiceUnavailable):
                    _log.failure("could not look for scheduled messages")
                delay_s = RETRY_S
            if not self._stopping:
                await self._sleep(delay_s)

    async def _round(self) -> float:
        """Send what is due; how long there is nothing to do then."""
        due = await self._scheduled.due(_BATCH)
        failures = 0
        for scheduled_id in due:
            if self._stopping:
                return 0
            try:
                await self._scheduled.deliver(scheduled_id)
            except ServiceUnavailable:
                raise
            except Exception:
                _log.failure("scheduled message {id} is tried again later", id=scheduled_id)
                failures += 1
        if failures:
            return RETRY_S
        if len(due) == _BATCH:
            return 0
        following = await self._scheduled.next_time()
        next_time = min(self._soonest, inf if following is None else following)
        return min(max(next_time - self._clock.seconds(), 0), MAX_SLEEP_S)

    async def _sleep(self, seconds: float) -> None:
        self._until = self._clock.seconds() + seconds
        self._sleeping = sleep(self._clock, seconds)
        try:
            await self._sleeping
        except CancelledError:
            pass
        finally:
            self._sleeping, self._until = None, inf

    def _wake(self) -> None:
        if self._sleeping is not None:
            self._sleeping.cancel()
