"""Reading messages: pages around anchors, narrows, and what one may not see."""

from __future__ import annotations

from typing import Any

from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class PageTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.ids = [await self.owner.send("general", f"number {number}") for number in range(6)]

    async def page(self, anchor: Any, before: int, after: int, **params: Any) -> dict[str, Any]:
        return await self.owner.call("GET", "/messages", anchor=anchor, num_before=before, num_after=after, **params)

    async def shape(self, *args: Any, **params: Any) -> tuple[list[int], bool, bool, bool]:
        """(places of the messages, found_anchor, found_oldest, found_newest)"""
        page = await self.page(*args, **params)
        places = [self.ids.index(message["id"]) for message in page["messages"]]
        return places, page["found_anchor"], page["found_oldest"], page["found_newest"]

    async def test_around_an_id(self) -> None:
        self.assertEqual(await self.shape(self.ids[2], 1, 2), ([1, 2, 3, 4], True, False, False))
        self.assertEqual(await self.shape(self.ids[2], 10, 10), ([0, 1, 2, 3, 4, 5], True, True, True))
        self.assertEqual(await self.shape(self.ids[2], 0, 1), ([2, 3], True, False, False))
        self.assertEqual(await self.shape(self.ids[2], 2, 0), ([0, 1, 2], True, False, False))

    async def test_without_the_anchor(self) -> None:
        self.assertEqual(await self.shape(self.ids[2], 1, 0, include_anchor=False), ([1], False, False, False))
        self.assertEqual(await self.shape(self.ids[2], 0, 2, include_anchor=False), ([3, 4], False, False, False))
        await self.owner.refusal("GET", "/messages", anchor=self.ids[2], num_before=1, num_after=1,
                                 include_anchor=False)

    async def test_ends(self) -> None:
        self.assertEqual(await self.shape("newest", 2, 0), ([4, 5], False, False, True))
        self.assertEqual(await self.shape("oldest", 0, 2), ([0, 1], False, True, False))
        self.assertEqual((await self.page("newest", 1, 0))["anchor"], 10_000_000_000_000_000)

    async def test_first_unread(self) -> None:
        await self.owner.call("POST", "/messages/flags", messages=self.ids[:3], op="add", flag="read")
        page = await self.page("first_unread", 1, 1)
        self.assertEqual(page["anchor"], self.ids[3])
        self.assertEqual([message["id"] for message in page["messages"]], self.ids[2:5])
        self.assertEqual((await self.page(0, 0, 1, use_first_unread_anchor=True))["anchor"], self.ids[3])
        await self.owner.call("POST", "/mark_all_as_read")
        self.assertEqual((await self.page("first_unread", 1, 0))["anchor"], 10_000_000_000_000_000)

    async def test_refusals(self) -> None:
        for params in ({"anchor": "soon"}, {"anchor": 1, "num_before": 5001}, {"anchor": 1, "num_before": -1},
                       {"anchor": 1, "num_before": 3000, "num_after": 3000}, {}):
            refusal = await self.owner.refusal("GET", "/messages", **{"num_before": 1, "num_after": 1, **params})
            self.assertEqual(refusal["code"], "BAD_REQUEST")

    async def test_source_or_html(self) -> None:
        message_id = await self.owner.send("general", "**bold**")
        for apply, content in ((True, "<p><strong>bold</strong></p>"), (False, "**bold**")):
            page = await self.page(message_id, 0, 0, apply_markdown=apply)
            self.assertEqual(page["messages"][0]["content"], content)


class NarrowTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        self.alan = await self.server.person("Alan Turing")
        everyone = [client.user.id for client in (self.owner, self.grace, self.alan)]
        await self.owner.call("POST", "/users/me/subscriptions", principals=everyone,
                              subscriptions=[{"name": "general"}, {"name": "other"}])
        send = self.owner.send
        self.names = {
            await send("general", "alpha", topic="One"): "general/one",
            await self.grace.send("general", "beta https://example.com @**Olga Owner**", topic="two"): "general/two",
            await send("other", "gamma", topic="one"): "other/one",
            await send("other", "delta", topic="✔ done"): "other/done",
            await send([self.grace.user.id], "epsilon"): "dm-grace",
            await self.alan.send([self.owner.user.id], "zeta"): "dm-alan",
            await send([self.grace.user.id, self.alan.user.id], "eta"): "dm-both",
            await send([self.owner.user.id], "theta"): "dm-self",
        }
        self.ids = {name: message_id for message_id, name in self.names.items()}

    async def found(self, *terms: Any, client: Client | None = None) -> list[str]:
        page = await (client or self.owner).call(
            "GET", "/messages", anchor="oldest", num_before=0, num_after=100, narrow=list(terms))
        return [self.names[message["id"]] for message in page["messages"]]

    async def test_channel_and_topic(self) -> None:
        """By name or id, today's or older spellings, topics whatever their case."""
        self.assertEqual(await self.found(["stream", "General"]), ["general/one", "general/two"])
        channel_id = (await self.owner.call("GET", "/get_stream_id", stream="general"))["stream_id"]
        self.assertEqual(await self.found({"operator": "channel", "operand": channel_id}, ["topic", "ONE"]),
                         ["general/one"])
        self.assertEqual(await self.found(["topic", "one"]), ["general/one", "other/one"])
        self.assertEqual(await self.found({"operator": "channel", "operand": "general", "negated": True},
                                          {"operator": "is", "operand": "dm", "negated": True}),
                         ["other/one", "other/done"])

    async def test_direct_messages(self) -> None:
        """A dm narrow is the exact set of people, with or without oneself."""
        grace, alan, me = self.grace.user.id, self.alan.user.id, self.owner.user.id
        self.assertEqual(await self.found({"operator": "dm", "operand": [grace]}), ["dm-grace"])
        self.assertEqual(await self.found({"operator": "dm", "operand": [grace, me]}), ["dm-grace"])
        self.assertEqual(await self.found({"operator": "dm", "operand": [grace, alan]}), ["dm-both"])
        self.assertEqual(await self.found({"operator": "dm", "operand": [me]}), ["dm-self"])
        self.assertEqual(await self.found(["pm-with", "grace.hopper@chat.test, alan.turing@chat.test"]), ["dm-both"])
        self.assertEqual(await self.found({"operator": "dm-including", "operand": alan}), ["dm-alan", "dm-both"])
        self.assertEqual(await self.found(["is", "private"]), ["dm-grace", "dm-alan", "dm-both", "dm-self"])

    async def test_others(self) -> None:
        self.assertEqual(await self.found(["sender", "grace.hopper@chat.test"]), ["general/two"])
        self.assertEqual(await self.found({"operator": "sender", "operand": self.alan.user.id}), ["dm-alan"])
        self.assertEqual(await self.found(["is", "mentioned"]), ["general/two"])
        self.assertEqual(await self.found(["is", "resolved"]), ["other/done"])
        self.assertEqual(await self.found(["has", "link"]), ["general/two"])
        self.assertEqual(await self.found(["search", "gamma"]), ["other/one"])
        self.assertEqual(await self.found({"operator": "id", "operand": self.ids["dm-self"]}), ["dm-self"])
        await self.owner.call("POST", f"/messages/{self.ids['dm-self']}/reactions", emoji_name="tada")
        self.assertEqual(await self.found(["has", "reaction"]), ["dm-self"])
        await self.owner.call("POST", "/messages/flags", messages=[self.ids["dm-alan"]], op="add", flag="starred")
        self.assertEqual(await self.found(["is", "starred"]), ["dm-alan"])
        self.assertEqual(await self.found({"operator": "with", "operand": self.ids["other/one"]}), ["other/one"])
        self.assertEqual(await self.found({"operator": "near", "operand": 1}, ["channel", "other"]),
                         ["other/one", "other/done"])

    async def test_bad_narrows(self) -> None:
        """What is no narrow is BAD_NARROW."""
        for narrow in ([["colour", "red"]], [["channel", "nowhere"]], [["sender", "nobody@x.y"]], [["is", "odd"]],
                       [["channel", "general"], ["dm", "alan.turing@chat.test"]], [["id", "x"]], "general", [[1, 2]],
                       [["is", "dm"]] * 31, [["topic", "x" * 2000]], [["search", "  "]], [{"operator": "is"}],
                       [["with", 1], ["with", 2]], [{"operator": "is", "operand": "dm", "negated": 1}]):
            refusal = await self.owner.refusal(
                "GET", "/messages", anchor="newest", num_before=1, num_after=0, narrow=narrow)
            self.assertEqual(refusal["code"], "BAD_NARROW", narrow)
            self.assertTrue(refusal["desc"])


class SightTests(ChatTestCase):
    async def test_what_others_may_read(self) -> None:
        """Public history is everyone's but guests'; private messages are their participants'; a private channel is
        its subscribers', and what one received there goes with leaving."""
        member = await self.server.person("Mona Member")
        guest = await self.server.person("Gustav Guest", Role.GUEST)
        public = await self.owner.send("general", "for all")
        direct = await self.owner.send([self.owner.user.id], "for me")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True,
                              principals=[self.owner.user.id, member.user.id])
        secret = await self.owner.send("secret", "for us")

        async def sees(client: Client, message_id: int) -> bool:
            status, _ = await client.answer("GET", f"/messages/{message_id}")
            return status == 200

        self.assertEqual([await sees(member, message) for message in (public, direct, secret)], [True, False, True])
        self.assertEqual([await sees(guest, message) for message in (public, direct, secret)], [False] * 3)
        page = await member.call("GET", "/messages", anchor="newest", num_before=5, num_after=0,
                                 narrow=[["channel", "general"]])
        self.assertEqual([message["flags"] for message in page["messages"]], [["read", "historical"]])
        await member.call("DELETE", "/users/me/subscriptions", subscriptions=["secret"])
        self.assertFalse(await sees(member, secret))
        page = await member.call("GET", "/messages", anchor="newest", num_before=5, num_after=0)
        self.assertEqual(page["messages"], [])
        await member.refusal("POST", f"/messages/{secret}/reactions", emoji_name="tada")
        await guest.refusal("POST", f"/messages/{public}/reactions", emoji_name="tada")


class SearchTests(ChatTestCase):
    async def test_what_was_found_is_marked(self) -> None:
        """Matches are marked in content and topic, by stem, in text only: tags and entities stay whole."""
        await self.owner.send("general", '**Running** <b> & [a run](https://example.com/run) x', topic="run & <i>")
        await self.owner.send("general", "nothing here")
        page = await self.owner.call("GET", "/messages", anchor="newest", num_before=9, num_after=0,
                                     narrow=[["search", "running"]])
        (message,) = page["messages"]
        mark = '<span class="highlight">{}</span>'.format
        self.assertIn(f"<strong>{mark('Running')}</strong> &lt;b&gt; &amp; ", message["match_content"])
        self.assertIn('href="https://example.com/run"', message["match_content"])
        self.assertIn(f"a {mark('run')}</a>", message["match_content"])
        self.assertEqual(message["match_subject"], f"{mark('run')} &amp; &lt;i&gt;")
        unmarked = message["match_content"].replace('<span class="highlight">', "").replace("</span>", "")
        self.assertEqual(unmarked, message["content"].replace("</span>", ""))

    async def test_phrases_and_exclusion(self) -> None:
        """Quoted words stand together; a minus leaves out; odd input finds nothing and fails nothing."""
        for content in ("one two three", "two one", "one four"):
            await self.owner.send("general", content)

        async def found(search: str) -> int:
            page = await self.owner.call("GET", "/messages", anchor="newest", num_before=9, num_after=0,
                                         narrow=[["search", search]])
            return len(page["messages"])

        self.assertEqual([await found(search) for search in ("one two", '"one two"', "one -two", "'\"(", "a & | !")],
                         [2, 1, 1, 0, 0])

    async def test_matches_narrow(self) -> None:
        inside = await self.owner.send("general", "needle", topic="in")
        outside = await self.owner.send("general", "hay", topic="out")
        body = await self.owner.call("GET", "/messages/matches_narrow", msg_ids=[inside, outside, 99999],
                                     narrow=[["search", "needle"]])
        self.assertEqual(body["messages"], {str(inside): {
            "match_content": '<p><span class="highlight">needle</span></p>', "match_subject": "in"}})
        body = await self.owner.call("GET", "/messages/matches_narrow", msg_ids=[inside, outside],
                                     narrow=[["topic", "out"]])
        self.assertEqual(list(body["messages"]), [str(outside)])

    async def test_flags_in_a_narrow(self) -> None:
        """A range within a narrow is flagged, and the answer says how far it went."""
        wanted = [await self.owner.send("general", f"{number}", topic="in") for number in range(5)]
        await self.owner.send("general", "x", topic="out")
        body = await self.owner.call("POST", "/messages/flags/narrow", anchor=wanted[2], num_before=1, num_after=9,
                                     narrow=[["topic", "in"]], op="add", flag="starred")
        del body["result"], body["msg"]
        self.assertEqual(body, {
            "processed_count": 4, "updated_count": 4, "first_processed_id": wanted[1],
            "last_processed_id": wanted[4], "found_oldest": False, "found_newest": True})
        page = await self.owner.call("GET", "/messages", anchor="newest", num_before=9, num_after=0,
                                     narrow=[["is", "starred"]])
        self.assertEqual([message["id"] for message in page["messages"]], wanted[1:])
