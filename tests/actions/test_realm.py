"""The organisation's settings, and what new people start with: by the routes, as clients change them."""

from __future__ import annotations

from typing import Any

from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class RealmSettingsTests(ChatTestCase):
    """`PATCH /realm`."""

    async def test_a_change_is_echoed_told_to_everyone_and_kept(self) -> None:
        member = await self.server.person()
        state = await member.register(event_types=["realm"])
        body = await self.owner.call("PATCH", "/realm", allow_edit_history=False, message_content_edit_limit_seconds=60,
                                     default_code_block_language="python")
        self.assertEqual({"allow_edit_history": False, "message_content_edit_limit_seconds": 60,
                          "default_code_block_language": "python"},
                         {name: value for name, value in body.items() if name not in ("result", "msg")})
        events = [{name: value for name, value in event.items() if name != "id"}
                  for event in await member.events(state["queue_id"])]
        self.assertIn({"type": "realm", "op": "update", "property": "allow_edit_history", "value": False}, events)
        self.assertIn({"type": "realm", "op": "update_dict", "property": "default",
                       "data": {"message_content_edit_limit_seconds": 60}}, events)
        self.assertEqual(3, len(events))
        await self.server.restart()
        self.assertEqual(60, self.app.directory.realm.message_content_edit_limit_seconds)
        self.assertFalse(self.app.directory.realm.allow_edit_history)

    async def test_what_is_as_asked_already_makes_no_event(self) -> None:
        state = await self.owner.register(event_types=["realm"])
        await self.owner.call("PATCH", "/realm", allow_edit_history=True)
        self.assertEqual([], await self.owner.events(state["queue_id"]))

    async def test_the_name_is_the_organisations(self) -> None:
        await self.owner.call("PATCH", "/realm", name="  Plait  Makers ")
        self.assertEqual("Plait Makers", (await self.owner.call("GET", "/server_settings"))["realm_name"])
        await self.server.restart()
        organisation = self.app.directory.organisation
        assert organisation is not None
        self.assertEqual("Plait Makers", organisation.name)

    async def test_a_limit_may_be_taken_away(self) -> None:
        await self.owner.call("PATCH", "/realm", message_content_edit_limit_seconds='"unlimited"',
                              message_retention_days="unlimited")
        realm = self.app.directory.realm
        self.assertIsNone(realm.message_content_edit_limit_seconds)
        self.assertEqual(-1, realm.message_retention_days)
        state = await self.owner.register(fetch_event_types=["realm"])
        self.assertIsNone(state["realm_message_content_edit_limit_seconds"])

    async def test_values_out_of_bounds_are_refused_and_change_nothing(self) -> None:
        before = self.app.directory.realm
        for wrong in ({"name": ""}, {"name": "x" * 41}, {"edit_topic_policy": 9}, {"waiting_period_threshold": -1},
                      {"message_content_edit_limit_seconds": 0}, {"allow_edit_history": "maybe"},
                      {"default_language": "tlh"}, {"video_chat_provider": 77}, {"enable_spectator_access": True},
                      {"new_stream_announcements_stream_id": 4711}, {"jitsi_server_url": "javascript:alert(1)"},
                      {"name": "   "}):
            with self.subTest(wrong):
                body = await self.owner.refusal("PATCH", "/realm", allow_message_editing=False, **wrong)
                self.assertEqual((400, "BAD_REQUEST"), (body["status"], body["code"]))
        self.assertEqual(before, self.app.directory.realm)

    async def test_only_administrators_change_settings_and_only_owners_some(self) -> None:
        administrator = await self.server.person(role=Role.ADMINISTRATOR)
        for role in (Role.MODERATOR, Role.MEMBER, Role.GUEST):
            person = await self.server.person(role=role)
            body = await person.refusal("PATCH", "/realm", mandatory_topics=True)
            self.assertEqual("UNAUTHORIZED_PRINCIPAL", body["code"])
        await administrator.call("PATCH", "/realm", mandatory_topics=True)
        body = await administrator.refusal("PATCH", "/realm", invite_required=False, mandatory_topics=False)
        self.assertEqual("Must be an organization owner", body["msg"])
        self.assertTrue(self.app.directory.realm.mandatory_topics, "refused as a whole")

    async def test_a_group_valued_setting_takes_system_groups_and_people(self) -> None:
        grace = await self.server.person("Grace")
        anonymous = {"direct_members": [grace.user.id, grace.user.id], "direct_subgroups": [6]}
        await self.owner.call("PATCH", "/realm", can_create_public_channel_group={"new": anonymous, "old": 3})
        state = await grace.register(fetch_event_types=["realm", "realm_user"])
        self.assertEqual({"direct_members": [grace.user.id], "direct_subgroups": [6]},
                         state["realm_can_create_public_channel_group"])
        self.assertTrue(state["can_create_public_streams"])
        other = await (await self.server.person()).register(fetch_event_types=["realm_user"])
        self.assertFalse(other["can_create_public_streams"])
        await self.server.restart()
        self.assertEqual((grace.user.id,),
                         self.app.directory.realm.can_create_public_channel_group.direct_members)  # type: ignore

    async def test_one_group_named_alone_is_that_group(self) -> None:
        await self.owner.call("PATCH", "/realm", direct_message_permission_group={
            "new": {"direct_members": [], "direct_subgroups": [5]}})
        self.assertEqual(5, self.app.directory.realm.direct_message_permission_group)

    async def test_a_change_from_another_value_than_there_is_is_refused(self) -> None:
        body = await self.owner.refusal("PATCH", "/realm", can_create_public_channel_group={"new": 6, "old": 7})
        self.assertEqual("EXPECTATION_MISMATCH", body["code"])

    async def test_groups_that_a_permission_cannot_have_are_refused(self) -> None:
        cases: list[dict[str, Any]] = [
            {"can_create_public_channel_group": {"new": 1}}, {"can_create_public_channel_group": {"new": 2}},
            {"can_create_public_channel_group": {"new": 4711}}, {"can_access_all_users_group": 3},
            {"direct_message_initiator_group": {"new": {"direct_members": [4711], "direct_subgroups": []}}},
            {"direct_message_initiator_group": {"new": {"direct_members": [], "direct_subgroups": [4711, 6]}}}]
        for wrong in cases:
            with self.subTest(wrong):
                self.assertEqual("BAD_REQUEST", (await self.owner.refusal("PATCH", "/realm", **wrong))["code"])

    async def test_clients_are_told_which_groups_a_permission_can_have(self) -> None:
        state = await self.owner.register(fetch_event_types=["realm"])
        rules = state["server_supported_permission_settings"]["realm"]
        self.assertEqual("role:members", rules["can_create_public_channel_group"]["default_group_name"])
        self.assertTrue(rules["create_multiuse_invite_group"]["require_system_group"])


class NewPeopleTests(ChatTestCase):
    """`PATCH /realm/user_settings_defaults`."""

    async def test_who_joins_starts_with_the_defaults_and_who_is_here_keeps_theirs(self) -> None:
        before = await self.server.person()
        state = await before.register(event_types=["realm_user_settings_defaults"])
        await self.owner.call("PATCH", "/realm/user_settings_defaults", twenty_four_hour_time=False, color_scheme=2)
        after = await self.server.person()
        events = await before.events(state["queue_id"])
        for _ in range(2):
            settings = self.app.directory.settings_of
            self.assertEqual((True, 1), _looks(settings(before.user.id)))
            self.assertEqual((False, 2), _looks(settings(after.user.id)))
            await self.server.restart()
        self.assertEqual([("twenty_four_hour_time", False), ("color_scheme", 2)], sorted(
            ((event["property"], event["value"]) for event in events), reverse=True))

    async def test_the_organisations_language_is_what_new_people_start_with(self) -> None:
        await self.owner.call("PATCH", "/realm", default_language="de")
        person = await self.server.person()
        self.assertEqual("de", self.app.directory.settings_of(person.user.id).default_language)

    async def test_only_administrators_may(self) -> None:
        member: Client = await self.server.person()
        body = await member.refusal("PATCH", "/realm/user_settings_defaults", color_scheme=2)
        self.assertEqual("UNAUTHORIZED_PRINCIPAL", body["code"])


def _looks(settings: Any) -> tuple[bool, int]:
    return settings.twenty_four_hour_time, settings.color_scheme
