"""Topic policies: muted, unmuted, followed; what they mean for what is unread and for narrows."""

from __future__ import annotations

from typing import Any

from chat import personal
from chat.actions import user_topics
from chat.models import Role
from tests.support.harness import ChatTestCase, Client

MUTED_TOPICS = "/users/me/subscriptions/muted_topics"


class UserTopicsTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        for name in ("general", "loud"):
            await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}],
                                  principals=[self.grace.user.id, self.owner.user.id])
        self.general, self.loud = self.channel("general"), self.channel("loud")

    def channel(self, name: str) -> int:
        channel = self.app.directory.channel_by_name(name)
        assert channel is not None
        return channel.id

    async def set(self, channel_id: int, topic: str, policy: int, client: Client | None = None) -> None:
        await (client or self.grace).call(
            "POST", "/user_topics", stream_id=channel_id, topic=topic, visibility_policy=policy)

    async def state(self, client: Client | None = None) -> dict[tuple[int, str], int]:
        state = await (client or self.grace).register(fetch_event_types=["user_topic", "muted_topics"])
        self.assertNotIn("muted_topics", state)
        return {(item["stream_id"], item["topic_name"]): item["visibility_policy"] for item in state["user_topics"]}

    async def contents(self, narrow: list[Any], **params: Any) -> list[str]:
        page = await self.grace.call("GET", "/messages", **{
            "anchor": "newest", "num_before": 50, "num_after": 0, "narrow": narrow, "apply_markdown": False, **params})
        return [message["content"] for message in page["messages"]]

    async def test_set_and_take_back(self) -> None:
        """A topic is one whatever its case and keeps its first spelling; what changes nothing tells no one."""
        queue = (await self.grace.register(event_types=["user_topic"]))["queue_id"]
        await self.set(self.general, " Lunch ", 1)
        await self.set(self.general, "LUNCH", 3)
        await self.set(self.general, "lunch", 3)
        self.assertEqual(await self.state(), {(self.general, "Lunch"): 3})
        await self.set(self.general, "lunch", 0)
        await self.set(self.general, "lunch", 0)
        events = await self.grace.events(queue)
        self.assertEqual([(event["topic_name"], event["visibility_policy"]) for event in events],
                         [("Lunch", 1), ("Lunch", 3), ("Lunch", 0)])
        self.assertEqual({event["stream_id"] for event in events}, {self.general})
        self.assertTrue(all(event["last_updated"] > 1_600_000_000 for event in events))
        self.assertEqual(await self.state(), {})
        self.assertEqual(await self.state(self.owner), {})

    async def test_they_last(self) -> None:
        await self.set(self.general, "Ärger", 2)
        await self.server.restart()
        grace = Client(self.app, self.grace.user)
        self.assertEqual(await self.state(grace), {(self.general, "Ärger"): 2})
        await self.set(self.general, "ÄRGER", 0, grace)
        self.assertEqual(await self.state(grace), {})

    async def test_the_older_way(self) -> None:
        """Clients that know of muting only get and give lists of muted topics."""
        queue = (await self.grace.register(event_types=["muted_topics"]))["queue_id"]
        await self.grace.call("PATCH", MUTED_TOPICS, stream="General", topic="Lunch", op="add")
        await self.grace.call("PATCH", MUTED_TOPICS, stream_id=self.loud, topic="noise", op="add")
        await self.set(self.general, "followed", 3)
        await self.grace.call("PATCH", MUTED_TOPICS, stream="general", topic="lunch", op="remove")
        await self.grace.call("PATCH", MUTED_TOPICS, stream="general", topic="lunch", op="remove")
        events = await self.grace.events(queue)
        self.assertEqual([[entry[:2] for entry in event["muted_topics"]] for event in events],
                         [[["general", "Lunch"]], [["general", "Lunch"], ["loud", "noise"]], [["loud", "noise"]]])
        state = await self.grace.register(fetch_event_types=["muted_topics"])
        ((name, topic, timestamp),) = state["muted_topics"]
        self.assertEqual((name, topic, isinstance(timestamp, int)), ("loud", "noise", True))
        for wrong in ({}, {"stream": "general", "stream_id": self.general}, {"stream": "nowhere"},
                      {"stream_id": 999}):
            refusal = await self.grace.refusal("PATCH", MUTED_TOPICS, topic="t", op="add", **wrong)
            self.assertEqual(refusal["code"], "BAD_REQUEST")

    async def test_unread(self) -> None:
        """The count leaves out what is muted by topic or channel, but not topics wanted anyway."""
        await self.grace.call("PATCH", f"/users/me/subscriptions/{self.loud}", property="is_muted", value=True)
        await self.set(self.general, "quiet", 1)
        await self.set(self.loud, "unmuted", 2)
        await self.set(self.loud, "followed", 3)
        expected = [("general", "plain", 1), ("general", "QUIET", 0), ("loud", "plain", 0), ("loud", "Unmuted", 1),
                    ("loud", "followed", 1)]
        count = 0
        for channel, topic, counts in expected:
            await self.owner.send(channel, f"{channel} {topic}", topic)
            count += counts
            state = await self.grace.register(fetch_event_types=["message", "update_message_flags"])
            self.assertEqual(state["unread_msgs"]["count"], count, (channel, topic))
        self.assertEqual(sum(len(stream["unread_message_ids"]) for stream in state["unread_msgs"]["streams"]), 5)

    async def test_narrows(self) -> None:
        """in:home and first_unread pass over what is muted; is:followed shows what is followed."""
        await self.grace.call("PATCH", f"/users/me/subscriptions/{self.loud}", property="is_muted", value=True)
        await self.set(self.general, "quiet", 1)
        await self.set(self.loud, "unmuted", 2)
        await self.set(self.loud, "followed", 3)
        for channel, topic in (("loud", "plain"), ("general", "Quiet"), ("loud", "Unmuted"), ("loud", "Followed"),
                               ("general", "plain")):
            await self.owner.send(channel, f"{channel} {topic}", topic)
        await self.owner.send([self.grace.user.id], "direct")
        home = ["loud Unmuted", "loud Followed", "general plain", "direct"]
        self.assertEqual(await self.contents([["in", "home"]]), home)
        away = [{"operator": "in", "operand": "home", "negated": True}]
        self.assertEqual(await self.contents(away), ["loud plain", "general Quiet"])
        self.assertEqual(await self.contents([["is", "followed"]]), ["loud Followed"])
        not_followed = [{"operator": "is", "operand": "followed", "negated": True}]
        self.assertEqual(len(await self.contents(not_followed)), 5)
        first = {"anchor": "first_unread", "num_before": 0, "num_after": 0}
        self.assertEqual(await self.contents([], **first), ["loud Unmuted"])
        self.assertEqual(await self.contents([["channel", "loud"]], **first), ["loud plain"])
        self.assertEqual(await self.contents([["is", "followed"]], **first), ["loud Followed"])
        await self.set(self.loud, "unmuted", 0)
        self.assertEqual(await self.contents([["in", "home"]]), home[1:])

    async def test_nothing_muted(self) -> None:
        """Without any policy home is everything, and nothing is away from it."""
        await self.owner.send("general", "hello")
        self.assertEqual(await self.contents([["in", "home"]]), ["hello"])
        self.assertEqual(await self.contents([{"operator": "in", "operand": "home", "negated": True}]), [])
        self.assertEqual(await self.contents([["is", "followed"]]), [])

    async def test_refusals(self) -> None:
        """Topics of channels one may not see have no policies; one from before can be taken back."""
        guest = await self.server.person("Gustav Guest", Role.GUEST)
        good = {"stream_id": self.general, "topic": "t", "visibility_policy": 1}
        for client, wrong in ((self.grace, {"stream_id": 999}), (self.grace, {"stream_id": 0}), (guest, {}),
                              (self.grace, {"topic": " "}), (self.grace, {"topic": "x" * 61}),
                              (self.grace, {"visibility_policy": 4}), (self.grace, {"visibility_policy": "1x"})):
            refusal = await client.refusal("POST", "/user_topics", **{**good, **wrong})
            self.assertEqual((refusal["status"], refusal["code"]), (400, "BAD_REQUEST"), wrong)
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True,
                              principals=[self.grace.user.id, self.owner.user.id])
        secret = self.channel("secret")
        await self.set(secret, "t", 1)
        await self.owner.call("DELETE", "/users/me/subscriptions", subscriptions=["secret"],
                              principals=[self.grace.user.id])
        await self.grace.refusal("POST", "/user_topics", **{**good, "stream_id": secret, "visibility_policy": 3})
        await self.grace.refusal("POST", "/user_topics", **{**good, "stream_id": secret, "topic": "other",
                                                            "visibility_policy": 0})
        await self.set(secret, "T", 0)
        self.assertEqual(await self.state(), {})

    async def test_archived_channels(self) -> None:
        """What was set in a channel that closed shows no more."""
        await self.set(self.loud, "t", 1)
        await self.owner.call("DELETE", f"/streams/{self.loud}")
        self.assertEqual(await self.state(), {})
        state = await self.grace.register(fetch_event_types=["muted_topics"])
        self.assertEqual(state["muted_topics"], [])

    async def test_there_are_not_too_many(self) -> None:
        self.patch(user_topics, "MAX_TOPIC_POLICIES", 3)
        self.assertEqual(personal.MAX_TOPIC_POLICIES, 10_000)
        for number in range(3):
            await self.set(self.general, f"t{number}", 1)
        await self.grace.refusal("POST", "/user_topics", stream_id=self.general, topic="t4", visibility_policy=1)
        await self.set(self.general, "t1", 3)
        await self.set(self.general, "t2", 0)
        await self.set(self.general, "t4", 1)
