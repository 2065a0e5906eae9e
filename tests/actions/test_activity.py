"""People who are away for long cost nothing, and cannot be told from people who never left."""

from __future__ import annotations

from typing import Any

from chat.actions.activity import DORMANT_AFTER_S
from tests.support.harness import ChatTestCase, Client

_FETCH = ["message", "update_message_flags", "starred_messages", "recent_private_conversations"]


class ActivityTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.away = await self.server.person("Anna Away")
        self.here = await self.server.person("Hanna Here")
        self.both = [self.away, self.here]
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}, {"name": "old"}],
                              principals=[client.user.id for client in (self.owner, *self.both)])
        await self.owner.send("general", "before")

    async def leave(self) -> None:
        """Anna was last here long ago."""
        await self.app.activity.write()
        await self.app.database.query(
            "UPDATE user_profile SET last_active = now() - %s * interval '1 second' WHERE id = %s",
            (DORMANT_AFTER_S + 60, self.away.user.id))
        self.assertEqual(await self.app.activity.mark_dormant(), 1)

    async def rows(self, client: Client) -> list[tuple[Any, ...]]:
        return list(await self.app.database.query(
            "SELECT message_id, flags FROM user_message WHERE user_id = %s ORDER BY 1", (client.user.id,)))

    async def state(self, client: Client) -> dict[str, Any]:
        state = await client.register(fetch_event_types=_FETCH)
        del state["queue_id"]
        for conversation in state["recent_private_conversations"]:
            conversation["user_ids"] = len(conversation["user_ids"])  # each sees the other
        return state

    async def test_no_row_for_who_is_away(self) -> None:
        """A channel message writes no row for the dormant; what is for them personally does."""
        await self.leave()
        before = len(await self.rows(self.away))
        await self.owner.send("general", "hello everyone here")
        self.assertEqual(len(await self.rows(self.away)), before)
        await self.owner.send("general", "@**Anna Away** look")
        await self.owner.send("general", "@**all** look")
        await self.owner.send([self.away.user.id], "psst")
        self.assertEqual(len(await self.rows(self.away)), before + 3)

    async def test_equal_to_who_never_left(self) -> None:
        """After her return Anna has what Hanna has, whatever happened meanwhile, a restart included."""
        await self.leave()
        everyone = [client.user.id for client in self.both]
        await self.owner.send("general", "one")
        await self.owner.send("old", "two")
        await self.owner.send("general", "@**all** three")
        await self.owner.send([*everyone], "four")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "new"}], principals=everyone)
        await self.leave()  # being subscribed to something made her catch up
        await self.owner.send("new", "five")
        await self.owner.call("DELETE", "/users/me/subscriptions", subscriptions=["new"], principals=everyone)
        await self.leave()
        await self.owner.send("new", "not for them")
        await self.owner.send("old", "six")
        old = self.app.directory.channel_by_name("old")
        assert old is not None
        await self.owner.call("DELETE", f"/streams/{old.id}")
        await self.leave()
        await self.owner.send("general", "seven")
        await self.server.restart()
        for client in self.both:
            client.app = self.app
        self.assertTrue(self.app.directory.is_dormant(self.away.user.id))
        self.assertEqual(await self.state(self.away), await self.state(self.here))
        self.assertEqual(await self.rows(self.away), await self.rows(self.here))
        self.assertFalse(self.app.directory.is_dormant(self.away.user.id))

    async def test_any_request_wakes(self) -> None:
        """The first request of who returns is answered as if she had never left."""
        await self.leave()
        message_id = await self.owner.send("general", "while you were out")
        page = await self.away.call("GET", "/messages", anchor="newest", num_before=1, num_after=0)
        self.assertEqual([message["id"] for message in page["messages"]], [message_id])
        self.assertEqual(page["messages"][0]["flags"], [])

    async def test_a_closed_account(self) -> None:
        """Closing an account ends what it received at that moment, dormant or not."""
        await self.leave()
        await self.owner.send("general", "one")
        for client in self.both:
            await self.owner.call("DELETE", f"/users/{client.user.id}")
        await self.owner.send("general", "two")
        self.assertEqual(await self.rows(self.away), await self.rows(self.here))

    async def test_who_is_here_stays(self) -> None:
        """Someone who was here is not made dormant, however long ago the database last heard of them."""
        await self.app.database.query("UPDATE user_profile SET last_active = now() - interval '90 days'")
        await self.here.call("GET", "/users/me")
        await self.app.activity.mark_dormant()
        self.assertFalse(self.app.directory.is_dormant(self.here.user.id))
        self.assertTrue(self.app.directory.is_dormant(self.away.user.id))
