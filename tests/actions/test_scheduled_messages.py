"""Scheduled messages: written like messages, sent once when their time comes, never lost."""

from __future__ import annotations

import time
from typing import Any

from twisted.internet.defer import gatherResults
from twisted.internet.task import Clock

from chat.actions.scheduled_messages import ScheduledMessages
from chat.errors import ServiceUnavailable
from chat.models import Role
from chat.personal import MAX_SCHEDULED
from tests.support.harness import ChatTestCase, Client

PATH = "/scheduled_messages"
DAY_S = 24 * 3600


class ScheduledTestCase(ChatTestCase):
    """Grace schedules; `self.scheduled` is the same work on a clock that stands still until told."""

    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.grace.user.id, self.owner.user.id])
        general = self.app.directory.channel_by_name("general")
        assert general is not None
        self.general = general.id
        self.clock = Clock()
        self.clock.advance(int(time.time()))
        self.tomorrow = int(self.clock.seconds()) + DAY_S
        self.scheduled = self.on_the_clock()

    def on_the_clock(self) -> ScheduledMessages:
        app = self.app
        return ScheduledMessages(app.database, app.directory, app.bus, app.sending, self.clock)

    async def schedule(self, client: Client | None = None, **changes: Any) -> int:
        body = await (client or self.grace).call("POST", PATH, **{
            "type": "channel", "to": self.general, "topic": "Lunch", "content": "*pasta*",
            "scheduled_delivery_timestamp": self.tomorrow, **changes})
        return int(body["scheduled_message_id"])

    async def all(self, client: Client | None = None) -> list[dict[str, Any]]:
        return list((await (client or self.grace).call("GET", PATH))["scheduled_messages"])

    async def sent(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.app.database.query("SELECT topic, content FROM message ORDER BY id")]


class WritingTests(ScheduledTestCase):
    async def test_kept(self) -> None:
        """As it will be sent, rendered; the soonest first; nobody else's."""
        later = await self.schedule(scheduled_delivery_timestamp=self.tomorrow + 1)
        direct = await self.schedule(type="direct", to=[self.owner.user.id])
        note = await self.schedule(type="private", to=[self.grace.user.id], topic="ignored")
        by_direct, by_note, by_later = await self.all()
        self.assertEqual(by_later, {
            "scheduled_message_id": later, "type": "stream", "to": self.general, "topic": "Lunch",
            "content": "*pasta*", "rendered_content": "<p><em>pasta</em></p>",
            "scheduled_delivery_timestamp": self.tomorrow + 1, "failed": False})
        self.assertEqual((by_direct["scheduled_message_id"], by_direct["type"], by_direct["to"]),
                         (direct, "private", [self.owner.user.id]))
        self.assertNotIn("topic", by_direct)
        self.assertEqual((by_note["scheduled_message_id"], by_note["to"]), (note, [self.grace.user.id]))
        self.assertEqual(await self.all(self.owner), [])
        self.assertEqual(await self.sent(), [])

    async def test_refusals(self) -> None:
        """Refused now is what would be refused as a message, and a time that has passed."""
        guest = await self.server.person("Gustav Guest", Role.GUEST)
        good = {"type": "channel", "to": self.general, "topic": "t", "content": "x",
                "scheduled_delivery_timestamp": self.tomorrow}
        for client, wrong, code in (
                (self.grace, {"scheduled_delivery_timestamp": 1}, "BAD_REQUEST"),
                (self.grace, {"scheduled_delivery_timestamp": int(time.time()) - 1}, "BAD_REQUEST"),
                (self.grace, {"scheduled_delivery_timestamp": 10**15}, "BAD_REQUEST"),
                (self.grace, {"scheduled_delivery_timestamp": "soon"}, "BAD_REQUEST"),
                (self.grace, {"to": 999}, "STREAM_DOES_NOT_EXIST"),
                (guest, {}, "STREAM_DOES_NOT_EXIST"),
                (self.grace, {"type": "direct", "to": [99999]}, "BAD_REQUEST"),
                (self.grace, {"type": "direct", "to": []}, "BAD_REQUEST"),
                (self.grace, {"type": "shout"}, "BAD_REQUEST"),
                (self.grace, {"content": "  "}, "BAD_REQUEST"),
                (self.grace, {"topic": " "}, "BAD_REQUEST")):
            refusal = await client.refusal("POST", PATH, **{**good, **wrong})
            self.assertEqual((refusal["status"], refusal["code"]), (400, code), wrong)
        self.assertEqual(await self.all(), [])

    async def test_change(self) -> None:
        """Any part can be changed, by its sender; what is sent is what it became."""
        queue = (await self.grace.register(event_types=["scheduled_messages"]))["queue_id"]
        number = await self.schedule()
        path = f"{PATH}/{number}"
        await self.grace.call("PATCH", path, content="**pizza**")
        await self.grace.call("PATCH", path, topic="Dinner", scheduled_delivery_timestamp=self.tomorrow + 5)
        await self.grace.call("PATCH", path, type="direct", to=[self.owner.user.id])
        for wrong, code in (({"type": "channel", "topic": "t"}, "BAD_REQUEST"),
                            ({"type": "channel", "to": self.general}, "BAD_REQUEST"),
                            ({"scheduled_delivery_timestamp": 1}, "BAD_REQUEST"),
                            ({"to": [99999]}, "BAD_REQUEST"), ({"content": ""}, "BAD_REQUEST"),
                            ({"type": "channel", "to": 999, "topic": "t"}, "STREAM_DOES_NOT_EXIST")):
            self.assertEqual((await self.grace.refusal("PATCH", path, **wrong))["code"], code, wrong)
        await self.grace.call("PATCH", path, type="stream", to=self.general, topic="Supper")
        (item,) = await self.all()
        self.assertEqual((item["topic"], item["rendered_content"], item["scheduled_delivery_timestamp"]),
                         ("Supper", "<p><strong>pizza</strong></p>", self.tomorrow + 5))
        events = await self.grace.events(queue)
        self.assertEqual([event["op"] for event in events], ["add", *["update"] * 4])
        self.assertEqual(events[-1]["scheduled_message"], item)
        self.clock.advance(DAY_S + 5)
        await self.scheduled.deliver(number)
        self.assertEqual(await self.sent(), [("Supper", "**pizza**")])

    async def test_only_ones_own(self) -> None:
        number = await self.schedule()
        for client, path in ((self.owner, number), (self.grace, number + 1)):
            for method, params in (("PATCH", {"content": "mine"}), ("DELETE", {})):
                refusal = await client.refusal(method, f"{PATH}/{path}", **params)
                self.assertEqual((refusal["status"], refusal["code"]), (404, "BAD_REQUEST"))
        self.assertEqual((await self.all())[0]["content"], "*pasta*")

    async def test_delete(self) -> None:
        queue = (await self.grace.register(event_types=["scheduled_messages"]))["queue_id"]
        number = await self.schedule()
        await self.grace.call("DELETE", f"{PATH}/{number}")
        self.assertEqual(await self.all(), [])
        self.assertEqual([(event["op"], event.get("scheduled_message_id"))
                          for event in await self.grace.events(queue)], [("add", None), ("remove", number)])
        self.clock.advance(DAY_S)
        await self.scheduled.deliver(number)
        self.assertEqual(await self.sent(), [])

    async def test_there_are_not_too_many(self) -> None:
        await self.app.database.query(
            "INSERT INTO scheduled_message (user_id, channel_id, content, rendered_content, deliver_at, client, token) "
            "SELECT %s, %s, 'x', 'x', to_timestamp(%s), 'test', '' FROM generate_series(1, %s)",
            (self.grace.user.id, self.general, self.tomorrow, MAX_SCHEDULED))
        await self.grace.refusal("POST", PATH, type="channel", to=self.general, topic="t", content="x",
                                 scheduled_delivery_timestamp=self.tomorrow)
        await self.schedule(self.owner)


class DeliveryTests(ScheduledTestCase):
    async def test_sent_as_any_message(self) -> None:
        """At its time and not before: to those who are there then, from the client that wrote it, and its row goes."""
        website = Client(self.app, self.grace.user, "website")
        mine = await self.schedule(website)
        unread = await self.schedule(website, content="unread", read_by_sender=False)
        state = await self.owner.register(event_types=["message"], apply_markdown=True)
        own = await self.grace.register(event_types=["message", "scheduled_messages"])
        await self.scheduled.deliver(mine)
        self.assertEqual(len(await self.all()), 2)
        self.clock.advance(DAY_S)
        await self.scheduled.deliver(mine)
        await self.scheduled.deliver(unread)
        first, _ = [event["message"] for event in await self.owner.events(state["queue_id"])]
        self.assertEqual((first["sender_id"], first["subject"], first["content"], first["client"]),
                         (self.grace.user.id, "Lunch", "<p><em>pasta</em></p>", "website"))
        self.assertEqual(await self.all(), [])
        events = await self.grace.events(own["queue_id"])
        self.assertEqual([event["type"] for event in events], ["message", "scheduled_messages"] * 2)
        self.assertEqual([event["flags"] for event in events if event["type"] == "message"], [["read"], []])

    async def test_never_twice(self) -> None:
        """Whoever tries to deliver it, however often at once."""
        number = await self.schedule()
        self.clock.advance(DAY_S)
        await gatherResults([self.deferred(self.scheduled.deliver(number)) for _ in range(8)])
        self.assertEqual(len(await self.sent()), 1)

    async def test_a_stop_between_sending_and_deleting(self) -> None:
        """The row that was left is found to be sent when the server is back: it goes, and nothing is sent."""
        number = await self.schedule()
        self.clock.advance(DAY_S)
        removing = self.scheduled._remove

        async def stop(*_: object) -> None:
            raise ServiceUnavailable

        self.scheduled._remove = stop  # type: ignore[method-assign]
        with self.assertRaises(ServiceUnavailable):
            await self.scheduled.deliver(number)
        self.scheduled._remove = removing  # type: ignore[method-assign]
        self.assertEqual((len(await self.sent()), len(await self.all())), (1, 1))
        # Meanwhile the channel closes: that must not look as if the message had failed.
        await self.owner.call("DELETE", f"/streams/{self.general}")
        await self.scheduled.deliver(number)
        self.assertEqual((len(await self.sent()), len(await self.all())), (1, 0))

    async def test_too_late_to_change(self) -> None:
        """What was sent can be neither changed nor taken back, even where its row is still there."""
        for method in ("PATCH", "DELETE"):
            number = await self.schedule()
            row = await self.app.database.query("SELECT token FROM scheduled_message WHERE id = %s", (number,))
            await self.grace.send("general", "*pasta*", idempotency_key=f"scheduled:{number}:{row[0][0]}")
            refusal = await self.grace.refusal(method, f"{PATH}/{number}", content="other")
            self.assertEqual(refusal["status"], 404)
        self.assertEqual(await self.all(), [])
        self.assertEqual(len(await self.sent()), 2)

    async def test_what_cannot_be_sent_stays(self) -> None:
        """Refused at its time, a message is marked as failed and waits for its sender, who can send it elsewhere."""
        queue = (await self.grace.register(event_types=["scheduled_messages"]))["queue_id"]
        number = await self.schedule()
        await self.owner.call("DELETE", f"/streams/{self.general}")
        self.clock.advance(DAY_S)
        for _ in range(2):
            await self.scheduled.deliver(number)
        (item,) = await self.all()
        self.assertTrue(item["failed"])
        self.assertEqual(await self.scheduled.due(10), [])
        self.assertIsNone(await self.scheduled.next_time())
        _, failed = await self.grace.events(queue)
        self.assertEqual(failed["scheduled_message"], item)
        await self.grace.refusal("PATCH", f"{PATH}/{number}", content="other")
        await self.grace.call("PATCH", f"{PATH}/{number}", type="direct", to=[self.owner.user.id],
                              scheduled_delivery_timestamp=self.tomorrow + DAY_S)
        self.assertFalse((await self.all())[0]["failed"])
        self.clock.advance(DAY_S)
        await self.scheduled.deliver(number)
        self.assertEqual(await self.sent(), [("", "*pasta*")])

    async def test_a_failed_one_needs_a_new_time(self) -> None:
        number = await self.schedule()
        await self.app.database.query(
            "UPDATE scheduled_message SET failed = true, deliver_at = to_timestamp(1) WHERE id = %s", (number,))
        await self.grace.refusal("PATCH", f"{PATH}/{number}", content="other")
        await self.grace.call("PATCH", f"{PATH}/{number}", scheduled_delivery_timestamp=self.tomorrow)
        self.assertFalse((await self.all())[0]["failed"])

    async def test_senders_who_left(self) -> None:
        """A closed account sends nothing; its messages are marked as failed."""
        number = await self.schedule()
        await self.owner.call("DELETE", f"/users/{self.grace.user.id}")
        self.clock.advance(DAY_S)
        await self.scheduled.deliver(number)
        self.assertEqual(await self.sent(), [])
        rows = await self.app.database.query("SELECT failed FROM scheduled_message")
        self.assertEqual(list(rows), [(True,)])

    async def test_a_failure_of_our_own(self) -> None:
        """Something unforeseen marks the message as failed, and is logged."""
        number = await self.schedule()
        self.clock.advance(DAY_S)

        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        self.patch(self.app.sending, "check_message", broken)
        await self.scheduled.deliver(number)
        self.assertTrue((await self.all())[0]["failed"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    async def test_the_database_is_away(self) -> None:
        """A message that could not be sent for that is not marked: it is tried again."""
        number = await self.schedule()
        self.clock.advance(DAY_S)

        async def away(*_: object) -> None:
            raise ServiceUnavailable

        self.patch(self.app.sending, "do_send_messages", away)
        with self.assertRaises(ServiceUnavailable):
            await self.scheduled.deliver(number)
        self.assertFalse((await self.all())[0]["failed"])
        self.assertEqual(await self.scheduled.due(10), [number])

    async def test_changed_while_it_is_sent(self) -> None:
        """Either the change comes first and counts, or it comes too late and is told so."""
        for _ in range(5):
            number = await self.schedule(content="old")
            await self.app.database.query(
                "UPDATE scheduled_message SET deliver_at = to_timestamp(1) WHERE id = %s", (number,))
            _, (status, _) = await gatherResults([
                self.deferred(self.scheduled.deliver(number)),
                self.deferred(self.grace.answer("PATCH", f"{PATH}/{number}", content="new",
                                                scheduled_delivery_timestamp=self.tomorrow))])
            remaining = await self.all()
            self.assertEqual([item["content"] for item in remaining], ["new"] if status == 200 else [])
            for item in remaining:
                await self.grace.call("DELETE", f"{PATH}/{item['scheduled_message_id']}")
        self.assertNotIn("new", [content for _, content in await self.sent()])

    def deferred(self, coroutine: Any) -> Any:
        from twisted.internet.defer import Deferred

        return Deferred.fromCoroutine(coroutine)
