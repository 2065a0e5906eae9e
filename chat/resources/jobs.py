"""Deferred work, for administrators: how much there is, and what was given up. What it was about is not shown: that may
be other people's."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.database.jobs import FailedJob
from chat.deferred_work import DeferredWork
from chat.errors import NotFound
from chat.params import Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

MAX_JOBS = 1000


class GetJobs(Params, frozen=True):
    before: Annotated[int, Meta(ge=0, le=2**63 - 1), Param(doc="Only jobs with smaller ids: for the next page.")] = (
        2**63 - 1)
    limit: Annotated[int, Meta(ge=1, le=MAX_JOBS), Param(doc="How many at most.")] = 100


class QueueWire(TypedDict):
    name: str
    waiting: int
    failed: int


class FailedJobWire(TypedDict):
    id: int
    queue: str
    attempts: int
    last_error: str
    date_created: int
    date_failed: int


class JobsWire(TypedDict):
    queues: list[QueueWire]
    failed_jobs: list[FailedJobWire]


class JobsResource:
    routes = Routes("jobs", {"job_id": 3})

    def __init__(self, deferred_work: DeferredWork) -> None:
        self._deferred_work = deferred_work

    @routes.get("/jobs", who=Who.ADMINISTRATOR, params=GetJobs, returns=JobsWire, summary="Get deferred work")
    async def get_jobs(self, notes: RequestNotes, p: GetJobs) -> JobsWire:
        """How many jobs each queue has (mails, previews of links, outgoing webhooks ...), and those that were given up
        after all their attempts, the newest first."""
        waiting = await self._deferred_work.waiting()
        return {"queues": [{"name": row.queue, "waiting": row.waiting, "failed": row.failed} for row in waiting],
                "failed_jobs": [_wire(job) for job in await self._deferred_work.failed(p.before, p.limit)]}

    @routes.post("/jobs/{job_id:int}/retry", who=Who.ADMINISTRATOR, summary="Try a job again", errors=(NotFound,))
    async def retry_job(self, notes: RequestNotes, p: Params, job_id: int) -> None:
        """Gives a job that was given up all its attempts again, beginning now."""
        await self._deferred_work.retry(job_id)

    @routes.delete("/jobs/{job_id:int}", who=Who.ADMINISTRATOR, summary="Forget a job", errors=(NotFound,))
    async def delete_job(self, notes: RequestNotes, p: Params, job_id: int) -> None:
        """Forgets a job that was given up."""
        await self._deferred_work.delete(job_id)


def _wire(job: FailedJob) -> FailedJobWire:
    return {"id": job.id, "queue": job.queue, "attempts": job.attempts, "last_error": job.last_error,
            "date_created": job.created, "date_failed": job.failed}
