"""Which connection of the pool is taken, on a real PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg2
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase

from chat.database.pool import Database
from tests.support.postgres import drop_database, fresh_database

PID = "SELECT pg_backend_pid()"
SLOW_PID = "SELECT pg_backend_pid() FROM pg_sleep(0.2)"


class ConnectionTests(TestCase):
    def setUp(self) -> Deferred[None]:
        from twisted.internet import reactor

        self.dsn = fresh_database()
        self.database = Database(reactor, self.dsn, size=3)
        return Deferred.fromCoroutine(self.database.start())

    async def tearDown(self) -> None:
        await self.database.stop()
        drop_database(self.dsn)

    async def pids(self, sql: str, count: int) -> list[int]:
        """The processes of PostgreSQL that served so many queries at once."""
        rows: Any = await gatherResults([Deferred.fromCoroutine(self.database.query(sql)) for _ in range(count)])
        return [pid for ((pid,),) in rows]

    async def test_the_last_one_again(self) -> None:
        """Queries one after the other are served by one process."""
        served = {(await self.pids(PID, 1))[0] for _ in range(10)}
        self.assertEqual(len(served), 1)

    async def test_as_many_as_are_needed(self) -> None:
        """Queries at once are served at once, by all there are; then again by one."""
        self.assertEqual(len(set(await self.pids(SLOW_PID, 6))), 3)
        served = {(await self.pids(PID, 1))[0] for _ in range(10)}
        self.assertEqual(len(served), 1)

    async def test_a_dead_one_is_not_in_the_way(self) -> None:
        """When the process that is used first dies, queries are served by others, and it comes back in time."""
        (first,) = await self.pids(PID, 1)
        self.end(first)
        self.assertNotIn(first, {(await self.pids(PID, 1))[0] for _ in range(10)})
        before = self.database.statements
        while len(set(await self.pids(SLOW_PID, 3))) < 3:
            self.assertLess(self.database.statements - before, 100)

    def end(self, pid: int) -> None:
        connection = psycopg2.connect(self.dsn)
        try:
            connection.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        finally:
            connection.close()
