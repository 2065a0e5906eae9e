"""Deferred work: what a change causes and nobody waits for. It survives a crash.

A job is a row, written in the transaction that causes it; after the commit it is handed to its queue in memory, and the
row is deleted when the work is done. What a server that died left behind is found when the next one starts. So a job is
done at least once. Work that must have its effect exactly once calls `finish` in the transaction that has the effect.

    deferred_work.serve("embed_links", self.work, concurrency=8)    # at composition
    await deferred_work.enqueue(unit, NewJob("embed_links", {"message_id": 7}))

Knows nothing of what the work is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from chat.database import jobs as sql
from chat.database.jobs import FailedJob, Job, NewJob
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.errors import NotFound
from chat.job_queue import JobFailed, JobQueue, QueueFigures, Terms, TryAgain

__all__ = ["DeferredWork", "Job", "JobFailed", "JobGone", "NewJob", "QueueFigures", "TryAgain", "Waiting"]

STOP_PATIENCE_S = 5.0


class JobGone(Exception):
    """The job was done by another attempt, or deleted: what is being written for it must not take place."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows a queue has: to be done, and given up."""

    queue: str
    waiting: int
    failed: int


class DeferredWork:
    """All queues. `random` gives numbers from 0 to 1; with it retries do not come all at once."""

    def __init__(self, database: Database, clock: Clock, random: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._queues: dict[str, JobQueue] = {}
        self._is_running = False

    def serve(self, queue: str, work: Callable[[Job], Awaitable[None]], *, concurrency: int = 4, attempts: int = 8,
              timeout_s: float = 60.0, first_retry_s: float = 5.0) -> None:
        """Have `work` called with each job of `queue`, `concurrency` at a time.

        When it raises, or takes longer than `timeout_s` (it is cancelled then), it is tried again later, `attempts`
        times in all; `JobFailed` gives it up at once, `TryAgain` is a failure that was to be expected. What is given up
        is kept, with the error.
        """
        assert queue not in self._queues, f"{queue} is served already"
        assert not self._is_running, "queues are named at composition"
        self._queues[queue] = JobQueue(queue, work, Terms(concurrency, attempts, timeout_s, first_retry_s),
                                       self._database, self._clock, self._random)

    async def start(self) -> None:
        """Begin, with what was left behind."""
        self._is_running = True
        left_behind = {row.queue for row in await self.waiting() if row.waiting}
        for name, queue in self._queues.items():
            queue.start()
            if name in left_behind:
                queue.look()

    async def stop(self) -> None:
        """Begin nothing more, and wait a little for what is being done."""
        self._is_running = False
        for queue in self._queues.values():
            await queue.stop(STOP_PATIENCE_S)

    async def enqueue(self, unit: Transaction, *new: NewJob) -> None:
        """Write jobs in the unit of writing that causes them; they are begun after its commit."""
        if new:
            now = self._clock.seconds()
            self.hand_over(unit, new, await sql.insert(unit, new, now), now)

    def hand_over(self, unit: Transaction, new: Sequence[NewJob], ids: Sequence[int] | None, now: float,
                  **payload: object) -> None:
        """Have jobs begun after the commit of `unit`, whose own statement wrote them, under these ids, with `payload`
        added. Where the ids are not known (None) they are looked for in the table."""
        if ids is None:
            for name in {job.queue for job in new}:
                unit.after_commit(partial(self.look, name))
            return
        for job_id, job in zip(ids, new, strict=True):
            queue = self._queues.get(job.queue)
            if queue is not None:
                made = Job(job_id, job.queue, {**job.payload, **payload}, now + job.delay_s)
                unit.after_commit(partial(queue.take, made))

    async def finish(self, unit: Transaction, job: Job) -> None:
        """Make `unit` the end of the job: its effects take place exactly once. Raises JobGone where they already did;
        let it roll back."""
        if not await sql.delete(unit, job.id):
            raise JobGone(f"job {job.id} is gone")
        unit.after_commit(lambda: self._queues[job.queue].finished(job.id))

    def look(self, queue: str) -> None:
        """Have the table looked through for work of `queue`."""
        if queue in self._queues:
            self._queues[queue].look()

    async def quiet(self) -> None:
        """Wait until nothing is ready or running anywhere; what is put off does not count."""
        for queue in self._queues.values():
            await queue.quiet()

    def figures(self) -> dict[str, QueueFigures]:
        """What each queue did since the server started, and what it is at."""
        return {name: queue.figures() for name, queue in self._queues.items()}

    async def waiting(self) -> list[Waiting]:
        """How many rows there are: of every queue that is served or has any."""
        rows = dict.fromkeys(self._queues, (0, 0))
        rows |= {name: (waiting, failed) for name, waiting, failed in await sql.counts(self._database)}
        return [Waiting(name, *numbers) for name, numbers in sorted(rows.items())]

    async def failed(self, before: int, limit: int) -> list[FailedJob]:
        """Work that was given up, the newest first."""
        return await sql.failed(self._database, before, limit)

    async def retry(self, job_id: int) -> None:
        """Give a job that was given up all its attempts again. Raises NotFound."""

        async def write(unit: Transaction) -> None:
            queue = await sql.revive(unit, job_id, self._clock.seconds())
            if queue is None:
                raise NotFound("No such job was given up")
            unit.after_commit(partial(self.look, queue))

        await self._database.transaction(write)

    async def delete(self, job_id: int) -> None:
        """Forget a job that was given up. Raises NotFound."""

        async def write(unit: Transaction) -> None:
            if not await sql.delete_failed(unit, job_id):
                raise NotFound("No such job was given up")

        await self._database.transaction(write)
