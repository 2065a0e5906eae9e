"""Reading messages: pages around anchors, narrows, and what one may not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.models import Role
from tests.support.harness import ChatTestCase, Client, InProcess, run


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


NUMBERS = st.integers(-2**63, 2**63 - 1)
TERMS = st.lists(st.one_of(
    st.lists(st.text() | NUMBERS, min_size=0, max_size=4),
    st.fixed_dictionaries({
        "operator": st.sampled_from(["channel", "topic", "dm", "sender", "is", "has", "in", "id", "near", "with",
                                     "search", "dm-including", "channels", "group-pm-with", "-is", "x"]),
        "operand": st.sampled_from(["general", "dm", "starred", "public", "home", "1", "link", "(a & b", "%s", "'"])
        | st.text() | NUMBERS | st.lists(NUMBERS | st.text(), max_size=3) | st.none() | st.booleans(),
    }, optional={"negated": st.booleans()})), max_size=4)


@pytest.fixture(scope="module")
def reader() -> Iterator[Client]:
    """Someone with a message to find."""
    server = InProcess()

    async def start() -> Client:
        await server.start()
        owner = await server.organisation()
        await owner.send("general", "hello")
        return owner

    yield run(start())
    run(server.stop())


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(narrow=TERMS)
def test_any_narrow(reader: Client, narrow: list[Any]) -> None:
    """Whatever terms are sent, the answer is messages or a refusal, never a failure."""
    status, body = run(reader.answer("GET", "/messages", anchor="newest", num_before=2, num_after=2, narrow=narrow))
    assert status in (200, 400), body
