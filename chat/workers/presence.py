"""Writes down, once a minute, who was here since the last time: a bounded number of people a statement."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from chat.database import presence as sql
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock, sleep, spawn
from chat.models import Presence
from chat.presence import Presences

PERIOD_S = 60.0
BATCH = 2000
_log = Logger("chat.workers.presence")


class PresenceWriter:
    def __init__(self, presences: Presences, database: Database, clock: Clock) -> None:
        self._presences = presences
        self._database = database
        self._clock = clock
        self._sleeping: Deferred[None] | None = None
        self._ended: Deferred[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._ended = spawn("writing who was here", self._run())

    async def stop(self) -> None:
        """Write what is left, then end."""
        self._stopping = True
        if self._sleeping is not None:
            self._sleeping.cancel()
        if self._ended is not None:
            await self._ended

    async def write(self) -> None:
        """Write what the database does not know. What cannot be written is tried again next time."""
        while rows := self._presences.unsaved(BATCH):
            try:
                await self._database.transaction(partial(self._upsert, rows))
            except Exception:
                self._presences.not_saved(rows)
                raise

    async def _upsert(self, rows: Sequence[Presence], unit: Transaction) -> None:
        await sql.upsert(unit, rows)

    async def _run(self) -> None:
        while not self._stopping:
            self._sleeping = sleep(self._clock, PERIOD_S)
            with suppress(CancelledError):
                await self._sleeping
            self._sleeping = None
            try:
                await self.write()
            except Exception:
                _log.failure("could not write who was here")
