"""The tools between coroutines and Deferreds."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chat.deferreds import Lanes, Observable, shielded, sleep, spawn, within


class ShieldedTests(SynchronousTestCase):
    def test_outcome(self) -> None:
        async def work() -> int:
            return 7

        self.assertEqual(self.successResultOf(shielded(work())), 7)

    def test_cancelling_stops_only_the_waiting(self) -> None:
        """The work runs to its end after its client left; a failure then is logged."""
        gate: Deferred[None] = Deferred()
        done: list[str] = []

        async def work() -> None:
            await gate
            done.append("written")
            raise ValueError("told to the log")

        waiting = shielded(work())
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        gate.callback(None)
        self.assertEqual(done, ["written"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_failure_reaches_the_waiter(self) -> None:
        async def work() -> None:
            raise KeyError

        self.failureResultOf(shielded(work()), KeyError)


class SpawnTests(SynchronousTestCase):
    def test_failures_are_logged(self) -> None:
        async def work() -> None:
            raise ValueError

        self.successResultOf(spawn("a test", work()))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class LanesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.lanes = Lanes()
        self.order: list[str] = []

    def take(self, name: str, gate: Deferred[None], *lanes: tuple[str, ...]) -> Deferred[None]:
        async def work() -> None:
            async with self.lanes.hold(*lanes):
                self.order.append(name)
                await gate

        return Deferred.fromCoroutine(work())

    def test_one_after_the_other(self) -> None:
        """Who asks first goes first; other lanes are not held up."""
        gates: list[Deferred[None]] = [Deferred() for _ in range(3)]
        self.take("a", gates[0], ("x",))
        self.take("b", gates[1], ("x",))
        self.take("c", gates[2], ("y",))
        self.assertEqual(self.order, ["a", "c"])
        gates[0].callback(None)
        self.assertEqual(self.order, ["a", "c", "b"])

    def test_no_deadlock(self) -> None:
        """Two that take the same two lanes in different orders both come through."""
        gates: list[Deferred[None]] = [Deferred(), Deferred()]
        first = self.take("a", gates[0], ("x",), ("y",))
        second = self.take("b", gates[1], ("y",), ("x",))
        gates[0].callback(None)
        gates[1].callback(None)
        self.successResultOf(first)
        self.successResultOf(second)

    def test_who_waited_may_be_done_at_once(self) -> None:
        """Those behind run to their end while the one before them leaves: none fails, and the lane is free."""
        gate: Deferred[None] = Deferred()
        done: Deferred[None] = Deferred()
        done.callback(None)
        first = self.take("a", gate, ("x",))
        behind = [self.take(name, done, ("x",)) for name in "bcd"]
        gate.callback(None)
        for one in (first, *behind):
            self.successResultOf(one)
        self.assertEqual(self.order, ["a", "b", "c", "d"])
        self.successResultOf(self.take("e", done, ("x",)))

    def test_failure_frees_the_lane(self) -> None:
        gate: Deferred[None] = Deferred()
        failing = self.take("a", gate, ("x",))
        gate.errback(ValueError())
        self.failureResultOf(failing, ValueError)
        done: Deferred[None] = Deferred()
        done.callback(None)
        self.successResultOf(self.take("b", done, ("x",)))

    def test_leaving_while_waiting(self) -> None:
        """Who gives up waiting does not keep the lane from the next."""
        gate: Deferred[None] = Deferred()
        self.take("a", gate, ("x",))
        waiting = self.take("b", Deferred(), ("x",))
        waiting.cancel()
        self.failureResultOf(waiting, CancelledError)
        done: Deferred[None] = Deferred()
        done.callback(None)
        third = self.take("c", done, ("x",))
        gate.callback(None)
        self.successResultOf(third)
        self.assertEqual(self.order, ["a", "c"])


class ObservableTests(SynchronousTestCase):
    def test_many_waiters(self) -> None:
        """Everyone gets the outcome, also who comes late; who left disturbs nobody."""
        observable: Observable[int] = Observable()
        first, leaving = observable.wait(), observable.wait()
        leaving.cancel()
        self.failureResultOf(leaving, CancelledError)
        observable.fire(3)
        self.assertEqual(self.successResultOf(first), 3)
        self.assertEqual(self.successResultOf(observable.wait()), 3)


class TimeTests(SynchronousTestCase):
    def test_sleep(self) -> None:
        clock = Clock()
        sleeping = sleep(clock, 5)
        clock.advance(4)
        self.assertNoResult(sleeping)
        clock.advance(1)
        self.successResultOf(sleeping)

    def test_cancelled_sleep_leaves_no_timer(self) -> None:
        clock = Clock()
        sleeping = sleep(clock, 5)
        sleeping.cancel()
        self.failureResultOf(sleeping, CancelledError)
        self.assertEqual(clock.getDelayedCalls(), [])

    def test_within(self) -> None:
        """A wait that takes too long is cancelled."""
        clock = Clock()
        waiting = Deferred.fromCoroutine(within(clock, 5, Deferred()))
        clock.advance(5)
        self.failureResultOf(waiting, CancelledError)
