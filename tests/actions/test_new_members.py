"""Members who are new here, and become full members when the organisation's waiting period is over."""

from __future__ import annotations

from chat.models import Role
from tests.support.harness import ChatTestCase

FULL = 4
DAY_S = 24 * 3600


class NewMemberTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "weighty"}],
                              stream_post_policy=3, principals=[self.grace.user.id, self.owner.user.id])

    def full(self) -> frozenset[int]:
        group = self.app.directory.group_by_id(FULL)
        assert group is not None
        return group.member_ids

    async def test_a_waiting_period_holds_for_those_who_came_within_it(self) -> None:
        await self.grace.send("weighty", "I may")
        state = await self.owner.register(event_types=["user_group"])
        await self.owner.call("PATCH", "/realm", waiting_period_threshold=3)
        self.assertNotIn(self.grace.user.id, self.full())
        body = await self.grace.refusal("POST", "/messages", type="channel", to="weighty", topic="t", content="x")
        self.assertEqual("Only full members can send to this channel.", body["msg"])
        await self.owner.send("weighty", "owners are never new")
        await self.app.new_members.do_promote(self.grace.user.date_joined + 3 * DAY_S - 1)
        self.assertNotIn(self.grace.user.id, self.full())
        await self.app.new_members.do_promote(self.grace.user.date_joined + 3 * DAY_S)
        self.assertIn(self.grace.user.id, self.full())
        await self.grace.send("weighty", "now I may")
        self.assertEqual([("remove_members", FULL, [self.grace.user.id]), ("add_members", FULL, [self.grace.user.id])],
                         [(event["op"], event["group_id"], event["user_ids"])
                          for event in await self.owner.events(state["queue_id"])])

    async def test_it_survives_a_restart(self) -> None:
        await self.owner.call("PATCH", "/realm", waiting_period_threshold=3)
        await self.server.restart()
        self.assertNotIn(self.grace.user.id, self.full())
        self.assertTrue(self.app.directory.is_new_member(self.grace.user.id))

    async def test_who_comes_while_there_is_one_is_new_and_who_rises_is_not(self) -> None:
        await self.owner.call("PATCH", "/realm", waiting_period_threshold=3)
        new = await self.server.person()
        self.assertNotIn(new.user.id, self.full())
        self.assertFalse(self.app.permissions.is_full_member(new.user))
        await self.owner.call("PATCH", f"/users/{new.user.id}", role=int(Role.MODERATOR))
        self.assertTrue(self.app.permissions.is_full_member(new.user))
        await self.owner.call("PATCH", "/realm", waiting_period_threshold=0)
        self.assertIn(self.grace.user.id, self.full())
