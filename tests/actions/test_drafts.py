"""Drafts: on all of one's devices, nobody else's business."""

from __future__ import annotations

import time
from typing import Any

from chat.personal import MAX_DRAFTS
from tests.support.harness import ChatTestCase, Client


class DraftsTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        general = self.app.directory.channel_by_name("general")
        assert general is not None
        self.general = general.id

    def draft(self, **changes: Any) -> dict[str, Any]:
        return {"type": "stream", "to": [self.general], "topic": "Lunch", "content": " *almost* ",
                "timestamp": 1_700_000_000, **changes}

    async def create(self, *drafts: dict[str, Any], client: Client | None = None) -> list[int]:
        return list((await (client or self.grace).call("POST", "/drafts", drafts=list(drafts)))["ids"])

    async def all(self, client: Client | None = None) -> list[dict[str, Any]]:
        body = await (client or self.grace).call("GET", "/drafts")
        self.assertEqual(body["count"], len(body["drafts"]))
        return list(body["drafts"])

    async def test_kept_as_written(self) -> None:
        """A draft comes back as it went, spaces and all; the order of the ids is the order given."""
        written = [self.draft(), self.draft(type="private", to=[self.owner.user.id, self.grace.user.id], topic=""),
                   self.draft(type="", to=[], topic=""), self.draft(to=[])]
        ids = await self.create(*written)
        kept = [{"id": number, **draft} for number, draft in zip(ids, written, strict=True)]
        self.assertEqual(await self.all(), kept)
        self.assertEqual(await self.all(self.owner), [])
        await self.server.restart()
        self.assertEqual(len(await self.all(Client(self.app, self.grace.user))), 4)

    async def test_times(self) -> None:
        """Without a time a draft is of now; with parts of a second it is of that second; the latest edited is last, and
        first in the state of a client that starts."""
        before = int(time.time())
        late, early = await self.create({**self.draft(timestamp=None)}, self.draft(timestamp=1_500_000_000.7))
        drafts = await self.all()
        self.assertEqual([draft["id"] for draft in drafts], [early, late])
        self.assertEqual(drafts[0]["timestamp"], 1_500_000_000)
        self.assertTrue(before <= drafts[1]["timestamp"] <= time.time())
        state = await self.grace.register()
        self.assertEqual([draft["id"] for draft in state["drafts"]], [late, early])
        self.assertTrue(state["user_settings"]["enable_drafts_synchronization"])

    async def test_edit_and_delete(self) -> None:
        """One's own only, and every device hears of it."""
        queue = (await self.grace.register(event_types=["drafts"]))["queue_id"]
        (number,) = await self.create(self.draft())
        await self.grace.call("PATCH", f"/drafts/{number}", draft=self.draft(content="better", topic="Dinner"))
        for client, path in ((self.owner, number), (self.grace, number + 1)):
            for method, params in (("PATCH", {"draft": self.draft()}), ("DELETE", {})):
                refusal = await client.refusal(method, f"/drafts/{path}", **params)
                self.assertEqual((refusal["status"], refusal["code"]), (404, "BAD_REQUEST"))
        await self.grace.call("DELETE", f"/drafts/{number}")
        self.assertEqual(await self.all(), [])
        added, updated, removed = await self.grace.events(queue)
        self.assertEqual((added["op"], added["drafts"]), ("add", [{"id": number, **self.draft()}]))
        self.assertEqual((updated["op"], updated["draft"]),
                         ("update", {"id": number, **self.draft(content="better", topic="Dinner")}))
        self.assertEqual((removed["op"], removed["draft_id"]), ("remove", number))

    async def test_refusals(self) -> None:
        """What could never become a message is no draft; one wrong draft, and none is kept."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)
        secret = self.app.directory.channel_by_name("secret")
        assert secret is not None
        for wrong in (
                {"type": "channel"}, {"type": None}, {"to": [self.general, self.general]}, {"to": [999]},
                {"to": [secret.id]}, {"to": self.general}, {"to": ["general"]}, {"to": [-1]},
                {"type": "private", "to": [99999]}, {"type": "private", "to": [1] * 1001}, {"content": " \n"},
                {"content": "x" * 10_001}, {"content": "a\x00b"}, {"topic": "x" * 61}, {"topic": "\x00"},
                {"timestamp": -1}, {"timestamp": 1e18}, {"timestamp": "now"}):
            refusal = await self.grace.refusal("POST", "/drafts", drafts=[self.draft(), self.draft(**wrong)])
            self.assertEqual((refusal["status"], refusal["code"]), (400, "BAD_REQUEST"), wrong)
        for wrong_list in ("x", [1], {"type": ""}, [{}]):
            await self.grace.refusal("POST", "/drafts", drafts=wrong_list)
        self.assertEqual(await self.all(), [])
        self.assertEqual(await self.create(), [])

    async def test_there_are_not_too_many(self) -> None:
        await self.create(*[self.draft()] * (MAX_DRAFTS - 1))
        await self.grace.refusal("POST", "/drafts", drafts=[self.draft()] * 2)
        (last,) = await self.create(self.draft())
        await self.grace.refusal("POST", "/drafts", drafts=[self.draft()])
        await self.grace.call("DELETE", f"/drafts/{last}")
        await self.create(self.draft())
        await self.create(self.draft(), client=self.owner)
