"""Typing notices: who hears of them, in which form, who may send them."""

from __future__ import annotations

from typing import Any

from chat.actions import typing
from chat.models import Role
from tests.support.harness import ChatTestCase, Client

CHANNELS = {"notification_settings_null": True, "stream_typing_notifications": True}


class TypingTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        self.guest = await self.server.person("Gustav Guest", Role.GUEST)
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.grace.user.id, self.owner.user.id])
        channel = self.app.directory.channel_by_name("general")
        assert channel is not None
        self.general = channel.id

    async def queue(self, client: Client, **options: Any) -> str:
        return str((await client.register(event_types=["typing"], fetch_event_types=[], **options))["queue_id"])

    async def test_direct(self) -> None:
        """All who take part hear of it, the one who writes too; nobody else does, and nothing is written."""
        queues = {client: await self.queue(client) for client in (self.owner, self.grace, self.guest)}
        before, encodes = self.app.database.statements, self.app.fanout.encodes
        for op in ("start", "stop"):
            await self.owner.call("POST", "/typing", op=op, to=[self.grace.user.id])
        self.assertEqual((self.app.database.statements, self.app.fanout.encodes), (before, encodes + 2))
        events = await self.grace.events(queues[self.grace])
        self.assertEqual(events, await self.owner.events(queues[self.owner]))
        self.assertEqual(await self.guest.events(queues[self.guest]), [])
        people = [{"user_id": client.user.id, "email": client.user.email} for client in (self.owner, self.grace)]
        self.assertEqual(events, [
            {"type": "typing", "op": op, "message_type": "direct", "sender": people[0], "recipients": people, "id": n}
            for n, op in enumerate(("start", "stop"))])

    async def test_channel(self) -> None:
        """Subscribers whose client knows of it hear of it."""
        knows, does_not = await self.queue(self.grace, client_capabilities=CHANNELS), await self.queue(self.grace)
        other = await self.queue(self.guest, client_capabilities=CHANNELS)
        await self.owner.call("POST", "/typing", type="channel", op="start", stream_id=self.general, topic=" castle ")
        self.assertEqual(await self.grace.events(knows), [
            {"type": "typing", "op": "start", "message_type": "stream", "stream_id": self.general, "topic": "castle",
             "sender": {"user_id": self.owner.user.id, "email": self.owner.user.email}, "id": 0}])
        self.assertEqual(await self.grace.events(does_not), [])
        self.assertEqual(await self.guest.events(other), [])

    async def test_large_channels(self) -> None:
        """In a large channel nobody is told, and nobody is refused."""
        self.patch(typing, "MAX_SUBSCRIBERS", 1)
        queue = await self.queue(self.grace, client_capabilities=CHANNELS)
        await self.owner.call("POST", "/typing", type="stream", op="start", stream_id=self.general, topic="castle")
        self.assertEqual(await self.grace.events(queue), [])

    async def test_refusals(self) -> None:
        """Who could not write there cannot tell that they are writing."""
        ids = [self.grace.user.id]
        for client, wrong in (
                (self.owner, {"op": "start"}), (self.owner, {"op": "begin", "to": ids}), (self.owner, {"to": ids}),
                (self.owner, {"op": "start", "to": []}), (self.owner, {"op": "start", "to": [999]}),
                (self.owner, {"op": "start", "to": ["a@b.c"]}), (self.owner, {"op": "start", "to": ids * 101}),
                (self.owner, {"op": "start", "type": "stream", "stream_id": self.general}),
                (self.owner, {"op": "start", "type": "stream", "topic": "t"}),
                (self.owner, {"op": "start", "type": "stream", "topic": " ", "stream_id": self.general}),
                (self.guest, {"op": "start", "type": "stream", "topic": "t", "stream_id": self.general}),
                (self.owner, {"op": "start", "type": "stream", "topic": "t", "stream_id": 999})):
            self.assertEqual((await client.refusal("POST", "/typing", **wrong))["status"], 400, wrong)

    async def test_settings(self) -> None:
        """Who does not want to tell cannot; who does not want to hear does not."""
        queue = await self.queue(self.grace, client_capabilities=CHANNELS)
        to_grace = {"op": "start", "to": [self.grace.user.id]}
        to_channel = {"op": "start", "type": "channel", "stream_id": self.general, "topic": "castle"}
        await self.owner.call("PATCH", "/settings", send_private_typing_notifications=False)
        refusal = await self.owner.refusal("POST", "/typing", **to_grace)
        self.assertIn("direct messages", refusal["msg"])
        await self.owner.call("POST", "/typing", **to_channel)
        await self.owner.call("PATCH", "/settings", send_stream_typing_notifications=False)
        refusal = await self.owner.refusal("POST", "/typing", **to_channel)
        self.assertIn("channel messages", refusal["msg"])
        self.assertEqual(len(await self.grace.events(queue)), 1)
        await self.owner.call("PATCH", "/settings", send_private_typing_notifications=True,
                              send_stream_typing_notifications=True)
        await self.grace.call("PATCH", "/settings", receives_typing_notifications=False)
        await self.owner.call("POST", "/typing", **to_grace)
        await self.owner.call("POST", "/typing", **to_channel)
        self.assertEqual(len(await self.grace.events(queue)), 1)
