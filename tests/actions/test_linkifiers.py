"""Linkifiers and playgrounds: made, ordered, taken away; in messages, topics and registrations."""

from __future__ import annotations

from typing import Any

from tests.support.harness import ChatTestCase


class LinkifierTests(ChatTestCase):
    async def add(self, pattern: str = "#(?P<id>[0-9]+)", url_template: str = "https://t.example/{id}") -> int:
        body = await self.owner.call("POST", "/realm/filters", pattern=pattern, url_template=url_template)
        return int(body["id"])

    async def html(self, message_id: int) -> Any:
        return (await self.owner.call("GET", f"/messages/{message_id}"))["message"]

    async def test_messages_and_topics_get_links(self) -> None:
        await self.add()
        message_id = await self.owner.send("general", "see #17", topic="about #18")
        message = await self.html(message_id)
        self.assertEqual('<p>see <a href="https://t.example/17">#17</a></p>', message["content"])
        self.assertEqual([{"text": "#18", "url": "https://t.example/18"}], message["topic_links"])
        state = await self.owner.register(event_types=["message", "update_message"])
        other = await self.owner.send("general", "x", topic="about #19")
        await self.owner.call("PATCH", f"/messages/{other}", topic="about #20")
        sent, moved = (event for event in await self.owner.events(state["queue_id"])
                       if event["type"] == "update_message" or event["message"]["id"] == other)
        self.assertEqual("https://t.example/19", sent["message"]["topic_links"][0]["url"])
        self.assertEqual("https://t.example/20", moved["topic_links"][0]["url"])

    async def test_a_topic_hears_of_a_change_of_linkifiers(self) -> None:
        message_id = await self.owner.send("general", "x", topic="about #18")
        self.assertEqual([], (await self.html(message_id))["topic_links"])
        linkifier_id = await self.add()
        self.assertEqual(1, len((await self.html(message_id))["topic_links"]))
        await self.owner.call("DELETE", f"/realm/filters/{linkifier_id}")
        self.assertEqual([], (await self.html(message_id))["topic_links"])

    async def test_they_are_kept_in_their_order_and_told(self) -> None:
        member = await self.server.person()
        queue = (await member.register(event_types=["realm_linkifiers"], client_capabilities={
            "notification_settings_null": True, "linkifier_url_template": True}))["queue_id"]
        first, second = await self.add(), await self.add("bug (?P<n>[0-9]+)", "https://b.example/{n}")
        await self.owner.call("PATCH", "/realm/linkifiers", ordered_linkifier_ids=[second, first])
        self.assertEqual([[first], [first, second], [second, first]], [
            [one["id"] for one in event["realm_linkifiers"]] for event in await member.events(queue)])
        await self.server.restart()
        member.app = self.app
        body = await member.call("GET", "/realm/linkifiers")
        self.assertEqual([second, first], [one["id"] for one in body["linkifiers"]])
        for capable, count in ((True, 2), (False, 0)):
            state = await member.register(fetch_event_types=["realm_linkifiers"], client_capabilities={
                "notification_settings_null": True, "linkifier_url_template": capable})
            self.assertEqual(count, len(state["realm_linkifiers"]))

    async def test_what_cannot_be_one_is_refused(self) -> None:
        first = await self.add()
        for pattern, url in (("#(?P<id>[0-9]+)", "https://t.example/{id}"), ("(?P<a>x*)", "https://t.example/{a}"),
                             ("(?P<a>[", "https://t.example/{a}"), ("(?P<a>x)(?=y)", "https://t.example/{a}"),
                             ("(?P<a>x)", "https://t.example/"), ("(?P<a>x)", "javascript:alert({a})"),
                             ("(?P<a>x)", "https://t.example/{b}"), ("x" * 1001, "https://t.example/{a}")):
            with self.subTest(pattern):
                await self.owner.refusal("POST", "/realm/filters", pattern=pattern, url_template=url)
        second = await self.add("b(?P<id>[0-9]+)")
        await self.owner.refusal("PATCH", f"/realm/filters/{second}", pattern="#(?P<id>[0-9]+)",
                                 url_template="https://t.example/{id}")
        for order in ([first], [first, second, second], [first, 4711]):
            await self.owner.refusal("PATCH", "/realm/linkifiers", ordered_linkifier_ids=order)
        await self.owner.refusal("DELETE", "/realm/filters/4711")
        member = await self.server.person()
        await member.refusal("DELETE", f"/realm/filters/{first}")


class PlaygroundTests(ChatTestCase):
    async def test_one_is_added_told_kept_and_removed(self) -> None:
        state = await self.owner.register(event_types=["realm_playgrounds"])
        body = await self.owner.call("POST", "/realm/playgrounds", name=" Rust ", pygments_language="Rust",
                                     url_template="https://play.example/?c={code}")
        wire = {"id": body["id"], "name": "Rust", "pygments_language": "Rust",
                "url_template": "https://play.example/?c={code}"}
        (event,) = await self.owner.events(state["queue_id"])
        self.assertEqual([wire], event["realm_playgrounds"])
        await self.server.restart()
        self.owner.app = self.app
        state = await self.owner.register(fetch_event_types=["realm_playgrounds"])
        self.assertEqual([wire], state["realm_playgrounds"])
        await self.owner.call("DELETE", f"/realm/playgrounds/{body['id']}")
        self.assertEqual("Invalid playground", (await self.owner.refusal(
            "DELETE", f"/realm/playgrounds/{body['id']}"))["msg"])

    async def test_what_cannot_be_one_is_refused(self) -> None:
        for name, language, url in (("", "C", "https://x.example/{code}"), ("x", "", "https://x.example/{code}"),
                                    ("x", "C/C", "https://x.example/{code}"), ("x", "C", "https://x.example/"),
                                    ("x", "C", "https://x.example/{code}{more}"), ("x", "C", "javascript:{code}"),
                                    ("x" * 101, "C", "https://x.example/{code}")):
            with self.subTest(url):
                await self.owner.refusal("POST", "/realm/playgrounds", name=name, pygments_language=language,
                                         url_template=url)


class SenderChoiceTests(ChatTestCase):
    """What the sender and the organisation have set changes how a message is rendered."""

    async def test_emoticons_are_translated_for_who_asked_for_it(self) -> None:
        plain = await self.owner.call("POST", "/messages/render", content="hi :)")
        self.assertEqual("<p>hi :)</p>", plain["rendered"])
        await self.owner.call("PATCH", "/settings", translate_emoticons=True)
        translated = await self.owner.call("POST", "/messages/render", content="hi :)")
        self.assertIn('class="emoji', translated["rendered"])

    async def test_code_without_a_language_has_the_organisations(self) -> None:
        await self.owner.call("PATCH", "/realm", default_code_block_language="python")
        body = await self.owner.call("POST", "/messages/render", content="```\nx = 1\n```")
        self.assertIn('data-code-language="Python"', body["rendered"])
