"""One queue of deferred work: what of it is at hand, who works on it, and what becomes of failures.

Owns the bound of memory (the rest stays in the table and is paged in), the bound of concurrency, retries, and when to
look again. Every job ends in one of three ways: its row is deleted, is put off, or stays as given up; a server that
ends before that finds the row when it starts. Knows nothing of what a job is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from chat.database import jobs as sql
from chat.database.jobs import Job
from chat.database.pool import Database
from chat.deferreds import Clock, Observable, sleep, spawn, within
from chat.errors import ServiceUnavailable

MAX_READY = 1000
PAGE = 500
SHORTEST_SLEEP_S = 0.5
"""Jobs that become due one shortly after the other are looked for together."""
LONGEST_SLEEP_S = 3600.0
LONGEST_RETRY_S = 3600.0
AWAY_S = 2.0
"""How long to wait before asking a database again that does not answer."""
ENDED_THE_SERVER = "The server ended at each attempt."
_log = Logger("chat.job_queue")


class JobFailed(Exception):
    """There is no use in trying again: the job is given up at once."""


class TryAgain(Exception):
    """What may pass, and is no fault of ours: the job is put off like any that failed, without ado in the log."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a queue is worked on. Attempts lie `first_retry_s`, twice, four times ... that apart, each less a random
    part of up to a half; never more than an hour."""

    concurrency: int = 4
    attempts: int = 8
    timeout_s: float = 60.0
    first_retry_s: float = 5.0


@dataclass(slots=True)
class QueueFigures:
    """What a queue did since the server started, and what it is at."""

    done: int = 0
    retried: int = 0
    failed: int = 0
    ready: int = 0
    running: int = 0


class JobQueue:
    def __init__(self, name: str, work: Callable[[Job], Awaitable[None]], terms: Terms, database: Database,
                 clock: Clock, random: Callable[[], float]) -> None:
        self._name = name
        self._work = work
        self._terms = terms
        self._database = database
        self._clock = clock
        self._random = random
        self._counted = QueueFigures()
        self._ready: deque[Job] = deque()
        self._known: set[int] = set()
        """Ids of what is ready or running."""
        self._running: dict[int, Deferred[None] | None] = {}
        """None while the work itself has not begun."""
        self._finished: set[int] = set()
        """Of those running: whose rows are gone already."""
        self._is_behind = False
        """Whether the table may have work that is due and not known."""
        self._is_paging = False
        self._wake_at = inf
        self._alarm: Any = None
        self._is_stopping = True
        self._quiet: Observable[None] | None = None

    def start(self) -> None:
        self._is_stopping = False
        self._go_on()

    async def stop(self, patience_s: float) -> None:
        """Begin nothing more; what is not done within `patience_s` is interrupted, and is found at the next start."""
        self._is_stopping = True
        self._set_alarm(inf)
        end = self._clock.callLater(patience_s, self._interrupt)
        await self.quiet()
        if end.active():
            end.cancel()

    def take(self, job: Job) -> None:
        """A job that was just committed."""
        if job.not_before > self._clock.seconds():
            self._wake_by(job.not_before)
        elif self._is_paging or self._is_behind or len(self._ready) >= MAX_READY:
            self._is_behind = True
        else:
            self._known.add(job.id)
            self._ready.append(job)
        self._go_on()

    def look(self) -> None:
        """There may be work in the table that nobody told of."""
        self._is_behind = True
        self._go_on()

    def finished(self, job_id: int) -> None:
        """The row of a job was deleted by its own work."""
        if job_id in self._running:
            self._finished.add(job_id)

    def quiet(self) -> Deferred[None]:
        """Fires when nothing is ready or running. What is put off does not count."""
        if self._quiet is None:
            self._quiet = Observable()
        waiting = self._quiet.wait()
        self._go_on()
        return waiting

    def figures(self) -> QueueFigures:
        counted = self._counted
        return QueueFigures(counted.done, counted.retried, counted.failed, len(self._ready), len(self._running))

    def _go_on(self) -> None:
        """Begin what there is room for; look for more where that is little."""
        while not self._is_stopping and self._ready and len(self._running) < self._terms.concurrency:
            job = self._ready.popleft()
            self._running[job.id] = None
            spawn(f"job {job.id} of {self._name}", self._run(job))
        if self._is_behind and not (self._is_stopping or self._is_paging or self._ready):
            self._is_paging = True
            spawn(f"looking for jobs of {self._name}", self._page())
        if self._quiet is not None and self._is_quiet():
            quiet, self._quiet = self._quiet, None
            quiet.fire(None)

    def _is_quiet(self) -> bool:
        if self._running or self._is_paging:
            return False
        return self._is_stopping or not (self._ready or self._is_behind)

    async def _page(self) -> None:
        self._is_behind = False
        try:
            now = self._clock.seconds()
            found = await sql.due(self._database, self._name, now, self._known, PAGE)
            following = await sql.next_time(self._database, self._name, now)
        except Exception as error:
            if not isinstance(error, ServiceUnavailable):
                _log.failure("could not look for jobs of {queue}", queue=self._name)
            self._wake_by(self._clock.seconds() + AWAY_S)
        else:
            self._known.update(job.id for job in found)
            self._ready.extend(found)
            self._is_behind = self._is_behind or len(found) == PAGE
            if following is not None:
                self._wake_by(following)
        finally:
            self._is_paging = False
            self._go_on()

    async def _run(self, job: Job) -> None:
        try:
            error = await self._attempt(job)
            while not await self._is_settled(job, error):
                await sleep(self._clock, AWAY_S)
        finally:
            self._running.pop(job.id, None)
            self._finished.discard(job.id)
            self._known.discard(job.id)
            self._go_on()

    async def _attempt(self, job: Job) -> Exception | None:
        """What went wrong, None where nothing did. Whoever stops the server interrupts it with a CancelledError."""
        try:
            if job.attempt > self._terms.attempts:
                return JobFailed(ENDED_THE_SERVER)
            if job.is_leftover:
                await sql.begun(self._database, job)
            if self._is_stopping:
                return CancelledError()
            work = self._running[job.id] = Deferred.fromCoroutine(self._work_on(job))
            await within(self._clock, self._terms.timeout_s, work)
        except CancelledError as error:
            return error if self._is_stopping else TimeoutError(f"it took longer than {self._terms.timeout_s:g} s")
        except Exception as error:
            if not isinstance(error, JobFailed | TryAgain | ServiceUnavailable):
                _log.failure("job {id} of {queue} failed at attempt {attempt}", id=job.id, queue=self._name,
                             attempt=job.attempt)
            return error
        return None

    async def _work_on(self, job: Job) -> None:
        await self._work(job)

    async def _is_settled(self, job: Job, error: Exception | None) -> bool:
        """Write down how it ended; False where the database is away, and is to be asked again."""
        try:
            await self._settle(job, error)
        except Exception as refused:
            if not isinstance(refused, ServiceUnavailable):
                _log.failure("the end of job {id} of {queue} could not be written", id=job.id, queue=self._name)
            return self._is_stopping
        return True

    async def _settle(self, job: Job, error: Exception | None) -> None:
        now = self._clock.seconds()
        if error is None or job.id in self._finished:
            if job.id not in self._finished:
                await sql.delete(self._database, job.id)
            self._counted.done += 1
        elif isinstance(error, CancelledError):
            return
        elif isinstance(error, JobFailed) or job.attempt >= self._terms.attempts:
            await sql.give_up(self._database, job, _told(error), now)
            self._counted.failed += 1
            _log.error("job {id} of {queue} was given up: {error}", id=job.id, queue=self._name, error=_told(error))
        else:
            until = now + self._pause(job.attempt)
            await sql.put_off(self._database, job, _told(error), until)
            self._counted.retried += 1
            self._wake_by(until)

    def _pause(self, attempt: int) -> float:
        longest = min(self._terms.first_retry_s * 2.0 ** min(attempt - 1, 30), LONGEST_RETRY_S)
        return longest * (1 - self._random() / 2)

    def _interrupt(self) -> None:
        for work in [*self._running.values()]:
            if work is not None:
                work.cancel()

    def _wake_by(self, time: float) -> None:
        if time < self._wake_at and not self._is_stopping:
            self._set_alarm(time)

    def _set_alarm(self, time: float) -> None:
        if self._alarm is not None and self._alarm.active():
            self._alarm.cancel()
        self._alarm, self._wake_at = None, time
        if time < inf:
            pause = min(max(time - self._clock.seconds(), SHORTEST_SLEEP_S), LONGEST_SLEEP_S)
            self._alarm = self._clock.callLater(pause, self._woken)

    def _woken(self) -> None:
        self._alarm, self._wake_at = None, inf
        self.look()


def _told(error: Exception) -> str:
    """The error in one sentence; what the database will hold of it."""
    text = str(error) or type(error).__name__
    return text if isinstance(error, JobFailed | TryAgain | TimeoutError) else f"{type(error).__name__}: {text}"
