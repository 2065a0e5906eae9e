"""Statuses: what is set, what others hear of it, what lasts."""

from __future__ import annotations

from typing import Any

from tests.support.harness import ChatTestCase, Client


class UserStatusTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")

    async def set(self, **params: Any) -> None:
        await self.grace.call("POST", "/users/me/status", **params)

    async def status(self, client: Client | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (await (client or self.owner).call(
            "GET", f"/users/{self.grace.user.id}/status"))["status"]
        return found

    async def test_set_and_take_back(self) -> None:
        """Words and emoji are set apart from each other; only what changed is told."""
        queue = (await self.owner.register(event_types=["user_status"]))["queue_id"]
        await self.set(status_text="  in a\n meeting ", emoji_name="car")
        whole = {"status_text": "in a meeting", "emoji_name": "car", "emoji_code": "1f697",
                 "reaction_type": "unicode_emoji"}
        self.assertEqual(await self.status(), whole)
        state = await self.owner.register(fetch_event_types=["user_status"])
        self.assertEqual(state["user_status"], {str(self.grace.user.id): whole})
        await self.set(status_text="in a meeting")
        await self.set(status_text="")
        self.assertEqual(await self.status(), {name: whole[name] for name in whole if name != "status_text"})
        await self.set(emoji_name="")
        self.assertEqual(await self.status(), {})
        events = await self.owner.events(queue)
        about = {"type": "user_status", "user_id": self.grace.user.id}
        self.assertEqual(events, [
            {**about, **whole, "id": 0}, {**about, "status_text": "", "id": 1},
            {**about, "emoji_name": "", "emoji_code": "", "reaction_type": "", "id": 2}])
        state = await self.owner.register(fetch_event_types=["user_status"])
        self.assertEqual(state["user_status"], {})

    async def test_it_lasts(self) -> None:
        await self.set(status_text="away", emoji_name="palm_tree")
        before = await self.status()
        await self.server.restart()
        self.assertEqual(await self.status(Client(self.app, self.owner.user)), before)

    async def test_refusals(self) -> None:
        for wrong in ({}, {"status_text": "x" * 61}, {"emoji_name": "no_such_emoji"}, {"emoji_code": "1f697"},
                      {"emoji_name": "car", "emoji_code": "1f600"}, {"emoji_name": "car", "reaction_type": "other"},
                      {"reaction_type": "unicode_emoji"}):
            self.assertEqual((await self.grace.refusal("POST", "/users/me/status", **wrong))["status"], 400, wrong)
        self.assertEqual(await self.status(), {})
        await self.set(status_text="x" * 60)
        for nobody in (999, 2**31 - 1):
            await self.owner.refusal("GET", f"/users/{nobody}/status")
