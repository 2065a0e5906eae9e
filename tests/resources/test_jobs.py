"""What administrators see of deferred work."""

from __future__ import annotations

from chat.deferred_work import NewJob
from chat.models import Role
from tests.support.harness import ChatTestCase


class JobsTests(ChatTestCase):
    async def give_up(self) -> int:
        """A job of `embed_links` whose payload makes no sense; its id."""
        await self.app.database.transaction(
            lambda unit: self.app.deferred_work.enqueue(unit, NewJob("embed_links", {"secret": "link"})))
        await self.app.deferred_work.quiet()
        self.flushLoggedErrors(KeyError)
        ((job_id,),) = await self.app.database.query("UPDATE job SET failed_at = now() RETURNING id")
        return int(job_id)

    async def test_seen_and_forgotten(self) -> None:
        """Administrators see what was given up and why, but not what it was about."""
        job_id = await self.give_up()
        body = await self.owner.call("GET", "/jobs")
        (queue,) = (row for row in body["queues"] if row["name"] == "embed_links")
        self.assertEqual((queue["waiting"], queue["failed"]), (0, 1))
        (job,) = body["failed_jobs"]
        self.assertEqual((job["id"], job["queue"], job["attempts"], job["last_error"]),
                         (job_id, "embed_links", 1, "KeyError: 'message_id'"))
        self.assertNotIn("secret", str(body))
        self.assertEqual((await self.owner.call("GET", "/jobs", before=job_id))["failed_jobs"], [])
        await self.owner.call("DELETE", f"/jobs/{job_id}")
        self.assertEqual((await self.owner.call("GET", "/jobs"))["failed_jobs"], [])
        self.assertEqual((await self.owner.refusal("DELETE", f"/jobs/{job_id}"))["status"], 404)

    async def test_tried_again(self) -> None:
        job_id = await self.give_up()
        await self.owner.call("POST", f"/jobs/{job_id}/retry")
        await self.app.deferred_work.quiet()
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)
        self.assertEqual((await self.owner.refusal("POST", f"/jobs/{job_id}/retry"))["status"], 404)

    async def test_for_administrators(self) -> None:
        for role in (Role.MODERATOR, Role.MEMBER, Role.GUEST):
            person = await self.server.person(role=role)
            self.assertEqual((await person.refusal("GET", "/jobs"))["code"], "UNAUTHORIZED_PRINCIPAL")
