"""The embedded PostgreSQL as a part of the server: started, watched, started again should it die, stopped.

Owns the promise that while the server runs, PostgreSQL runs or is being brought back; the pool's
connections come back by themselves then. Knows no schema. `cluster` does the work, in threads, so the
reactor never waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from chat.database.cluster import Cluster, ClusterError

LOOK_INTERVAL_S = 0.5
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
T = TypeVar("T")
_log = Logger()


class EmbeddedPostgres:
    """PostgreSQL in `data`/postgres, kept running."""

    def __init__(self, reactor: Any, data: Path, settings: Mapping[str, str] | None = None) -> None:
        self._reactor = reactor
        self._cluster = Cluster(data / "postgres", settings)
        self._abandoned = threading.Event()
        self._turn = DeferredLock()  # starting and stopping take turns
        self._watch = LoopingCall(self._look)
        self._watch.clock = reactor
        self._retry_s = FIRST_RETRY_S
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        """PostgreSQL's process id while it runs."""
        return self._cluster.pid

    async def start(self) -> str:
        """Start PostgreSQL and answer how to reach it (a DSN that stays good). Raises ClusterError."""
        await self._turn.run(self._in_thread, lambda: self._cluster.start(self._abandoned))
        if self._abandoned.is_set():
            raise ClusterError("PostgreSQL was stopped while it started.")
        self._watch.start(LOOK_INTERVAL_S, now=False)
        return self._cluster.dsn()

    def abandon(self) -> None:
        """End a start that is under way as soon as may be; `start` then raises ClusterError."""
        self._abandoned.set()

    async def stop(self) -> None:
        """Stop PostgreSQL, also while it is being started; done when it is gone."""
        self.abandon()
        if self._watch.running:
            self._watch.stop()
        await self._turn.run(self._in_thread, self._cluster.stop)

    def _look(self) -> Deferred[None] | None:
        if self._cluster.is_running() or self._reactor.seconds() < self._not_before:
            return None
        return Deferred.fromCoroutine(self._revive())

    async def _revive(self) -> None:
        _log.error("PostgreSQL is gone: starting it again.")
        try:
            await self._turn.run(self._in_thread, lambda: self._cluster.start(self._abandoned))
        except Exception as error:
            self._not_before = self._reactor.seconds() + self._retry_s
            self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
            if isinstance(error, ClusterError):
                _log.error("PostgreSQL did not start again: {error}", error=error)
            else:
                _log.failure("PostgreSQL did not start again.")
        else:
            self._retry_s = FIRST_RETRY_S
            _log.info("PostgreSQL runs again (process {pid}).", pid=self._cluster.pid)

    def _in_thread(self, work: Callable[[], T]) -> Deferred[T]:
        return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work)
