"""What a client says when it registers is what it gets."""

from __future__ import annotations

from typing import Any

from chat.event_types import Event
from chat.events.forms import forms
from chat.events.queue import CAPABILITIES, MAX_LIFESPAN_S, QueueOptions
from chat.models import Role
from tests.support.harness import ChatTestCase, Client

NULLS = {"notification_settings_null": True}


class OptionsTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        self.guest = await self.server.person("Gustav Guest", Role.GUEST)
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.owner.user.id, self.guest.user.id])
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)

    async def queue(self, client: Client, *event_types: str, **options: Any) -> str:
        return str((await client.register(event_types=list(event_types) or None, fetch_event_types=[],
                                          **options))["queue_id"])

    async def contents(self, client: Client, queue_id: str) -> list[str]:
        return [event["message"]["content"] for event in await client.events(queue_id) if event["type"] == "message"]

    async def test_event_types(self) -> None:
        """Only what was asked for comes; names nobody knows ask for nothing; none named ask for all."""
        narrow, unknown, everything = (await self.queue(self.grace, "user_status"),
                                       await self.queue(self.grace, "no_such_type"), await self.queue(self.grace))
        await self.owner.send([self.grace.user.id], "hello")
        await self.owner.call("POST", "/users/me/status", status_text="busy")
        self.assertEqual([event["type"] for event in await self.grace.events(narrow)], ["user_status"])
        self.assertEqual(await self.grace.events(unknown), [])
        self.assertEqual([event["type"] for event in await self.grace.events(everything)], ["message", "user_status"])

    async def test_narrow(self) -> None:
        """A narrow is for messages alone, and reaches into public channels."""
        queue = await self.queue(self.grace, narrow=[["channel", "General"], ["topic", "castle"]])
        for channel, topic in (("general", "Castle"), ("general", "other"), ("secret", "castle")):
            await self.owner.send(channel, f"{channel} {topic}", topic)
        await self.owner.send([self.grace.user.id], "direct")
        await self.owner.call("POST", "/users/me/status", status_text="busy")
        self.assertEqual(await self.contents(self.grace, queue), ["general Castle"])
        self.assertEqual((await self.grace.events(queue))[-1]["type"], "user_status")

    async def test_all_public_streams(self) -> None:
        """All of public channels, nothing of private ones, and not for guests."""
        queue = await self.queue(self.grace, all_public_streams=True)
        for channel in ("general", "secret"):
            await self.owner.send(channel, channel)
        self.assertEqual(await self.contents(self.grace, queue), ["general"])
        await self.guest.refusal("POST", "/register", all_public_streams=True)

    async def test_apply_markdown(self) -> None:
        html, source = await self.queue(self.guest, apply_markdown=True), await self.queue(self.guest)
        await self.owner.send("general", "**bold**")
        self.assertEqual(await self.contents(self.guest, html), ["<p><strong>bold</strong></p>"])
        self.assertEqual(await self.contents(self.guest, source), ["**bold**"])

    async def test_include_subscribers(self) -> None:
        """Left out unless asked for; "partial" may be all."""
        for wish, expected in ((False, False), (True, True), ("partial", True)):
            state = await self.owner.register(fetch_event_types=["subscription"], include_subscribers=wish)
            self.assertEqual({"subscribers" in channel for channel in state["subscriptions"]}, {expected})
        await self.owner.refusal("POST", "/register", include_subscribers="some")

    async def test_idle_queue_timeout(self) -> None:
        """Within bounds, by either name; the answer says what it is."""
        for asked, given in ((None, 600), (0, 600), (3600, 3600), (10**9, MAX_LIFESPAN_S)):
            for name in ("idle_queue_timeout", "queue_lifespan_secs"):
                state = await self.grace.register(**({} if asked is None else {name: asked}), fetch_event_types=[])
                self.assertEqual(state["idle_queue_timeout"], given)
                queue = self.app.queues.get(state["queue_id"], self.grace.user.id)
                self.assertEqual(queue.options.lifespan_s, given)
        await self.grace.refusal("POST", "/register", idle_queue_timeout=-1)

    async def test_capabilities(self) -> None:
        """All of those that are known count where they are true; the one that is required must be there."""
        state = await self.grace.register(client_capabilities={
            **dict.fromkeys(CAPABILITIES, True), "linkifier_url_template": False, "not_invented_yet": True})
        options = self.app.queues.get(state["queue_id"], self.grace.user.id).options
        self.assertEqual(options.capabilities, CAPABILITIES - {"linkifier_url_template"})
        for wrong in ({}, {"bulk_message_deletion": True}, {**NULLS, "x": "yes"}, [], "no"):
            await self.grace.refusal("POST", "/register", client_capabilities=wrong)

    async def test_only_the_owner(self) -> None:
        """Somebody else's queue is one that does not exist, for every way to touch it."""
        queue = await self.queue(self.grace)
        for method in ("GET", "DELETE"):
            refusal = await self.owner.refusal(method, "/events", queue_id=queue, last_event_id=-1, dont_block=True)
            self.assertEqual((refusal["code"], refusal["queue_id"]), ("BAD_EVENT_QUEUE_ID", queue))
        self.assertEqual(await self.grace.events(queue), [])

    async def test_local_message_id(self) -> None:
        """Only the queue that sent hears under which name it sent; what all share is encoded once."""
        queues = [await self.queue(client, "message") for client in (self.owner, self.owner, self.guest)]
        before = self.app.fanout.encodes
        await self.owner.send("general", "hello", queue_id=queues[0], local_id="7.01")
        first, second, other = [(await client.events(queue))[0] for client, queue in
                                zip((self.owner, self.owner, self.guest), queues, strict=True)]
        self.assertEqual(first.pop("local_message_id"), "7.01")
        self.assertEqual(first, second)
        self.assertNotIn("local_message_id", other)
        self.assertEqual(self.app.fanout.encodes, before + 1)

    async def test_encoded_once(self) -> None:
        """For a hundred queues of different wishes: once a form that anybody wants, whatever their number."""
        for number in range(100):
            await self.queue(self.guest if number % 3 else self.owner, "message", "user_status", "presence",
                             apply_markdown=number % 2 == 0,
                             slim_presence=number % 4 == 0)
        before = self.app.fanout.encodes
        await self.owner.send("general", "@**all** hello")
        self.assertEqual(self.app.fanout.encodes, before + 2)
        await self.owner.call("POST", "/users/me/status", status_text="busy")
        self.assertEqual(self.app.fanout.encodes, before + 3)
        await self.owner.call("POST", "/users/me/presence", status="active")
        self.assertEqual(self.app.fanout.encodes, before + 5)


class FormsTests(ChatTestCase):
    """Events of which there are several forms."""

    async def heard(self, event: Event, event_types: list[str], **capabilities: bool) -> list[dict[str, Any]]:
        state = await self.owner.register(event_types=event_types, fetch_event_types=[],
                                          client_capabilities={**NULLS, **capabilities})
        self.app.bus.announce(event)
        return [{key: value for key, value in found.items() if key != "id"}
                for found in await self.owner.events(state["queue_id"])]

    async def test_bulk_message_deletion(self) -> None:
        """At once, or one message at a time for those who know no better."""
        body = {"type": "delete_message", "message_ids": [7, 9], "message_type": "stream", "stream_id": 3,
                "topic": "castle"}
        rest = {name: value for name, value in body.items() if name != "message_ids"}
        self.assertEqual(await self.heard(Event(body), ["delete_message"], bulk_message_deletion=True), [body])
        self.assertEqual(await self.heard(Event(body), ["delete_message"]),
                         [{**rest, "message_id": 7}, {**rest, "message_id": 9}])

    async def test_linkifiers(self) -> None:
        body = {"type": "realm_linkifiers", "realm_linkifiers": []}
        self.assertEqual(await self.heard(Event(body), ["realm_linkifiers"], linkifier_url_template=True), [body])
        self.assertEqual(await self.heard(Event(body), ["realm_linkifiers"]), [])

    async def test_settings(self) -> None:
        """Who knows user_settings hears nothing of its ancestors."""
        for event_type in ("update_display_settings", "update_global_notifications"):
            for types in ([event_type, "user_settings"], None):
                old, new = (QueueOptions(event_types=None if types is None else frozenset(types),
                                         capabilities=frozenset(capable))
                            for capable in ((), ("user_settings_object",)))
                self.assertEqual((old.wants(event_type), new.wants(event_type)), (True, False))

    async def test_null_settings_of_channels(self) -> None:
        """Null means "as I have it everywhere"; who does not know that is told how that is, at first and later."""
        for knows in (True, False):
            state = await self.owner.register(fetch_event_types=["subscription"], event_types=["subscription"],
                                              client_capabilities={"notification_settings_null": knows})
            await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": f"new {knows}"}])
            (event,) = [event for event in await self.owner.events(state["queue_id"]) if event["op"] == "add"]
            for subscription in (*state["subscriptions"], *event["subscriptions"]):
                self.assertIs(subscription["email_notifications"], None if knows else False)
                self.assertIs(subscription["wildcard_mentions_notify"], None if knows else True)

    async def test_many_older_clients(self) -> None:
        """What is told to many is encoded once, however old their clients are."""
        people = [await self.server.person() for _ in range(4)]
        for client in people:
            await client.register(event_types=["subscription"], fetch_event_types=[])
        before = self.app.fanout.encodes
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[people[0].user.id])
        self.assertEqual(self.app.fanout.encodes, before + 2)  # to the one who is subscribed, and to the others

    def test_every_form_is_of_an_event_that_clients_know(self) -> None:
        self.assertEqual({name.split("/")[0] for name in forms(self.app.directory)},
                         {"presence", "typing", "delete_message", "realm_linkifiers", "subscription"})
