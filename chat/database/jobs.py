"""SQL of jobs: rows that stand for work to be done after the transaction that wrote them.

A row lives from its cause until its work is done, or for good where it was given up (`failed_at`). What is at hand in
memory, and who works, is chat.deferred_work's business.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from chat.database.people import Runs

MAX_PAYLOAD_BYTES = 1_000_000
MAX_ERROR_LENGTH = 1000

_JOB = "id, queue, payload, extract(epoch FROM not_before)::float8, attempts"
INSERT = """INSERT INTO job (queue, payload, not_before)
    SELECT new.queue, new.payload::jsonb, to_timestamp(new.not_before)
    FROM unnest(%s::text[], %s::text[], %s::float8[]) WITH ORDINALITY AS new (queue, payload, not_before, place)
    ORDER BY new.place RETURNING id"""
SELECT_DUE = f"""SELECT {_JOB} FROM job
    WHERE queue = %s AND failed_at IS NULL AND not_before <= to_timestamp(%s) AND id <> ALL (%s::bigint[])
    ORDER BY not_before, id LIMIT %s"""
SELECT_NEXT = """SELECT extract(epoch FROM min(not_before))::float8 FROM job
    WHERE queue = %s AND failed_at IS NULL AND not_before > to_timestamp(%s)"""
BEGUN = "UPDATE job SET attempts = %s WHERE id = %s"
PUT_OFF = "UPDATE job SET attempts = %s, last_error = %s, not_before = to_timestamp(%s) WHERE id = %s"
GIVE_UP = "UPDATE job SET attempts = %s, last_error = %s, failed_at = to_timestamp(%s) WHERE id = %s"
DELETE = "DELETE FROM job WHERE id = %s RETURNING 1"
DELETE_FAILED = "DELETE FROM job WHERE id = %s AND failed_at IS NOT NULL RETURNING 1"
REVIVE = """UPDATE job SET failed_at = NULL, attempts = 0, not_before = to_timestamp(%s)
    WHERE id = %s AND failed_at IS NOT NULL RETURNING queue"""
SELECT_FAILED = """SELECT id, queue, attempts, last_error, floor(extract(epoch FROM date_created))::bigint,
        floor(extract(epoch FROM failed_at))::bigint
    FROM job WHERE failed_at IS NOT NULL AND id < %s ORDER BY id DESC LIMIT %s"""
COUNT = """SELECT queue, count(*) FILTER (WHERE failed_at IS NULL), count(*) FILTER (WHERE failed_at IS NOT NULL)
    FROM job GROUP BY queue ORDER BY queue"""


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done by `queue`, not earlier than in `delay_s` seconds. The payload is what JSON can hold."""

    queue: str
    payload: Mapping[str, Any]
    delay_s: float = 0


@dataclass(frozen=True, slots=True)
class Job:
    """Work at hand. `attempt` counts from 1."""

    id: int
    queue: str
    payload: Mapping[str, Any]
    not_before: float
    attempt: int = 1
    is_leftover: bool = False
    """It was read from the table: somebody may have begun it before."""


@dataclass(frozen=True, slots=True)
class FailedJob:
    """Work that was given up. What it was about stays inside: a payload may hold a link that only its addressee may
    see."""

    id: int
    queue: str
    attempts: int
    last_error: str
    created: int
    failed: int


def columns(new: Sequence[NewJob], now: float) -> tuple[list[str], list[str], list[float]]:
    """Queues, payloads and times, as a statement that writes jobs takes them."""
    payloads = [orjson.dumps(job.payload).decode() for job in new]
    assert all(len(payload) <= MAX_PAYLOAD_BYTES for payload in payloads), "a job's payload is too large"
    return [job.queue for job in new], payloads, [now + job.delay_s for job in new]


async def insert(unit: Runs, new: Sequence[NewJob], now: float) -> list[int]:
    """The ids of the jobs, in their order."""
    return [job_id for (job_id,) in await unit.query(INSERT, columns(new, now))]


async def due(db: Runs, queue: str, now: float, known: Collection[int], limit: int) -> list[Job]:
    """Work to be done by now, apart from that whose ids are known; the longest due first."""
    rows = await db.query(SELECT_DUE, (queue, now, list(known), limit))
    return [Job(job_id, name, payload, not_before, attempts + 1, is_leftover=True)
            for job_id, name, payload, not_before, attempts in rows]


async def next_time(db: Runs, queue: str, now: float) -> float | None:
    """When the next job becomes due after `now`."""
    ((time,),) = await db.query(SELECT_NEXT, (queue, now))
    return None if time is None else float(time)


async def begun(db: Runs, job: Job) -> None:
    """Remember the attempt before it is made: it may be the one that ends the server."""
    await db.query(BEGUN, (job.attempt, job.id))


async def put_off(db: Runs, job: Job, error: str, until: float) -> None:
    await db.query(PUT_OFF, (job.attempt, error[:MAX_ERROR_LENGTH], until, job.id))


async def give_up(db: Runs, job: Job, error: str, now: float) -> None:
    await db.query(GIVE_UP, (job.attempt, error[:MAX_ERROR_LENGTH], now, job.id))


async def delete(unit: Runs, job_id: int) -> bool:
    """False where it was gone already."""
    return bool(await unit.query(DELETE, (job_id,)))


async def delete_failed(unit: Runs, job_id: int) -> bool:
    """False where no such job was given up."""
    return bool(await unit.query(DELETE_FAILED, (job_id,)))


async def revive(unit: Runs, job_id: int, now: float) -> str | None:
    """The queue of a job that was given up and has all its attempts again; None where there is none."""
    rows = await unit.query(REVIVE, (now, job_id))
    return str(rows[0][0]) if rows else None


async def failed(db: Runs, before: int, limit: int) -> list[FailedJob]:
    """Work that was given up, the newest first."""
    return [FailedJob(*row) for row in await db.query(SELECT_FAILED, (before, limit))]


async def counts(db: Runs) -> list[tuple[str, int, int]]:
    """(queue, waiting, given up) of every queue that has rows."""
    return [(queue, waiting, gone) for queue, waiting, gone in await db.query(COUNT)]
