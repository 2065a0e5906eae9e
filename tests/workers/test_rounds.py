"""What is done once in a while."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from chat.workers.rounds import Rounds


class RoundsTests(TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.done = 0
        self.error: Exception | None = None
        self.rounds = Rounds("counting", self.count, self.clock, 60.0)
        self.rounds.start()

    async def count(self) -> None:
        self.done += 1
        if self.error is not None:
            raise self.error

    async def test_a_round_each_period(self) -> None:
        self.clock.pump([30, 29, 1, 60])
        self.assertEqual(2, self.done)
        await self.rounds.stop()
        self.clock.advance(600)
        self.assertEqual(2, self.done)

    async def test_the_first_can_come_sooner(self) -> None:
        await self.rounds.stop()
        sooner = Rounds("counting", self.count, self.clock, 60.0, 5.0)
        sooner.start()
        self.clock.pump([5, 59])
        self.assertEqual(1, self.done)
        self.clock.advance(1)
        self.assertEqual(2, self.done)
        await sooner.stop()

    async def test_a_round_that_fails_is_logged_and_followed_by_the_next(self) -> None:
        self.error = RuntimeError("no")
        self.clock.pump([60, 60])
        self.assertEqual(2, self.done)
        self.assertEqual(2, len(self.flushLoggedErrors(RuntimeError)))
        await self.rounds.stop()

    async def test_stopping_waits_for_the_round_under_way(self) -> None:
        waiting: Deferred[None] = Deferred()
        self.rounds._work = lambda: waiting
        self.clock.advance(60)
        stopped = Deferred.fromCoroutine(self.rounds.stop())
        self.assertNoResult(stopped)
        waiting.callback(None)
        await stopped
