"""Deferred work: begun after its cause is committed, done at least once, never lost, never too much at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chat import job_queue
from chat.actions.sending import Addressed, CheckedMessage
from chat.database import jobs as sql
from chat.database.pool import Transaction
from chat.deferred_work import DeferredWork, Job, JobFailed, JobGone, NewJob
from chat.deferreds import shielded
from chat.errors import NotFound, ServiceUnavailable
from tests.support.harness import ChatTestCase

NOON = 1_000_000_000.0


class Worker:
    """Notes what it is given; fails or waits as it is told."""

    def __init__(self) -> None:
        self.begun: list[Job] = []
        self.cancelled: list[int] = []
        self.errors: list[Exception] = []
        self.gates: dict[int, Deferred[None]] = {}
        self.waits = False

    async def work(self, job: Job) -> None:
        self.begun.append(job)
        if self.waits:
            gate: Deferred[None] = Deferred(lambda _: self.cancelled.append(job.id))
            self.gates[job.id] = gate
            await gate
        if self.errors:
            raise self.errors.pop(0)

    @property
    def numbers(self) -> list[int]:
        return [job.payload["n"] for job in self.begun]

    def open(self) -> None:
        self.waits = False
        gates, self.gates = self.gates, {}
        for gate in gates.values():
            gate.callback(None)


class DeferredWorkTestCase(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.clock = Clock()
        self.clock.advance(NOON)
        self.worker = Worker()
        self.deferred_work = self.make()

    async def tearDown(self) -> None:
        await self.deferred_work.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        await super().tearDown()

    def make(self, **terms: Any) -> DeferredWork:
        made = DeferredWork(self.app.database, self.clock, lambda: 0.0)
        made.serve("test", self.worker.work, **terms)
        return made

    async def put(self, *numbers: int, delay_s: float = 0) -> None:
        await self.app.database.transaction(lambda unit: self.deferred_work.enqueue(
            unit, *(NewJob("test", {"n": number}, delay_s) for number in numbers)))

    async def rows(self) -> list[tuple[Any, ...]]:
        return list(await self.app.database.query(
            "SELECT (payload->>'n')::int, attempts, last_error, failed_at IS NOT NULL FROM job ORDER BY id"))

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.deferred_work.quiet()


class DoneTests(DeferredWorkTestCase):
    async def test_after_the_commit(self) -> None:
        """Work is begun when its cause is committed, with the payload, and its row is gone when it is done."""
        await self.deferred_work.start()

        async def write(unit: Transaction) -> None:
            await self.deferred_work.enqueue(unit, NewJob("test", {"n": 1, "text": "ünï"}))
            await unit.query("SELECT 1")
            self.assertEqual(self.worker.begun, [])

        await self.app.database.transaction(write)
        await self.deferred_work.quiet()
        (job,) = self.worker.begun
        self.assertEqual((job.payload, job.attempt), ({"n": 1, "text": "ünï"}, 1))
        self.assertEqual(await self.rows(), [])
        self.assertEqual(self.deferred_work.figures()["test"].done, 1)

    async def test_rolled_back(self) -> None:
        """What did not happen causes nothing."""
        await self.deferred_work.start()

        async def write(unit: Transaction) -> None:
            await self.deferred_work.enqueue(unit, NewJob("test", {"n": 1}))
            raise NotFound("changed my mind")

        with self.assertRaises(NotFound):
            await self.app.database.transaction(write)
        await self.deferred_work.quiet()
        self.assertEqual((self.worker.begun, await self.rows()), ([], []))

    async def test_in_order_and_not_too_many_at_once(self) -> None:
        """So many at a time as the queue's terms say, in the order of being put."""
        self.deferred_work = self.make(concurrency=3)
        await self.deferred_work.start()
        self.worker.waits = True
        await self.put(*range(10))
        self.assertEqual(self.worker.numbers, [0, 1, 2])
        self.worker.gates.pop(self.worker.begun[1].id).callback(None)
        self.worker.open()
        await self.deferred_work.quiet()
        self.assertEqual(self.worker.numbers, list(range(10)))
        self.assertEqual(await self.rows(), [])

    async def test_delayed(self) -> None:
        """What has a delay is begun then, and not earlier; so is what becomes due while nobody is here."""
        await self.deferred_work.start()
        await self.put(2, delay_s=120)
        await self.put(1, delay_s=60)
        await self.later(59)
        self.assertEqual(self.worker.numbers, [])
        await self.later(1)
        self.assertEqual(self.worker.numbers, [1])
        await self.deferred_work.stop()
        self.clock.advance(60)
        self.deferred_work = self.make()
        await self.deferred_work.start()
        await self.deferred_work.quiet()
        self.assertEqual(self.worker.numbers, [1, 2])

    async def test_more_than_memory_holds(self) -> None:
        """A flood stays in the table and is paged in: everything is done once, and memory stays bounded."""
        self.patch(job_queue, "MAX_READY", 20)
        self.patch(job_queue, "PAGE", 10)
        self.deferred_work = self.make(concurrency=2)
        await self.deferred_work.start()
        self.worker.waits = True
        await self.put(*range(50))
        await self.put(*range(50, 100))
        self.assertLessEqual(self.deferred_work.figures()["test"].ready, 20)
        self.worker.open()
        await self.deferred_work.quiet()
        self.assertEqual(sorted(self.worker.numbers), list(range(100)))
        self.assertEqual(await self.rows(), [])


class FailingTests(DeferredWorkTestCase):
    async def test_tried_again(self) -> None:
        """After 5, 10, 20 ... seconds, as far as chance has no say; then it is done."""
        await self.deferred_work.start()
        self.worker.errors = [ValueError("one"), ServiceUnavailable(), ValueError("three")]
        await self.put(1)
        await self.deferred_work.quiet()
        self.assertEqual(await self.rows(), [(1, 1, "ValueError: one", False)])
        for pause_s in (5, 10, 20):
            attempts = len(self.worker.begun)
            await self.later(pause_s - 0.1)
            self.assertEqual(len(self.worker.begun), attempts)
            await self.later(0.6)
            self.assertEqual(len(self.worker.begun), attempts + 1)
        self.assertEqual([job.attempt for job in self.worker.begun], [1, 2, 3, 4])
        self.assertEqual(await self.rows(), [])
        self.assertEqual(self.deferred_work.figures()["test"].retried, 3)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 2)

    async def test_chance_shortens_pauses(self) -> None:
        """By up to a half, so that what failed together does not come back together."""
        chances = iter([0.0, 0.5, 1.0])
        made = DeferredWork(self.app.database, self.clock, lambda: next(chances))
        made.serve("test", self.worker.work, first_retry_s=100)
        await made.start()
        self.worker.errors = [JobGone(str(n)) for n in range(3)]
        self.deferred_work = made
        await self.put(1, 2, 3)
        await made.quiet()
        due = await self.app.database.query("SELECT extract(epoch FROM not_before)::float8 - %s FROM job", (NOON,))
        self.assertEqual(sorted(due), [(50.0,), (75.0,), (100.0,)])
        self.flushLoggedErrors(JobGone)

    async def test_given_up(self) -> None:
        """After the last attempt it is kept with its error; it can be revived, and forgotten."""
        self.deferred_work = self.make(attempts=2)
        await self.deferred_work.start()
        self.worker.errors = [ValueError("first"), ValueError("x" * 5000), ValueError("again"), ValueError("again")]
        await self.put(1)
        await self.deferred_work.quiet()
        await self.later(5)
        (failed,) = await self.deferred_work.failed(2**31, 10)
        self.assertEqual((failed.queue, failed.attempts, len(failed.last_error)), ("test", 2, sql.MAX_ERROR_LENGTH))
        await self.later(100_000)
        self.assertEqual(len(self.worker.begun), 2)
        await self.deferred_work.retry(failed.id)
        await self.deferred_work.quiet()
        await self.later(5)
        self.assertEqual([job.attempt for job in self.worker.begun], [1, 2, 1, 2])
        await self.deferred_work.delete(failed.id)
        self.assertEqual(await self.rows(), [])
        with self.assertRaises(NotFound):
            await self.deferred_work.retry(failed.id)
        with self.assertRaises(NotFound):
            await self.deferred_work.delete(failed.id)
        self.flushLoggedErrors(ValueError)

    async def test_no_use(self) -> None:
        """JobFailed is final at the first attempt."""
        await self.deferred_work.start()
        self.worker.errors = [JobFailed("The address does not exist")]
        await self.put(1)
        await self.deferred_work.quiet()
        self.assertEqual(await self.rows(), [(1, 1, "The address does not exist", True)])
        self.assertEqual([(row.queue, row.waiting, row.failed) for row in await self.deferred_work.waiting()],
                         [("test", 0, 1)])

    async def test_too_long(self) -> None:
        """Work that does not end is cancelled at its limit, and others go on meanwhile."""
        self.deferred_work = self.make(concurrency=2, timeout_s=30)
        await self.deferred_work.start()
        self.worker.waits = True
        await self.put(1)
        self.worker.waits = False
        await self.put(2, 3)
        self.clock.advance(30)
        await self.deferred_work.quiet()
        self.assertEqual(self.worker.cancelled, [self.worker.begun[0].id])
        self.assertEqual(await self.rows(), [(1, 1, "it took longer than 30 s", False)])
        self.flushLoggedErrors(TimeoutError)


class EndOfTheServerTests(DeferredWorkTestCase):
    async def test_what_was_left_behind(self) -> None:
        """Jobs that were committed and not begun are done by the next server."""
        await self.put(1, 2)  # nobody has started
        self.assertEqual(self.worker.begun, [])
        self.deferred_work = self.make()
        await self.deferred_work.start()
        await self.deferred_work.quiet()
        self.assertEqual(sorted(self.worker.numbers), [1, 2])
        self.assertEqual(await self.rows(), [])

    async def test_stopped(self) -> None:
        """What does not end soon is interrupted; that is no failed attempt, and the next server does it."""
        await self.deferred_work.start()
        self.worker.waits = True
        await self.put(1)
        stopped = Deferred.fromCoroutine(self.deferred_work.stop())
        self.clock.advance(5)
        await stopped
        self.assertEqual(await self.rows(), [(1, 0, "", False)])
        self.worker.waits = False
        self.deferred_work = self.make()
        await self.deferred_work.start()
        await self.deferred_work.quiet()
        self.assertEqual(self.worker.numbers, [1, 1])

    async def test_a_job_that_ends_the_server(self) -> None:
        """The attempt is written down before it is made, so such a job is given up in the end."""
        await self.put(1)
        for attempt in (1, 2, 3):
            fatal = Worker()
            fatal.waits = True
            ended = DeferredWork(self.app.database, self.clock_of_the_dead(), lambda: 0.0)
            ended.serve("test", fatal.work, attempts=3)
            await ended.start()
            while not fatal.begun:
                await self.app.database.query("SELECT 1")
            self.assertEqual(await self.rows(), [(1, attempt, "", False)])
        self.deferred_work = self.make(attempts=3)
        await self.deferred_work.start()
        await self.deferred_work.quiet()
        self.assertEqual(await self.rows(), [(1, 4, job_queue.ENDED_THE_SERVER, True)])
        self.assertEqual(self.worker.begun, [])

    def clock_of_the_dead(self) -> Clock:
        clock = Clock()
        clock.advance(NOON)
        return clock


class DatabaseAwayTests(DeferredWorkTestCase):
    async def test_the_end_is_written_when_it_is_back(self) -> None:
        """Work that was done is not done again because its end could not be written at once."""
        await self.deferred_work.start()
        delete, tries = sql.delete, []

        async def away(unit: Any, job_id: int) -> bool:
            tries.append(job_id)
            if len(tries) < 3:
                raise ServiceUnavailable
            return await delete(unit, job_id)

        self.patch(sql, "delete", away)
        await self.put(1)
        for _ in range(2):
            self.assertEqual(self.deferred_work.figures()["test"].running, 1)
            self.clock.advance(job_queue.AWAY_S)
        await self.deferred_work.quiet()
        self.assertEqual((len(tries), self.worker.numbers, await self.rows()), (3, [1], []))

    async def test_what_is_waiting_is_found_when_it_is_back(self) -> None:
        await self.put(1)
        due, tries = sql.due, []

        async def away(*asked: Any) -> list[Job]:
            tries.append(1)
            if len(tries) < 3:
                raise ServiceUnavailable
            return await due(*asked)

        self.patch(sql, "due", away)
        self.deferred_work = self.make()
        await self.deferred_work.start()
        for _ in range(2):
            self.assertEqual(self.worker.numbers, [])
            await self.later(job_queue.AWAY_S)
        self.assertEqual((self.worker.numbers, await self.rows()), ([1], []))


class FinishTests(DeferredWorkTestCase):
    async def test_exactly_once(self) -> None:
        """Where the job ends with the transaction of its effect, a second attempt has no effect."""
        effects: list[str] = []

        async def work(job: Job) -> None:
            async def write(unit: Transaction) -> None:
                await unit.query("SELECT 1")
                await made.finish(unit, job)
                unit.after_commit(lambda: effects.append("shown"))

            await shielded(self.app.database.transaction(write))
            if job.payload["n"] == 1:
                raise ValueError("after the end")

        made = DeferredWork(self.app.database, self.clock, lambda: 0.0)
        made.serve("test", work)
        await made.start()
        self.deferred_work = made
        await self.put(1)
        await made.quiet()
        self.assertEqual((effects, await self.rows()), (["shown"], []))
        with self.assertRaises(JobGone):
            await work(Job(1, "test", {"n": 2}, NOON))
        self.assertEqual(effects, ["shown"])
        self.flushLoggedErrors(ValueError)


class SendingTests(DeferredWorkTestCase):
    async def test_a_message_causes_work(self) -> None:
        """The send is still one statement; the work knows the message, and a retransmission causes none."""
        def consequence(checked: CheckedMessage, addressed: Addressed) -> Iterable[NewJob]:
            if "work" in checked.content:
                for number in range(len(addressed.readers)):
                    yield NewJob("test", {"n": number})

        self.clock.advance(self.app.reactor.seconds() - NOON + 60)
        self.app.consequences.append(consequence)
        self.app.deferred_work._queues |= self.deferred_work._queues  # composition is over
        await self.deferred_work.start()
        await self.owner.send("general", "the first message of a channel")
        self.worker.waits = True
        before = self.app.database.statements
        message_id = await self.owner.send("general", "work", queue_id="q", local_id="1")
        self.assertEqual(self.app.database.statements - before, 1)
        self.worker.open()
        await self.deferred_work.quiet()
        self.assertEqual([job.payload for job in self.worker.begun], [{"n": 0, "message_id": message_id}])
        self.assertEqual(await self.owner.send("general", "work", queue_id="q", local_id="1"), message_id)
        await self.deferred_work.quiet()
        self.assertEqual((len(self.worker.begun), await self.rows()), (1, []))
