"""Muting people: what they sent is read then, what they send arrives read."""

from __future__ import annotations

from tests.support.harness import ChatTestCase, Client


class MutedUsersTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        self.loud = await self.server.person("Lou Loud")
        await self.owner.call(
            "POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
            principals=[client.user.id for client in (self.owner, self.grace, self.loud)])

    def path(self, client: Client) -> str:
        return f"/users/me/muted_users/{client.user.id}"

    async def unread(self) -> int:
        state = await self.grace.register(fetch_event_types=["message", "update_message_flags"])
        return int(state["unread_msgs"]["count"])

    async def test_mute_and_unmute(self) -> None:
        """Each event has the whole list; messages of the muted arrive read, even those that mention, unlike those of
        others."""
        queue = (await self.grace.register(event_types=["message", "muted_users"]))["queue_id"]
        await self.grace.call("POST", self.path(self.loud))
        await self.loud.send("general", "@**Grace Hopper** @**all**")
        await self.loud.send([self.grace.user.id, self.owner.user.id], "psst")
        await self.owner.send("general", "from another")
        await self.grace.call("DELETE", self.path(self.loud))
        await self.loud.send("general", "heard again")
        muted, mention, direct, other, unmuted, heard = await self.grace.events(queue)
        self.assertEqual([entry["id"] for entry in muted["muted_users"]], [self.loud.user.id])
        self.assertGreater(muted["muted_users"][0]["timestamp"], 1_600_000_000)
        self.assertIn("read", mention["flags"])
        self.assertIn("mentioned", mention["flags"])
        self.assertEqual(direct["flags"], ["read"])
        self.assertEqual(other["flags"], [])
        self.assertEqual(unmuted["muted_users"], [])
        self.assertEqual(heard["flags"], [])
        self.assertEqual(await self.unread(), 2)

    async def test_only_for_the_muter(self) -> None:
        queue = (await self.owner.register(event_types=["message", "muted_users"]))["queue_id"]
        await self.grace.call("POST", self.path(self.loud))
        await self.loud.send("general", "hello")
        (event,) = await self.owner.events(queue)
        self.assertEqual(event["flags"], [])

    async def test_what_was_unread_is_read(self) -> None:
        """Muting marks what the muted sent as read, and tells so."""
        theirs = [await self.loud.send("general", "one"), await self.loud.send([self.grace.user.id], "two")]
        await self.owner.send("general", "three")
        queue = (await self.grace.register(event_types=["update_message_flags"]))["queue_id"]
        await self.grace.call("POST", self.path(self.loud))
        (event,) = await self.grace.events(queue)
        self.assertEqual((event["op"], event["flag"], event["messages"]), ("add", "read", theirs))
        self.assertEqual(await self.unread(), 1)

    async def test_they_stay_muted(self) -> None:
        await self.grace.call("POST", self.path(self.loud))
        await self.server.restart()
        grace, loud = Client(self.app, self.grace.user), Client(self.app, self.loud.user)
        state = await grace.register()
        self.assertEqual([entry["id"] for entry in state["muted_users"]], [loud.user.id])
        queue = (await grace.register(event_types=["message"]))["queue_id"]
        await loud.send("general", "hello")
        (event,) = await grace.events(queue)
        self.assertEqual(event["flags"], ["read"])

    async def test_refusals(self) -> None:
        await self.grace.call("POST", self.path(self.loud))
        for method, whom, msg in (
                ("POST", self.loud.user.id, "User already muted"), ("DELETE", self.owner.user.id, "User is not muted"),
                ("POST", self.grace.user.id, "Cannot mute self"), ("POST", 99999, "No such user"),
                ("DELETE", 99999, "No such user")):
            refusal = await self.grace.refusal(method, f"/users/me/muted_users/{whom}")
            self.assertEqual((refusal["status"], refusal["code"], refusal["msg"]), (400, "BAD_REQUEST", msg))

    async def test_closed_accounts(self) -> None:
        """Someone whose account is closed can be muted, and unmuted."""
        await self.owner.call("DELETE", f"/users/{self.loud.user.id}")
        await self.grace.call("POST", self.path(self.loud))
        await self.grace.call("DELETE", self.path(self.loud))
