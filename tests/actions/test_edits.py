"""Editing: another text, another topic, another channel, and what goes along."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import gatherResults

from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class EditCase(ChatTestCase):
    """An owner and two members in a channel."""

    async def channel(self, name: str, *people: Client, **params: Any) -> int:
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}],
                              principals=[person.user.id for person in people], **params)
        channel = self.app.directory.channel_by_name(name)
        assert channel is not None
        return channel.id

    async def edit(self, client: Client, message_id: int, **params: Any) -> None:
        await client.call("PATCH", f"/messages/{message_id}", **params)

    async def refused(self, client: Client, message_id: int, **params: Any) -> dict[str, Any]:
        return await client.refusal("PATCH", f"/messages/{message_id}", **params)

    async def message(self, client: Client, message_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await client.call("GET", f"/messages/{message_id}", apply_markdown=False))["message"]
        return found

    async def listen(self, client: Client, *types: str, **params: Any) -> str:
        return str((await client.register(event_types=list(types or ("update_message",)), **params))["queue_id"])

    async def age(self, seconds: int, *message_ids: int) -> None:
        """Have messages been sent earlier."""
        await self.app.database.query(
            "UPDATE message SET date_sent = date_sent - %s * interval '1 second' WHERE id = ANY(%s)",
            (seconds, list(message_ids)))


class TextTests(EditCase):
    async def test_what_is_told(self) -> None:
        """Everyone who received the message hears of its new text, once, with their own flags."""
        grace = await self.server.person("Grace Hopper")
        channel_id = await self.channel("plans", self.owner, grace)
        message_id = await self.owner.send("plans", "hello", "castle")
        queues = [await self.listen(client) for client in (self.owner, grace)]
        await self.edit(self.owner, message_id, content="hello **@**Grace Hopper****")
        flags = {"owner": [], "grace": ["mentioned"]}
        for (name, queue), client in zip(zip(flags, queues, strict=True), (self.owner, grace), strict=True):
            (event,) = await client.events(queue)
            self.assertEqual(event.pop("flags"), flags[name])
            stamp = event.pop("edit_timestamp")
            rendered = event.pop("rendered_content")
            self.assertIn("user-mention", rendered)
            self.assertEqual(event, {
                "id": 0, "type": "update_message", "user_id": self.owner.user.id, "rendering_only": False,
                "message_id": message_id, "message_ids": [message_id], "stream_id": channel_id,
                "stream_name": "plans", "orig_content": "hello", "orig_rendered_content": "<p>hello</p>",
                "prev_rendered_content_version": 1, "content": "hello **@**Grace Hopper****",
                "is_me_message": False})
        message = await self.message(grace, message_id)
        self.assertEqual(message["last_edit_timestamp"], stamp)
        self.assertEqual(message["edit_history"], [{
            "user_id": self.owner.user.id, "timestamp": stamp, "prev_content": "hello",
            "prev_rendered_content": "<p>hello</p>", "prev_rendered_content_version": 1}])

    async def test_direct(self) -> None:
        """A direct message has a text to change, and no place."""
        grace = await self.server.person()
        message_id = await self.owner.send([grace.user.id], "one")
        queue = await self.listen(grace)
        await self.edit(self.owner, message_id, content="two")
        (event,) = await grace.events(queue)
        self.assertNotIn("stream_id", event)
        self.assertEqual(event["content"], "two")
        for params in ({"topic": "x"}, {"stream_id": 1}):
            self.assertIn("Direct messages", (await self.refused(self.owner, message_id, **params))["msg"])

    async def test_flags(self) -> None:
        """Who is mentioned now is, who no longer is is not; what was read stays read, alert words count."""
        grace, ada = await self.server.person("Grace Hopper"), await self.server.person("Ada")
        await self.channel("plans", self.owner, grace, ada)
        await ada.call("POST", "/users/me/alert_words", alert_words=["castle"])
        message_id = await self.owner.send("plans", "@**Ada** look")
        await ada.call("POST", "/messages/flags", messages=[message_id], op="add", flag="read")
        await self.edit(self.owner, message_id, content="@**Grace Hopper** the castle")
        self.assertEqual((await self.message(grace, message_id))["flags"], ["mentioned"])
        self.assertEqual((await self.message(ada, message_id))["flags"], ["read", "has_alert_word"])
        self.assertEqual((await grace.register())["unread_msgs"]["mentions"], [message_id])
        await self.edit(self.owner, message_id, content="@**all** nothing")
        self.assertEqual((await self.message(grace, message_id))["flags"],
                         ["stream_wildcard_mentioned", "wildcard_mentioned"])
        await self.edit(self.owner, message_id, content="nothing")
        self.assertEqual((await self.message(grace, message_id))["flags"], [])
        self.assertEqual((await grace.register())["unread_msgs"]["mentions"], [])

    async def test_found_by_its_new_words(self) -> None:
        """Search, has:link and has:attachment follow the text; so does who may open the files in it."""
        grace = await self.server.person()
        await self.channel("plans", self.owner, grace)
        message_id = await self.owner.send("plans", "zebra http://example.com")
        url = await self.owner.upload("a.txt", b"x")
        path = url.removeprefix("/user_uploads/")

        async def found(operator: str, operand: str) -> list[int]:
            page = await grace.call("GET", "/messages", anchor="newest", num_before=9, num_after=0,
                                    narrow=[{"operator": operator, "operand": operand}])
            return [message["id"] for message in page["messages"]]

        self.assertEqual(await found("search", "zebra"), [message_id])
        queue = await self.listen(self.owner, "attachment")
        await self.edit(self.owner, message_id, content=f"giraffe [a]({url})")
        self.assertEqual([await found("search", "zebra"), await found("search", "giraffe")], [[], [message_id]])
        self.assertEqual(await found("has", "attachment"), [message_id])
        await grace.call("GET", f"/user_uploads/{path}")
        (event,) = await self.owner.events(queue, wait=True)
        self.assertEqual([message["id"] for message in event["attachment"]["messages"]], [message_id])
        await self.edit(self.owner, message_id, content="nothing")
        self.assertEqual([await found("has", "attachment"), await found("has", "link")], [[], []])
        await grace.refusal("GET", f"/user_uploads/{path}")

    async def test_same_text(self) -> None:
        """A repeated edit is done already: nothing is told, nothing noted."""
        message_id = await self.owner.send("general", "one")
        await self.edit(self.owner, message_id, content="two")
        queue = await self.listen(self.owner)
        await self.edit(self.owner, message_id, content="two")
        self.assertEqual(await self.owner.events(queue), [])
        self.assertEqual(len((await self.message(self.owner, message_id))["edit_history"]), 1)

    async def test_blank(self) -> None:
        message_id = await self.owner.send("general", "one")
        await self.edit(self.owner, message_id, content="  \n ")
        self.assertEqual((await self.message(self.owner, message_id))["content"], "(deleted)")

    async def test_refusals(self) -> None:
        """What cannot be is refused in words, and nothing changes."""
        grace = await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace)
        message_id = await grace.send("plans", "mine")
        old = await grace.send("plans", "old")
        await self.age(621, old)
        queue = await self.listen(grace)
        cases: list[tuple[Client, int, dict[str, Any], str]] = [
            (grace, message_id, {}, "Nothing to change"),
            (grace, message_id, {"topic": "topic"}, "Nothing to change"),
            (self.owner, message_id, {"content": "yours"}, "permission"),
            (grace, old, {"content": "new"}, "time limit"),
            (grace, message_id, {"content": "x", "stream_id": channel_id}, "together"),
            (grace, message_id, {"content": "x", "propagate_mode": "change_all"}, "propagate_mode"),
            (grace, message_id, {"topic": "a\nb"}, "Invalid character"),
            (grace, message_id, {"topic": " "}, "empty"),
            (grace, message_id, {"stream_id": 999}, "Invalid channel ID"),
            (grace, 999_999, {"content": "x"}, "Invalid message(s)"),
            (grace, message_id, {"content": "a", "topic": "b\nc"}, "Invalid character"),
        ]
        for client, number, params, words in cases:
            self.assertIn(words, (await self.refused(client, number, **params))["msg"])
        self.assertEqual(await grace.events(queue), [])
        self.assertNotIn("edit_history", await self.message(grace, message_id))
        await self.age(615, message_id)
        await self.edit(grace, message_id, content="begun in time")

    async def test_wildcards(self) -> None:
        """An edit calls no more people than a new message could."""
        people = [await self.server.person() for _ in range(16)]
        await self.channel("plans", *people)
        message_id = await people[0].send("plans", "x")
        self.assertEqual((await self.refused(people[0], message_id, content="@**all**"))["code"],
                         "STREAM_WILDCARD_MENTION_NOT_ALLOWED")
        for client in people:
            await client.send("plans", "me too")
        self.assertEqual((await self.refused(people[0], message_id, content="@**topic**"))["code"],
                         "TOPIC_WILDCARD_MENTION_NOT_ALLOWED")

    async def test_many_edits(self) -> None:
        """A message remembers its newest hundred edits."""
        message_id = await self.owner.send("general", "start")
        for number in range(103):
            await self.edit(self.owner, message_id, content=f"number {number}")
        history = (await self.message(self.owner, message_id))["edit_history"]
        self.assertEqual([history[0]["prev_content"], history[-1]["prev_content"], len(history)],
                         ["number 101", "number 2", 100])


class FanoutTests(EditCase):
    async def test_encoded_once(self) -> None:
        """An edit is encoded once, however many hear of it and whatever their flags are."""
        people = [await self.server.person(f"Reader {number}") for number in range(12)]
        await self.channel("plans", self.owner, *people)
        message_id = await self.owner.send("plans", "x")
        for number, client in enumerate(people):
            if number % 2:
                await client.call("POST", "/messages/flags", messages=[message_id], op="add", flag="read")
            await self.listen(client)
        before = self.app.fanout.encodes
        await self.edit(self.owner, message_id, content="@**Reader 3** @**Reader 4** y", topic="z",
                        send_notification_to_new_thread=False)
        self.assertEqual(self.app.fanout.encodes - before, 1)


class RenderingTests(EditCase):
    async def test_the_newer_text_wins(self) -> None:
        """HTML made of a text that was changed meanwhile is dropped; of the present one it is shown, unnoted."""
        message_id = await self.owner.send("general", "https://example.com")
        queue = await self.listen(self.owner)
        rerender = self.app.edits.do_update_embedded_data
        self.assertTrue(await rerender(message_id, 0, "<p>with a preview</p>"))
        self.assertFalse(await rerender(message_id, 0, "<p>with a preview</p>"))
        await self.edit(self.owner, message_id, content="nothing")
        self.assertFalse(await rerender(message_id, 0, "<p>late</p>"))
        first, second = await self.owner.events(queue)
        self.assertEqual(
            {name: first[name] for name in first if name not in ("id", "edit_timestamp", "flags")},
            {"type": "update_message", "user_id": None, "rendering_only": True, "message_id": message_id,
             "message_ids": [message_id], "content": "https://example.com",
             "rendered_content": "<p>with a preview</p>"})
        self.assertEqual(second["rendered_content"], "<p>nothing</p>")


class HistoryTests(EditCase):
    async def test_snapshots(self) -> None:
        """Every state in full, the oldest first; what changed is marked."""
        message_id = await self.owner.send("general", "one **two**", "a")
        await self.edit(self.owner, message_id, content="one **three** <b>", topic="b")
        await self.edit(self.owner, message_id, topic="c")
        history = (await self.owner.call("GET", f"/messages/{message_id}/history"))["message_history"]
        self.assertEqual([(state["topic"], state["content"]) for state in history],
                         [("a", "one **two**"), ("b", "one **three** <b>"), ("c", "one **three** <b>")])
        first, second, third = history
        self.assertEqual((second["prev_topic"], second["prev_content"]), ("a", "one **two**"))
        self.assertNotIn("prev_content", third)
        self.assertEqual(second["content_html_diff"],
                         '<p>one <strong><span class="highlight_text_deleted">two</span>'
                         '<span class="highlight_text_inserted">three</span></strong>'
                         '<span class="highlight_text_inserted"> &lt;b&gt;</span></p>')
        self.assertEqual(set(first), {"topic", "content", "rendered_content", "timestamp", "user_id"})

    async def test_not_for_everyone(self) -> None:
        grace = await self.server.person()
        message_id = await self.owner.send([self.owner.user.id], "note")
        for path in ("history", "read_receipts"):
            self.assertEqual((await grace.refusal("GET", f"/messages/{message_id}/{path}"))["msg"],
                             "Invalid message(s)")

    async def test_read_receipts(self) -> None:
        """Who has read it, but for its sender and those whom the asker muted or is muted by."""
        grace, ada, alan = [await self.server.person() for _ in range(3)]
        await self.channel("plans", self.owner, grace, ada, alan)
        message_id = await self.owner.send("plans", "x", read_by_sender=True)

        async def receipts(client: Client) -> list[int]:
            return list((await client.call("GET", f"/messages/{message_id}/read_receipts"))["user_ids"])

        self.assertEqual(await receipts(self.owner), [])
        for client in (grace, ada, alan):
            await client.call("POST", "/mark_all_as_read")
        self.assertEqual(await receipts(self.owner), [grace.user.id, ada.user.id, alan.user.id])
        await ada.call("PATCH", "/settings", send_read_receipts=False)
        self.assertEqual(await receipts(self.owner), [grace.user.id, alan.user.id])
        await ada.call("PATCH", "/settings", send_read_receipts=True)
        await grace.call("POST", f"/users/me/muted_users/{alan.user.id}")
        self.assertEqual(await receipts(grace), [grace.user.id, ada.user.id])
        self.assertEqual(await receipts(alan), [ada.user.id, alan.user.id])


class MoveTests(EditCase):
    async def topics(self, client: Client, channel_id: int) -> dict[str, int]:
        found = (await client.call("GET", f"/users/me/{channel_id}/topics"))["topics"]
        return {topic["name"]: topic["max_id"] for topic in found}

    async def test_part_of_a_topic(self) -> None:
        """One message moves, or those after it too; the event says which, the new place says who did it."""
        grace = await self.server.person("Grace Hopper")
        channel_id = await self.channel("plans", self.owner, grace)
        ids = [await grace.send("plans", f"m{n}", "castle" if n % 2 else "Castle") for n in range(5)]
        queue = await self.listen(grace)
        await self.edit(self.owner, ids[1], topic="moat")
        await self.edit(self.owner, ids[2], topic="tower", propagate_mode="change_later",
                        send_notification_to_new_thread=False, send_notification_to_old_thread=True)
        first, second = await grace.events(queue)
        self.assertEqual(
            {name: first[name] for name in first if name not in ("id", "edit_timestamp", "flags")},
            {"type": "update_message", "user_id": self.owner.user.id, "rendering_only": False, "message_id": ids[1],
             "message_ids": [ids[1]], "stream_id": channel_id, "stream_name": "plans",
             "propagate_mode": "change_one", "orig_subject": "castle", "subject": "moat", "topic_links": []})
        self.assertEqual(second["message_ids"], ids[2:])
        topics = await self.topics(grace, channel_id)
        self.assertEqual(topics["tower"], ids[4])
        notice = await self.message(grace, topics["moat"])
        self.assertEqual(notice["content"], f"A message was moved here from #**plans>castle** by "
                                            f"@_**Olga Owner|{self.owner.user.id}**.")
        self.assertEqual(notice["sender_full_name"], "Notification Bot")
        notice = await self.message(grace, topics["Castle"])
        self.assertIn("3 messages were moved from this topic to #**plans>tower**", notice["content"])
        self.assertEqual((await self.message(self.owner, notice["id"]))["flags"], ["read"])

    async def test_resolve(self) -> None:
        """A topic is marked as resolved and opened again: all its messages move, and each time one notice says so."""
        channel_id = await self.channel("plans", self.owner)
        ids = [await self.owner.send("plans", "x", "moat") for _ in range(3)]
        await self.edit(self.owner, ids[2], topic="✔ moat", propagate_mode="change_all")
        topics = await self.topics(self.owner, channel_id)
        self.assertEqual(list(topics), ["✔ moat"])
        self.assertIn("marked this topic as resolved", (await self.message(self.owner, topics["✔ moat"]))["content"])
        await self.edit(self.owner, ids[0], topic="moat", propagate_mode="change_all")
        topics = await self.topics(self.owner, channel_id)
        self.assertIn("as unresolved", (await self.message(self.owner, topics["moat"]))["content"])

    async def test_policies_go_along(self) -> None:
        """What people want of a topic goes along when all of it is renamed, not when a part is; where the new topic was
        there already the stronger wish holds, and nobody comes to miss it."""
        grace, ada = await self.server.person(), await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace, ada)
        ids = [await self.owner.send("plans", "x", "moat") for _ in range(2)]
        policies = self.app.directory.topic_policies

        async def wants(client: Client, topic: str, policy: int) -> None:
            await client.call("POST", "/user_topics", stream_id=channel_id, topic=topic, visibility_policy=policy)

        def wish(client: Client, topic: str) -> int:
            policy = policies.get(client.user.id, channel_id, topic)
            return 0 if policy is None else policy.policy

        await wants(grace, "moat", 1)
        await wants(ada, "moat", 3)
        await self.edit(self.owner, ids[0], topic="elsewhere")
        self.assertEqual([wish(grace, "moat"), wish(grace, "elsewhere")], [1, 0])
        queue = await self.listen(grace, "user_topic", "muted_topics")
        await self.edit(self.owner, ids[1], topic="Ditch", propagate_mode="change_all")
        self.assertEqual([wish(grace, "moat"), wish(grace, "ditch"), wish(ada, "ditch")], [0, 1, 3])
        events = await grace.events(queue)
        self.assertEqual([(event["topic_name"], event["visibility_policy"]) for event in events
                          if event["type"] == "user_topic"], [("moat", 0), ("Ditch", 1)])
        await self.owner.send("plans", "busy", "market")
        await wants(ada, "market", 1)
        await self.edit(self.owner, ids[1], topic="market", propagate_mode="change_all")
        self.assertEqual([wish(grace, "market"), wish(ada, "market")], [0, 3])
        stored = await self.app.database.query("SELECT user_id, topic, policy FROM user_topic")
        self.assertEqual(stored, [(ada.user.id, "market", 3)])

    async def test_to_another_channel(self) -> None:
        """Readers of both see it move; who is only in the old one has nothing unread that they would never find."""
        grace, ada, alan = [await self.server.person() for _ in range(3)]
        old = await self.channel("plans", self.owner, grace, ada)
        new = await self.channel("news", self.owner, ada, alan)
        first = await self.owner.send("plans", "stays", "walls")
        ids = [await self.owner.send("plans", "x", "moat") for _ in range(2)]
        types = ("update_message", "update_message_flags", "delete_message", "stream")
        queues = {client: await self.listen(client, *types) for client in (grace, ada, alan)}
        await self.edit(self.owner, ids[0], stream_id=new, propagate_mode="change_all")
        message = await self.message(alan, ids[0])
        self.assertEqual([message["stream_id"], message["display_recipient"], message["subject"], message["flags"]],
                         [new, "news", "moat", ["read", "historical"]])
        self.assertEqual(message["edit_history"][0] | {"timestamp": 0}, {
            "user_id": self.owner.user.id, "timestamp": 0, "stream": new, "prev_stream": old})
        read, moved, _ = await grace.events(queues[grace])
        self.assertEqual((read["op"], read["flag"], read["messages"]), ("add", "read", ids))
        self.assertEqual(
            {name: moved[name] for name in moved if name not in ("id", "edit_timestamp", "flags")},
            {"type": "update_message", "user_id": self.owner.user.id, "rendering_only": False, "message_id": ids[0],
             "message_ids": ids, "stream_id": old, "stream_name": "plans", "propagate_mode": "change_all",
             "orig_subject": "moat", "new_stream_id": new})
        self.assertEqual((await grace.register())["unread_msgs"]["streams"], [
            {"stream_id": old, "topic": "walls", "unread_message_ids": [first]}])
        unread = {(item["stream_id"], item["topic"]): item["unread_message_ids"]
                  for item in (await ada.register())["unread_msgs"]["streams"]}
        self.assertEqual(unread[new, "moat"][:2], ids)
        events = await alan.events(queues[alan])
        self.assertEqual([event["type"] for event in events], ["update_message", "stream"])
        self.assertEqual(events[1]["value"], ids[0])
        self.assertEqual(self.app.directory.channels[new].first_message_id, ids[0])
        self.assertEqual(self.app.directory.channels[old].first_message_id, first)

    async def test_out_of_reach(self) -> None:
        """A move to a private channel takes messages away from those who are not in it, and says so to them alone; a
        move to one whose history its members cannot read gives them these."""
        grace, ada, guest = [await self.server.person(role=role) for role in (400, 400, Role.GUEST)]
        await self.channel("plans", self.owner, grace, guest)
        secret = await self.channel("secret", self.owner, ada, invite_only=True, history_public_to_subscribers=False)
        ids = [await self.owner.send("plans", "x", "moat") for _ in range(2)]
        queues = {client: await self.listen(client, "update_message", "delete_message",
                                            client_capabilities={"notification_settings_null": True,
                                                                 "bulk_message_deletion": client is grace})
                  for client in (grace, guest)}
        await self.edit(self.owner, ids[0], stream_id=secret, propagate_mode="change_all", topic="deep moat")
        (event,) = await grace.events(queues[grace])
        self.assertEqual({**event, "id": 0}, {
            "id": 0, "type": "delete_message", "message_type": "stream", "message_ids": ids, "topic": "moat",
            "stream_id": self.app.directory.channel_by_name("plans").id})  # type: ignore[union-attr]
        self.assertEqual([event["message_id"] for event in await guest.events(queues[guest])], ids)
        for client in (grace, guest):
            self.assertEqual((await client.refusal("GET", f"/messages/{ids[0]}"))["msg"], "Invalid message(s)")
            self.assertEqual((await client.register())["unread_msgs"]["count"], 0)
        self.assertEqual((await self.message(ada, ids[0]))["flags"], ["read", "historical"])

    async def test_out_of_a_private_channel(self) -> None:
        """Who reads at the new place does not learn the name of a private channel, nor the other way round."""
        grace, ada = await self.server.person(), await self.server.person()
        secret = await self.channel("secret", self.owner, ada, invite_only=True)
        news = await self.channel("news", self.owner, grace)
        message_id = await ada.send("secret", "open now", "moat")
        hidden = await grace.send("news", "close this", "gate")
        queues = {client: await self.listen(client, "update_message") for client in (grace, ada)}
        await self.edit(self.owner, message_id, stream_id=news, send_notification_to_old_thread=True)
        self.assertEqual(await grace.events(queues[grace]), [])
        self.assertEqual([event["new_stream_id"] for event in await ada.events(queues[ada])], [news])
        self.assertEqual((await self.message(grace, message_id))["subject"], "moat")
        await self.edit(self.owner, hidden, stream_id=secret, send_notification_to_old_thread=True)
        texts = [row[0] for row in await self.app.database.query(
            "SELECT content FROM message WHERE sender_id = 2000000001 AND channel_id = %s ORDER BY id", (news,))]
        self.assertEqual(["a private channel" in text for text in texts], [True, True])
        self.assertFalse(any("secret" in text for text in texts))

    async def test_who_is_away(self) -> None:
        """Who has been away for long finds what moved as if they had been here: what they received is theirs, unread
        where they are in the channel it came to; what came to a channel of theirs is history."""
        grace, ada = await self.server.person(), await self.server.person()
        await self.channel("plans", self.owner, grace)
        news = await self.channel("news", self.owner, grace, ada)
        await self.app.database.query("UPDATE user_profile SET last_active = to_timestamp(0) WHERE id = ANY(%s)",
                                      ([grace.user.id, ada.user.id],))
        self.assertEqual(await self.app.activity.mark_dormant(), 2)
        message_id = await self.owner.send("plans", "x", "moat")
        await self.edit(self.owner, message_id, stream_id=news, send_notification_to_new_thread=False)
        await self.app.activity.wake([grace.user.id, ada.user.id])
        self.assertEqual((await self.message(grace, message_id))["flags"], [])
        self.assertEqual((await self.message(ada, message_id))["flags"], ["read", "historical"])
        self.assertEqual([(await client.register())["unread_msgs"]["count"] for client in (grace, ada)], [1, 0])

    async def test_guests_lose_what_goes_where_they_are_not(self) -> None:
        guest = await self.server.person(role=Role.GUEST)
        await self.channel("plans", self.owner, guest)
        news = await self.channel("news", self.owner)
        message_id = await self.owner.send("plans", "x")
        await self.edit(self.owner, message_id, stream_id=news)
        await guest.refusal("GET", f"/messages/{message_id}")

    async def test_who_may(self) -> None:
        """Where one cannot post, or what one cannot see, is no place to move to."""
        grace = await self.server.person()
        await self.channel("plans", self.owner, grace)
        closed = await self.channel("closed", self.owner, invite_only=True)
        news = await self.channel("news", self.owner, grace, stream_post_policy=2)
        message_id = await self.owner.send("plans", "x")
        self.assertEqual((await self.refused(grace, message_id, stream_id=closed))["msg"], "Invalid channel ID")
        self.assertEqual((await self.refused(grace, message_id, stream_id=news))["code"], "UNAUTHORIZED_PRINCIPAL")
        guest = await self.server.person(role=Role.GUEST)
        await self.channel("plans", guest)
        other = await self.channel("other", guest)
        self.assertIn("permission", (await self.refused(
            guest, await guest.send("plans", "y"), stream_id=other))["msg"])

    async def test_limit(self) -> None:
        """Old messages move no more, but by moderators; of a topic with old ones it is said which would."""
        grace, ada = await self.server.person(), await self.server.person(role=Role.MODERATOR)
        await self.channel("plans", self.owner, grace, ada)
        ids = [await grace.send("plans", "x", "moat") for _ in range(5)]
        await self.age(604_900, *ids[:2])
        refusal = await self.refused(grace, ids[4], topic="ditch", propagate_mode="change_all")
        self.assertEqual(
            [refusal[name] for name in ("code", "first_message_id_allowed_to_move", "total_messages_in_topic",
                                        "total_messages_allowed_to_move")],
            ["MOVE_MESSAGES_TIME_LIMIT_EXCEEDED", ids[2], 5, 3])
        self.assertIn("time limit", (await self.refused(grace, ids[0], topic="ditch"))["msg"])
        await self.edit(grace, ids[2], topic="ditch", propagate_mode="change_later")
        await self.edit(ada, ids[0], topic="ditch", propagate_mode="change_all")

    async def test_settings(self) -> None:
        """The organisation decides who may edit, move, look at what was before, and at who has read."""
        grace = await self.server.person()
        await self.channel("plans", self.owner, grace)
        news = await self.channel("news", self.owner, grace)
        message_id = await grace.send("plans", "x")
        await self.owner.call(
            "PATCH", "/realm", allow_message_editing=False, edit_topic_policy=4, delete_own_message_policy=4,
            move_messages_between_streams_policy=2, allow_edit_history=False, enable_read_receipts=False)
        for params, words in (({"content": "y"}, "turned off"), ({"topic": "y"}, "edit topics"),
                              ({"stream_id": news}, "another channel")):
            self.assertIn(words, (await self.refused(grace, message_id, **params))["msg"])
        self.assertIn("permission", (await grace.refusal("DELETE", f"/messages/{message_id}"))["msg"])
        for path in ("history", "read_receipts"):
            self.assertIn("turned off", (await grace.refusal("GET", f"/messages/{message_id}/{path}"))["msg"])
        await self.edit(self.owner, message_id, topic="y")
        message = await self.message(grace, message_id)
        self.assertIn("last_edit_timestamp", message)
        self.assertNotIn("edit_history", message)

    async def test_only_what_one_can_read(self) -> None:
        """Who joined later, and cannot read what was before, moves only what they received."""
        grace = await self.server.person()
        secret = await self.channel("secret", self.owner, invite_only=True, history_public_to_subscribers=False)
        before = await self.owner.send("secret", "before", "moat")
        await self.channel("secret", grace)
        after = await self.owner.send("secret", "after", "moat")
        queue = await self.listen(self.owner)
        await self.edit(grace, after, topic="ditch", propagate_mode="change_all")
        (event,) = await self.owner.events(queue)
        self.assertEqual(event["message_ids"], [after])
        self.assertEqual((await self.message(self.owner, before))["subject"], "moat")
        self.assertEqual(self.app.directory.channels[secret].first_message_id, before)


class AtOnceTests(EditCase):
    async def test_texts(self) -> None:
        """Edits at the same moment go one after the other: each knows the text that it replaced."""
        message_id = await self.owner.send("general", "text 0")
        queue = await self.listen(self.owner)
        await gatherResults([
            self.owner.start("PATCH", f"/messages/{message_id}", content=f"text {number}") for number in range(1, 9)])
        message = await self.message(self.owner, message_id)
        replaced = [entry["prev_content"] for entry in message["edit_history"]]
        self.assertEqual(replaced[-1], "text 0")
        self.assertEqual({*replaced, message["content"]}, {f"text {number}" for number in range(9)})
        events = await self.owner.events(queue)
        self.assertEqual([event["orig_content"] for event in events], replaced[::-1])
        self.assertEqual(events[-1]["content"], message["content"])

    async def test_all_kinds(self) -> None:
        """Whatever is done to a message at the moment in which it is deleted is done, or refused in words; nothing of
        it stays."""
        grace = await self.server.person()
        channel_id = await self.channel("plans", self.owner, grace)
        for _ in range(5):
            ids = [await self.owner.send("plans", f"m{number}", "moat") for number in range(3)]
            path = f"/messages/{ids[1]}"
            replies = await gatherResults([
                self.owner.start("PATCH", path, content="edited"),
                grace.start("POST", f"{path}/reactions", emoji_name="tada"),
                grace.start("PATCH", path, topic="ditch", propagate_mode="change_all"),
                self.owner.start("DELETE", path),
                grace.start("POST", "/messages/flags", messages=[ids[1]], op="add", flag="starred"),
                self.owner.start("PATCH", f"/messages/{ids[0]}", topic="tower", propagate_mode="change_later"),
                self.owner.start("POST", f"/streams/{channel_id}/delete_topic", topic_name="ditch"),
            ])
            self.assertTrue(all(reply.status in (200, 400) for reply in replies), [r.body for r in replies])
        ((left,),) = await self.app.database.query("""SELECT count(*) FROM (
            SELECT message_id FROM user_message UNION ALL SELECT message_id FROM reaction) AS kept
            WHERE NOT EXISTS (SELECT FROM message m WHERE m.id = kept.message_id)""")
        self.assertEqual(left, 0)


class CostTests(EditCase):
    async def statements_of_a_move(self, count: int, readers: int) -> int:
        people = await self.server.people(readers)
        self.owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        plans = await self.channel("plans", self.owner, *people)
        news = await self.channel("news", self.owner, *people[::2])
        first = await self.owner.send("plans", "one", "moat")
        await self.app.database.query("""WITH new AS (
            INSERT INTO message (sender_id, recipient_id, channel_id, topic, content, rendered_content, queue_id,
                    local_id)
                SELECT sender_id, recipient_id, channel_id, 'Moat', 'text ' || n, '<p>text</p>', '', 'm' || n
                FROM message, generate_series(2, %s) AS n WHERE id = %s RETURNING id)
            INSERT INTO user_message (user_id, message_id) SELECT s.user_id, new.id
                FROM new, subscription s WHERE s.channel_id = %s""", (count, first, plans))
        before = self.app.database.statements
        await self.edit(self.owner, first, topic="ditch", stream_id=news, propagate_mode="change_all")
        statements = self.app.database.statements - before
        ((moved,),) = await self.app.database.query(
            "SELECT count(*) FROM message WHERE channel_id = %s AND topic = 'ditch' AND edit_history IS NOT NULL",
            (news,))
        self.assertEqual(moved, count)
        return statements

    async def test_a_move_of_thousands(self) -> None:
        """A move takes so many statements, however many messages and readers there are."""
        few = await self.statements_of_a_move(2, 2)
        await self.server.stop()
        await self.setUp()
        self.assertEqual(await self.statements_of_a_move(3000, 30), few)
        self.assertLess(few, 25)
