"""Presence from outside: pings and their answers, events, what lasts."""

from __future__ import annotations

from typing import Any

import psycopg2

from chat.actions import presence as presence_actions
from chat.database import presence as sql
from tests.support.harness import ChatTestCase, Client


class PresenceTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")

    async def ping(self, client: Client, status: str = "active", **params: Any) -> dict[str, Any]:
        return await client.call("POST", "/users/me/presence", status=status, **params)

    async def test_a_ping_answers_with_everyone(self) -> None:
        """In the older form by address, in the newer by id; with last_update_id only what is new."""
        await self.ping(self.owner)
        legacy = await self.ping(self.grace, "idle", new_user_input=False)
        self.assertEqual(set(legacy["presences"]), {self.owner.user.email, self.grace.user.email})
        self.assertEqual(legacy["presences"][self.owner.user.email]["aggregated"]["status"], "active")
        slim = await self.ping(self.grace, slim_presence=True)
        self.assertEqual(set(slim["presences"]), {str(self.owner.user.id), str(self.grace.user.id)})
        first = await self.ping(self.owner, last_update_id=-1)
        self.assertEqual(set(first["presences"]), set(slim["presences"]))
        again = await self.ping(self.owner, last_update_id=first["presence_last_update_id"])
        self.assertLessEqual(set(again["presences"]), {str(self.owner.user.id)})
        self.assertIsInstance(first["server_timestamp"], float)

    async def test_only_a_ping(self) -> None:
        self.assertNotIn("presences", await self.ping(self.owner, ping_only=True))
        self.assertIsNotNone(self.app.presences.get(self.owner.user.id))

    async def test_no_statement(self) -> None:
        """Nothing is written by a ping."""
        before = self.app.database.statements
        await self.ping(self.owner)
        await self.ping(self.owner, last_update_id=-1)
        await self.owner.call("GET", "/realm/presence")
        self.assertEqual(self.app.database.statements, before)

    async def test_events(self) -> None:
        """Coming is told to everyone, once, in the form each wants."""
        old = await self.owner.register(event_types=["presence"])
        new = await self.owner.register(event_types=["presence"], slim_presence=True)
        self.assertEqual((old["presences"], new["presences"]), ({}, {}))
        before = self.app.fanout.encodes
        for status in ("active", "active", "idle"):
            await self.ping(self.grace, status)
        (event,) = await self.owner.events(old["queue_id"])
        (slim,) = await self.owner.events(new["queue_id"])
        self.assertEqual(event["email"], self.grace.user.email)
        self.assertEqual({name: value for name, value in event.items() if name != "email"}, slim)
        self.assertEqual(slim["presence"]["website"]["status"], "active")
        self.assertEqual(self.app.fanout.encodes, before + 2)
        state = await self.owner.register(fetch_event_types=["presence"], slim_presence=True)
        self.assertEqual(set(state["presences"]), {str(self.grace.user.id)})
        self.assertEqual(state["presence_last_update_id"], self.app.presences.last_update_id)

    async def test_a_large_organisation_is_not_told(self) -> None:
        self.patch(presence_actions, "MAX_PEOPLE_TOLD", 1)
        queue = (await self.owner.register(event_types=["presence"]))["queue_id"]
        await self.ping(self.grace)
        self.assertEqual(await self.owner.events(queue), [])

    async def test_one_person(self) -> None:
        """By id or address; who has been away is offline as a whole; bots and strangers have none."""
        await self.ping(self.grace)
        for who in (self.grace.user.id, self.grace.user.email):
            found = (await self.owner.call("GET", f"/users/{who}/presence"))["presence"]
            self.assertEqual({name: entry["status"] for name, entry in found.items()},
                             {"aggregated": "active", "website": "active"})
        now = self.app.reactor.seconds()
        self.app.presences.hide(self.grace.user.id, now)
        found = (await self.owner.call("GET", f"/users/{self.grace.user.id}/presence"))["presence"]
        self.assertEqual(found["aggregated"]["status"], "offline")
        for nobody in (self.owner.user.id, 999, "nobody@chat.test"):
            await self.grace.refusal("GET", f"/users/{nobody}/presence")

    async def test_it_lasts(self) -> None:
        """What was written at the end is there after a restart; a write that fails is made up for."""
        await self.ping(self.grace)
        row = self.app.presences.get(self.grace.user.id)
        broken = self.patch(sql, "UPSERT", "SELECT 1 / 0, %s, %s, %s, %s")
        with self.assertRaises(psycopg2.Error):
            await self.app.presence_writer.write()
        broken.restore()
        await self.server.restart()
        self.assertEqual(self.app.presences.get(self.grace.user.id), row)
        self.assertEqual(self.app.presences.unsaved(10), [])

    async def test_refusals(self) -> None:
        for wrong in ({}, {"status": "here"}, {"status": "active", "last_update_id": -2},
                      {"status": "active", "history_limit_days": -1}):
            refusal = await self.owner.refusal("POST", "/users/me/presence", **wrong)
            self.assertEqual(refusal["status"], 400)

    async def test_invisible(self) -> None:
        """Who does not want it known looks as if they had just left, and is not noted again until they want it."""
        await self.ping(self.grace)
        queue = (await self.owner.register(event_types=["user_status"]))["queue_id"]
        await self.grace.call("PATCH", "/settings", presence_enabled=False)
        await self.ping(self.grace)
        found = (await self.owner.call("GET", f"/users/{self.grace.user.id}/presence"))["presence"]
        self.assertEqual(found["aggregated"]["status"], "offline")
        state = await self.owner.register(fetch_event_types=["user_status"])
        self.assertEqual(state["user_status"], {str(self.grace.user.id): {"away": True}})
        await self.grace.call("POST", "/users/me/status", away=False)
        await self.ping(self.grace)
        found = (await self.owner.call("GET", f"/users/{self.grace.user.id}/presence"))["presence"]
        self.assertEqual(found["aggregated"]["status"], "active")
        self.assertEqual([event["away"] for event in await self.owner.events(queue)], [True, False])

    async def test_an_organisation_without(self) -> None:
        await self.owner.call("PATCH", "/realm", presence_disabled=True)
        await self.ping(self.grace)
        self.assertIsNone(self.app.presences.get(self.grace.user.id))
