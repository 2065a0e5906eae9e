"""Sending: what it costs, that it happens once, and who may."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, gatherResults

from chat.models import Role
from tests.support.harness import ChatTestCase, Client, Refused


class CostTests(ChatTestCase):
    async def _statements_of_a_send(self, people: int) -> int:
        clients = await self.server.people(people)
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        await owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "wide"}],
                         principals=[client.user.id for client in clients])
        await owner.send("wide", "the first message of a channel")
        await self.app.deferred_work.stop()  # what the message causes is done later, and counted there
        before = self.app.database.statements
        message_id = await owner.send("wide", "hello @**Number 1** :tada:")
        statements = self.app.database.statements - before
        rows = await self.app.database.query(
            "SELECT count(*) FROM user_message WHERE message_id = %s", (message_id,))
        self.assertEqual(rows[0][0], people + 1)
        return statements

    async def test_one_recipient(self) -> None:
        """A send is one statement."""
        self.assertEqual(await self._statements_of_a_send(1), 1)

    async def test_a_thousand_recipients(self) -> None:
        """A send is one statement, however many receive it."""
        self.assertEqual(await self._statements_of_a_send(1000), 1)

    async def test_encoded_once(self) -> None:
        """A message is encoded once for each kind of client, not for each recipient."""
        clients = await self.server.people(50)
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        await owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "wide"}],
                         principals=[client.user.id for client in clients])
        await owner.send("wide", "first")
        for client in clients:
            await client.register(event_types=["message"], apply_markdown=True)
        before = self.app.fanout.encodes
        await owner.send("wide", "hello")
        self.assertEqual(self.app.fanout.encodes - before, 1)
        await owner.register(event_types=["message"], apply_markdown=False)
        before = self.app.fanout.encodes
        await owner.send("wide", "hello")
        self.assertEqual(self.app.fanout.encodes - before, 2)


class ExactlyOnceTests(ChatTestCase):
    async def _messages(self) -> int:
        ((count,),) = await self.app.database.query("SELECT count(*) FROM message")
        return int(count)

    async def test_sixteen_at_once(self) -> None:
        """Sixteen concurrent retransmissions are one message, one id, one event."""
        state = await self.owner.register(event_types=["message"])
        replies = await gatherResults([
            self.owner.start("POST", "/messages", type="channel", to="general", topic="t", content="once",
                             queue_id=state["queue_id"], local_id="7.01") for _ in range(16)])
        self.assertEqual({reply.status for reply in replies}, {200})
        self.assertEqual(len({reply.body for reply in replies}), 1)
        self.assertEqual(await self._messages(), 1)
        events = await self.owner.events(state["queue_id"])
        self.assertEqual([event["local_message_id"] for event in events], ["7.01"])

    async def test_after_a_restart_and_without_the_queue(self) -> None:
        """A retransmission is recognised when queue and process are gone."""
        state = await self.owner.register(event_types=["message"])
        name = {"queue_id": state["queue_id"], "local_id": "1.01"}
        first = await self.owner.send("general", "once", **name)
        await self.owner.call("DELETE", "/events", queue_id=state["queue_id"])
        self.assertEqual(await self.owner.send("general", "once", **name), first)
        await self.server.restart()
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.assertEqual(await owner.send("general", "once", **name), first)
        self.assertEqual(await self._messages(), 1)

    async def test_names_are_the_senders_own(self) -> None:
        """The same queue_id and local_id of another sender are another message."""
        other = await self.server.person()
        name = {"queue_id": "q", "local_id": "1.01"}
        first = await self.owner.send("general", "mine", **name)
        self.assertNotEqual(await other.send("general", "another's", **name), first)

    async def test_idempotency_key(self) -> None:
        """An Idempotency-Key does the same for clients without a queue, and is a namespace of its own."""
        first = await self.owner.send("general", "once", idempotency_key="k1")
        self.assertEqual(await self.owner.send("general", "once", idempotency_key="k1"), first)
        self.assertNotEqual(await self.owner.send("general", "again", idempotency_key="k2"), first)
        self.assertEqual(await self._messages(), 2)
        refusal = await self.owner.refusal("POST", "/messages", type="channel", to="general", topic="t",
                                           content="x", idempotency_key="k" * 201)
        self.assertEqual(refusal["code"], "BAD_REQUEST")

    async def test_without_a_name(self) -> None:
        """Clients that name nothing send as often as they ask."""
        self.assertNotEqual(await self.owner.send("general", "a"), await self.owner.send("general", "a"))

    async def test_a_client_that_leaves(self) -> None:
        """Who hangs up in the middle of a send has sent."""
        state = await self.owner.register(event_types=["message"])
        waiting = self.owner.start("POST", "/messages", type="channel", to="general", topic="t", content="bye")
        waiting.addErrback(lambda failure: failure.trap(CancelledError))
        waiting.cancel()
        (event,) = await self.owner.events(state["queue_id"], wait=True)
        self.assertEqual(event["message"]["content"], "bye")
        await self.app.database.settled()
        self.assertEqual(await self._messages(), 1)


class CheckTests(ChatTestCase):
    async def test_refusals(self) -> None:
        """What cannot be sent is refused with its code, and nothing is stored."""
        guest = await self.server.person("Gustav Guest", Role.GUEST)
        member = await self.server.person("Mona Member")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "news"}],
                              stream_post_policy=2)
        gone = await self.server.person("Gerda Gone")
        await self.owner.call("DELETE", f"/users/{gone.user.id}")
        channel = {"type": "channel", "topic": "t", "content": "x"}
        direct = {"type": "direct", "content": "x"}
        cases = [
            (member, {**channel, "to": "nowhere"}, "STREAM_DOES_NOT_EXIST"),
            (member, {**channel, "to": 999}, "STREAM_DOES_NOT_EXIST"),
            (member, {**channel, "to": "secret"}, "STREAM_DOES_NOT_EXIST"),
            (guest, {**channel, "to": "general"}, "STREAM_DOES_NOT_EXIST"),
            (member, {**channel, "to": "news"}, "UNAUTHORIZED_PRINCIPAL"),
            (member, {**channel, "to": "general", "content": " \n "}, "BAD_REQUEST"),
            (member, {**channel, "to": "general", "content": "a\x00b"}, "BAD_REQUEST"),
            (member, {**channel, "to": "general", "topic": "  "}, "BAD_REQUEST"),
            (member, {**channel, "to": "general", "topic": "a\nb"}, "BAD_REQUEST"),
            (member, {"type": "channel", "to": "general", "content": "x"}, "BAD_REQUEST"),
            (member, {**channel, "to": ["general", "news"]}, "BAD_REQUEST"),
            (member, {**direct, "to": [gone.user.id]}, "BAD_REQUEST"),
            (member, {**direct, "to": [99999]}, "BAD_REQUEST"),
            (member, {**direct, "to": "nobody@chat.test"}, "BAD_REQUEST"),
            (member, {**direct, "to": []}, "BAD_REQUEST"),
            (member, {**direct, "to": [1, "owner@chat.test"]}, "BAD_REQUEST"),
            (member, {**direct, "to": list(range(1, 300))}, "BAD_REQUEST"),
            (member, {"type": "shout", "to": "general", "content": "x"}, "BAD_REQUEST"),
            (member, {"type": "channel", "to": "general", "topic": "t"}, "REQUEST_VARIABLE_MISSING"),
            (member, {**channel, "to": "general", "subject": "t"}, "REQUEST_CONFUSING_VAR"),
        ]
        for client, params, code in cases:
            refusal = await client.refusal("POST", "/messages", **params)
            self.assertEqual(refusal["code"], code, params)
            self.assertTrue(refusal["msg"])
        self.assertEqual((await self.app.database.query("SELECT count(*) FROM message"))[0][0], 0)

    async def test_spellings_of_recipients(self) -> None:
        """Channels by name, id, JSON string or list; people by ids, addresses, or a comma list."""
        grace = await self.server.person("Grace Hopper")
        general = self.app.directory.channel_by_name("general")
        assert general is not None
        for to in ("General", general.id, '"general"', ["general"], [general.id]):
            await self.owner.call("POST", "/messages", type="stream", to=to, subject="t", content="x")
        for to in ([grace.user.id], ["GRACE.hopper@chat.test"], "grace.hopper@chat.test", grace.user.id,
                   "grace.hopper@chat.test, owner@chat.test"):
            await self.owner.call("POST", "/messages", type="private", to=to, content="x")
        ((conversations,),) = await self.app.database.query(
            "SELECT count(DISTINCT recipient_id) FROM message WHERE channel_id IS NULL")
        self.assertEqual(conversations, 1)

    async def test_long_text(self) -> None:
        """A message that is too long is cut, a topic too, and says so."""
        message_id = await self.owner.send("general", "x" * 20_000, topic="t" * 100)
        message = (await self.owner.call("GET", f"/messages/{message_id}"))["message"]
        self.assertEqual(message["subject"], "t" * 57 + "...")
        raw = (await self.owner.call("GET", f"/messages/{message_id}"))["raw_content"]
        self.assertEqual(len(raw), 10_000)
        self.assertTrue(raw.endswith("\n[message truncated]"))

    async def test_flags(self) -> None:
        """Who is mentioned is flagged; one's own message is read where the client is one to read with."""
        grace = await self.server.person("Grace Hopper")
        state = await grace.register(event_types=["message"])
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[grace.user.id])
        await self.owner.send("general", "@**Grace Hopper** look")
        await self.owner.send("general", "@**all** look")
        await self.owner.send("general", "`@**Grace Hopper**`")
        events = await grace.events(state["queue_id"])
        self.assertEqual([event["flags"] for event in events],
                         [["mentioned"], ["stream_wildcard_mentioned", "wildcard_mentioned"], []])
        browser = Client(self.app, self.owner.user, "website")
        for client, flags in ((self.owner, []), (browser, ["read"])):
            message_id = await client.send("general", "mine")
            message = (await client.call("GET", f"/messages/{message_id}"))["message"]
            self.assertEqual(message["flags"], flags)

    async def test_wildcards(self) -> None:
        """@topic flags who took part; where many would be called, only administrators call them."""
        clients = [await self.server.person() for _ in range(16)]
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[client.user.id for client in clients])
        member, other, silent = clients[:3]
        await other.send("general", "I am in", topic="Lunch")
        refusal = await member.refusal("POST", "/messages", type="channel", to="general", topic="t", content="@**all**")
        self.assertEqual(refusal["code"], "STREAM_WILDCARD_MENTION_NOT_ALLOWED")
        message_id = await member.send("general", "@**topic** noon", topic="lunch")
        flagged = await self.app.database.query(
            "SELECT user_id FROM user_message WHERE message_id = %s AND flags & 32 <> 0 ORDER BY 1", (message_id,))
        self.assertEqual([user_id for (user_id,) in flagged], [member.user.id, other.user.id])
        for client in clients:
            await client.send("general", "me too", topic="lunch")
        refusal = await silent.refusal("POST", "/messages", type="channel", to="general", topic="lunch",
                                       content="@**topic**")
        self.assertEqual(refusal["code"], "TOPIC_WILDCARD_MENTION_NOT_ALLOWED")
        await self.owner.send("general", "@**topic** @**all**", topic="lunch")

    async def test_unsubscribed_sender_receives(self) -> None:
        """Who posts to a public channel without being in it has the message among their own."""
        member = await self.server.person()
        message_id = await member.send("general", "hello from outside")
        page = await member.call("GET", "/messages", anchor="newest", num_before=5, num_after=0)
        self.assertEqual([message["id"] for message in page["messages"]], [message_id])

    async def test_unknown_is_refused_by_the_client(self) -> None:
        with self.assertRaises(Refused):
            await Client(self.app, None).send("general", "x")
