"""Groups of people: making and changing them, who may, mentioning them, and what clients hear."""

from __future__ import annotations

from typing import Any

from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class UserGroupTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace")
        self.hedy = await self.server.person("Hedy")

    async def group(self, name: str, *members: Client, by: Client | None = None, **params: Any) -> int:
        await (by or self.owner).call("POST", "/user_groups/create", name=name, description="",
                                      members=[member.user.id for member in members], **params)
        found = self.app.directory.group_by_name(name)
        assert found is not None
        return found.id

    async def test_a_group_is_told_listed_and_kept(self) -> None:
        state = await self.hedy.register(event_types=["user_group"])
        group_id = await self.group("Weavers", self.grace, self.owner)
        wire = {"id": group_id, "name": "Weavers", "description": "",
                "members": sorted([self.owner.user.id, self.grace.user.id]), "direct_subgroup_ids": [],
                "is_system_group": False, "can_mention_group": 2}
        (event,) = await self.hedy.events(state["queue_id"])
        self.assertEqual({"type": "user_group", "op": "add", "group": wire, "id": 0}, event)
        for _ in range(2):
            body = await self.hedy.call("GET", "/user_groups")
            self.assertEqual(wire, body["user_groups"][-1])
            self.assertEqual(9, len(body["user_groups"]))
            await self.server.restart()
            self.hedy.app = self.app

    async def test_names_that_cannot_be_or_are_taken_are_refused(self) -> None:
        await self.group("Weavers")
        for name in ("weavers", "", "   ", "x" * 101, "@all", "role:weavers", "Stream:x", "a*b", "a\u0007b"):
            with self.subTest(name):
                body = await self.owner.refusal("POST", "/user_groups/create", name=name, description="", members=[])
                self.assertEqual("BAD_REQUEST", body["code"])

    async def test_members_come_and_go(self) -> None:
        group_id = await self.group("Weavers", self.grace)
        state = await self.grace.register(event_types=["user_group"])
        path = f"/user_groups/{group_id}/members"
        await self.owner.call("POST", path, add=[self.hedy.user.id, self.hedy.user.id], delete=[self.grace.user.id])
        events = [(event["op"], event["group_id"], event["user_ids"])
                  for event in await self.grace.events(state["queue_id"])]
        self.assertEqual([("add_members", group_id, [self.hedy.user.id]),
                          ("remove_members", group_id, [self.grace.user.id])], events)
        self.assertEqual([self.hedy.user.id], (await self.grace.call("GET", path))["members"])
        for wrong in ({"add": [self.hedy.user.id]}, {"delete": [self.grace.user.id]}, {"add": [4711]}, {}):
            self.assertEqual("BAD_REQUEST", (await self.owner.refusal("POST", path, **wrong))["code"])

    async def test_subgroups_bring_their_people_and_never_contain_themselves(self) -> None:
        outer, inner = await self.group("Outer", self.owner), await self.group("Inner", self.grace)
        await self.owner.call("POST", f"/user_groups/{outer}/subgroups", add=[inner, 5])
        body = await self.hedy.call("GET", f"/user_groups/{outer}/subgroups")
        self.assertEqual([5, 6, 7, inner], body["subgroups"])
        body = await self.hedy.call("GET", f"/user_groups/{outer}/subgroups", direct_subgroup_only=True)
        self.assertEqual([5, inner], body["subgroups"])
        path = f"/user_groups/{outer}/members/{self.grace.user.id}"
        self.assertTrue((await self.hedy.call("GET", path))["is_user_group_member"])
        self.assertFalse((await self.hedy.call("GET", path, direct_member_only=True))["is_user_group_member"])
        for group_id, add in ((inner, [outer]), (outer, [outer]), (outer, [inner]), (outer, [4711])):
            with self.subTest((group_id, add)):
                await self.owner.refusal("POST", f"/user_groups/{group_id}/subgroups", add=add)
        await self.owner.call("POST", f"/user_groups/{outer}/subgroups", delete=[inner])
        self.assertFalse((await self.hedy.call("GET", path))["is_user_group_member"])

    async def test_the_groups_of_roles_cannot_be_changed(self) -> None:
        for method, path, params in (
                ("PATCH", "", {"name": "x"}), ("DELETE", "", {}), ("POST", "/members", {"add": [self.hedy.user.id]}),
                ("POST", "/subgroups", {"add": [5]})):
            body = await self.owner.refusal(method, f"/user_groups/3{path}", **params)
            self.assertEqual("Insufficient permission", body["msg"])

    async def test_moderators_change_any_group_and_members_those_they_are_in(self) -> None:
        group_id = await self.group("Weavers", self.grace)
        await self.grace.call("PATCH", f"/user_groups/{group_id}", description="mine too")
        self.assertEqual("UNAUTHORIZED_PRINCIPAL", (await self.hedy.refusal(
            "PATCH", f"/user_groups/{group_id}", description="not mine"))["code"])
        moderator = await self.server.person(role=Role.MODERATOR)
        await moderator.call("PATCH", f"/user_groups/{group_id}", description="any")
        await self.owner.call("PATCH", "/realm", user_group_edit_policy=2)
        for client in (self.grace, moderator):
            await client.refusal("PATCH", f"/user_groups/{group_id}", description="no longer")
            await client.refusal("POST", "/user_groups/create", name="Another", description="", members=[])

    async def test_guests_do_not_see_groups(self) -> None:
        guest = await self.server.person(role=Role.GUEST)
        self.assertEqual("UNAUTHORIZED_PRINCIPAL", (await guest.refusal("GET", "/user_groups"))["code"])

    async def test_a_change_tells_what_changed(self) -> None:
        group_id = await self.group("Weavers")
        state = await self.hedy.register(event_types=["user_group"])
        await self.owner.call("PATCH", f"/user_groups/{group_id}", name="Weavers", description="Looms",
                              can_mention_group={"new": {"direct_members": [self.grace.user.id],
                                                         "direct_subgroups": []}, "old": 2})
        (event,) = await self.hedy.events(state["queue_id"])
        self.assertEqual({"description": "Looms", "can_mention_group": {
            "direct_members": [self.grace.user.id], "direct_subgroups": []}}, event["data"])
        body = await self.owner.refusal("PATCH", f"/user_groups/{group_id}", can_mention_group={"new": 3, "old": 2})
        self.assertEqual("EXPECTATION_MISMATCH", body["code"])
        await self.server.restart()
        self.assertEqual((self.grace.user.id,), self.app.directory.user_groups.made[
            group_id].can_mention_group.direct_members)  # type: ignore[union-attr]

    async def test_a_group_that_is_given_up_leaves_its_outer_groups_but_not_a_permission(self) -> None:
        outer, inner = await self.group("Outer"), await self.group("Inner", self.grace)
        await self.owner.call("POST", f"/user_groups/{outer}/subgroups", add=[inner])
        await self.owner.call("PATCH", "/realm", can_create_private_channel_group={"new": inner})
        await self.owner.refusal("DELETE", f"/user_groups/{inner}")
        await self.owner.call("PATCH", "/realm", can_create_private_channel_group={"new": 3})
        state = await self.hedy.register(event_types=["user_group"])
        await self.owner.call("DELETE", f"/user_groups/{inner}")
        self.assertEqual(["remove_subgroups", "remove"],
                         [event["op"] for event in await self.hedy.events(state["queue_id"])])
        self.assertEqual((), self.app.directory.user_groups.made[outer].subgroup_ids)
        await self.group("Inner")

    async def test_a_permission_given_to_a_group_is_its_members(self) -> None:
        group_id = await self.group("Weavers", self.grace)
        await self.owner.call("PATCH", "/realm", can_create_public_channel_group={"new": group_id})
        for client, may in ((self.grace, True), (self.hedy, False)):
            state = await client.register(fetch_event_types=["realm_user"])
            self.assertEqual(may, state["can_create_public_streams"])


class GroupMentionTests(ChatTestCase):
    """`@*group*` in messages."""

    async def setUp(self) -> None:
        await super().setUp()
        self.grace, self.hedy = await self.server.person("Grace"), await self.server.person("Hedy")
        everyone = [client.user.id for client in (self.owner, self.grace, self.hedy)]
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=everyone)
        for name, members in (("Inner", [self.grace.user.id]), ("Outer", [])):
            await self.owner.call("POST", "/user_groups/create", name=name, description="", members=members)
        self.outer, self.inner = (self.app.directory.group_by_name(name) for name in ("Outer", "Inner"))
        assert self.outer and self.inner
        await self.owner.call("POST", f"/user_groups/{self.outer.id}/subgroups", add=[self.inner.id])

    async def flags(self, client: Client, message_id: int) -> list[str]:
        body = await client.call("GET", "/messages", anchor="newest", num_before=10, num_after=0)
        (message,) = (message for message in body["messages"] if message["id"] == message_id)
        found: list[str] = message["flags"]
        return found

    async def test_members_and_members_of_subgroups_are_mentioned(self) -> None:
        message_id = await self.owner.send("general", "hello @*outer*")
        self.assertIn("mentioned", await self.flags(self.grace, message_id))
        self.assertNotIn("mentioned", await self.flags(self.hedy, message_id))
        body = await self.owner.call("GET", f"/messages/{message_id}")
        assert self.outer
        self.assertIn(f'<span class="user-group-mention" data-user-group-id="{self.outer.id}">@Outer</span>',
                      body["message"]["content"])

    async def test_a_silent_mention_calls_nobody(self) -> None:
        message_id = await self.owner.send("general", "about @_*Outer*")
        self.assertNotIn("mentioned", await self.flags(self.grace, message_id))

    async def test_only_those_who_may_mention_a_group(self) -> None:
        assert self.outer
        await self.owner.call("PATCH", f"/user_groups/{self.outer.id}", can_mention_group={"new": 6})
        body = await self.hedy.refusal("POST", "/messages", type="channel", to="general", topic="t",
                                       content="hi @*Outer*")
        self.assertEqual("You are not allowed to mention user group 'Outer'.", body["msg"])
        await self.hedy.send("general", "but silently @_*Outer*")
        await self.owner.send("general", "hi @*Outer*")
        mine = await self.hedy.send("general", "hi")
        await self.hedy.refusal("PATCH", f"/messages/{mine}", content="hi @*Outer*")

    async def test_nobody_mentions_the_groups_of_roles(self) -> None:
        await self.owner.refusal("POST", "/messages", type="channel", to="general", topic="t",
                                 content="hi @*role:members*")


class DirectMessagePermissionTests(ChatTestCase):
    """Who may write to people directly."""

    async def test_a_conversation_needs_someone_with_the_permission(self) -> None:
        grace, hedy = await self.server.person("Grace"), await self.server.person("Hedy")
        await self.owner.call("PATCH", "/realm", direct_message_permission_group={"new": 7})
        await grace.send([self.owner.user.id], "may I?")
        await grace.send([grace.user.id], "to myself")
        body = await grace.refusal("POST", "/messages", type="direct", to=[hedy.user.id], content="psst")
        self.assertEqual("This conversation does not include any users who can authorize it.", body["msg"])
        await self.owner.call("PATCH", "/realm", direct_message_permission_group={"new": 8})
        body = await grace.refusal("POST", "/messages", type="direct", to=[hedy.user.id], content="psst")
        self.assertEqual("Direct messages are disabled in this organization.", body["msg"])

    async def test_who_may_not_begin_may_answer(self) -> None:
        grace, hedy = await self.server.person("Grace"), await self.server.person("Hedy")
        await self.owner.call("PATCH", "/realm", direct_message_initiator_group={
            "new": {"direct_members": [hedy.user.id], "direct_subgroups": []}})
        body = await grace.refusal("POST", "/messages", type="direct", to=[hedy.user.id], content="psst")
        self.assertEqual("You do not have permission to initiate direct message conversations.", body["msg"])
        await hedy.send([grace.user.id], "hello")
        await grace.send([hedy.user.id], "hello you")


class MandatoryTopicTests(ChatTestCase):
    async def test_a_message_needs_a_topic_of_its_own(self) -> None:
        await self.owner.send("general", "hello", topic="(no topic)")
        await self.owner.call("PATCH", "/realm", mandatory_topics=True)
        body = await self.owner.refusal("POST", "/messages", type="channel", to="general", topic=" (no topic) ",
                                        content="x")
        self.assertEqual("Topics are required in this organization.", body["msg"])
