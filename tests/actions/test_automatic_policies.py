"""Topics that people follow, or that are unmuted for them, because they wrote there or were mentioned."""

from __future__ import annotations

from typing import Any

from tests.support.harness import ChatTestCase

ANSWER = "automatic_new_visibility_policy"


class AutomaticPoliciesTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.grace.user.id, self.owner.user.id])
        channel = self.app.directory.channel_by_name("general")
        assert channel is not None
        self.general = channel.id

    async def say(self, topic: str, content: str = "hello") -> dict[str, Any]:
        return await self.grace.call(
            "POST", "/messages", type="channel", to="general", topic=topic, content=content)

    async def mute_channel(self) -> None:
        await self.grace.call("POST", "/users/me/subscriptions/properties", subscription_data=[
            {"stream_id": self.general, "property": "is_muted", "value": True}])

    async def policies(self) -> dict[str, int]:
        state = await self.grace.register(fetch_event_types=["user_topic"])
        return {item["topic_name"]: item["visibility_policy"] for item in state["user_topics"]}

    async def test_nothing_happens_to_who_does_not_want_it(self) -> None:
        await self.mute_channel()
        self.assertNotIn(ANSWER, await self.say("lunch"))
        await self.owner.send("general", f"@**{self.grace.user.full_name}**", "lunch")
        self.assertEqual(await self.policies(), {})

    async def test_sending_follows_once(self) -> None:
        await self.grace.call("PATCH", "/settings", automatically_follow_topics_policy=2)
        queue = (await self.grace.register(event_types=["user_topic"]))["queue_id"]
        self.assertEqual((await self.say("lunch"))[ANSWER], 3)
        before = self.app.database.statements
        self.assertNotIn(ANSWER, await self.say("LUNCH"))
        self.assertEqual(self.app.database.statements - before, 1)
        events = await self.grace.events(queue)
        self.assertEqual([(event["topic_name"], event["visibility_policy"]) for event in events], [("lunch", 3)])
        self.assertEqual(await self.policies(), {"lunch": 3})

    async def test_beginning_a_topic_follows_it(self) -> None:
        await self.grace.call("PATCH", "/settings", automatically_follow_topics_policy=3)
        await self.owner.send("general", "hello", "begun")
        self.assertNotIn(ANSWER, await self.say("Begun"))
        self.assertEqual((await self.say("new"))[ANSWER], 3)
        self.assertEqual(await self.policies(), {"new": 3})

    async def test_unmuting_is_for_muted_channels_and_following_is_more(self) -> None:
        await self.grace.call("PATCH", "/settings", automatically_unmute_topics_in_muted_streams_policy=1)
        self.assertNotIn(ANSWER, await self.say("a"))
        await self.mute_channel()
        self.assertEqual((await self.say("a"))[ANSWER], 2)
        await self.grace.call("PATCH", "/settings", automatically_follow_topics_policy=1)
        self.assertEqual((await self.say("a"))[ANSWER], 3)
        self.assertEqual(await self.policies(), {"a": 3})

    async def test_what_one_muted_stays_muted(self) -> None:
        await self.grace.call("PATCH", "/settings", automatically_follow_topics_policy=1,
                              automatically_follow_topics_where_mentioned=True)
        await self.grace.call("POST", "/user_topics", stream_id=self.general, topic="a", visibility_policy=1)
        self.assertNotIn(ANSWER, await self.say("a"))
        await self.owner.send("general", f"@**{self.grace.user.full_name}**", "a")
        self.assertEqual(await self.policies(), {"a": 1})

    async def test_being_mentioned_follows(self) -> None:
        await self.grace.call("PATCH", "/settings", automatically_follow_topics_where_mentioned=True)
        body = await self.owner.call("POST", "/messages", type="channel", to="general", topic="a",
                                     content=f"@**{self.grace.user.full_name}**")
        self.assertNotIn(ANSWER, body)
        await self.owner.send("general", f"@_**{self.grace.user.full_name}**", "silent")
        self.assertEqual(await self.policies(), {"a": 3})
