"""What people set for themselves: by the route, as clients change it, and as their other clients hear of it."""

from __future__ import annotations

from typing import Any

from tests.support.harness import ChatTestCase, Client

MODERN = {"notification_settings_null": True, "user_settings_object": True}


async def heard(client: Client, queue_id: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in event.items() if name != "id"} for event in await client.events(queue_id)]


class UserSettingsTests(ChatTestCase):
    """`PATCH /settings`."""

    async def test_a_setting_reaches_ones_other_clients_and_is_kept(self) -> None:
        state = await self.owner.register(client_capabilities=MODERN)
        await self.owner.call("PATCH", "/settings", color_scheme=2, default_language="de", enter_sends=True)
        self.assertEqual(
            [{"type": "user_settings", "op": "update", "property": "color_scheme", "value": 2},
             {"type": "user_settings", "op": "update", "property": "default_language", "value": "de",
              "language_name": "Deutsch"}], await heard(self.owner, state["queue_id"]))
        await self.server.restart()
        self.assertEqual(2, self.app.directory.settings_of(self.owner.user.id).color_scheme)

    async def test_older_clients_hear_it_in_the_older_form_too(self) -> None:
        state = await self.owner.register(event_types=["update_display_settings", "update_global_notifications"])
        await self.owner.call("PATCH", "/settings", dense_mode=False, enable_sounds=False,
                              web_navigate_to_sent_message=False)
        email = self.owner.user.email
        self.assertEqual(
            [{"type": "update_display_settings", "user": email, "setting_name": "dense_mode", "setting": False},
             {"type": "update_global_notifications", "user": email, "notification_name": "enable_sounds",
              "setting": False}], sorted(await heard(self.owner, state["queue_id"]), key=lambda event: event["type"]))

    async def test_others_hear_nothing_of_ones_settings_but_of_the_time_zone(self) -> None:
        other = await self.server.person()
        state = await other.register()
        await self.owner.call("PATCH", "/settings", dense_mode=False, timezone="Europe/Berlin")
        self.assertEqual([{"type": "realm_user", "op": "update", "person": {
            "user_id": self.owner.user.id, "email": self.owner.user.email, "timezone": "Europe/Berlin"}}],
            await heard(other, state["queue_id"]))
        await self.server.restart()
        self.assertEqual("Europe/Berlin", self.owner.user.timezone)

    async def test_registration_has_the_settings_in_the_form_that_is_asked_for(self) -> None:
        await self.owner.call("PATCH", "/settings", dense_mode=False)
        modern = await self.owner.register(client_capabilities=MODERN)
        self.assertFalse(modern["user_settings"]["dense_mode"])
        self.assertNotIn("dense_mode", modern)
        older = await self.owner.register()
        self.assertFalse(older["dense_mode"])
        self.assertTrue(older["enable_offline_email_notifications"])
        self.assertNotIn("web_navigate_to_sent_message", older)

    async def test_what_is_wrong_is_refused_as_a_whole(self) -> None:
        before = self.app.directory.settings_of(self.owner.user.id)
        for wrong in ({"color_scheme": 4}, {"emojiset": "nothing"}, {"default_language": "tlh"},
                      {"timezone": "Middle/Earth"}, {"timezone": "../../etc/passwd"}, {"web_font_size_px": 900},
                      {"email_notifications_batching_period_seconds": 0}, {"notification_sound": "x" * 9000}):
            with self.subTest(wrong):
                body = await self.owner.refusal("PATCH", "/settings", dense_mode=False, **wrong)
                self.assertEqual((400, "BAD_REQUEST"), (body["status"], body["code"]))
        self.assertEqual(before, self.app.directory.settings_of(self.owner.user.id))

    async def test_names_change_unless_the_organisation_keeps_them(self) -> None:
        member = await self.server.person()
        await member.call("PATCH", "/settings", full_name="A. N. Other")
        self.assertEqual("A. N. Other", member.user.full_name)
        await self.owner.call("PATCH", "/realm", name_changes_disabled=True)
        body = await member.refusal("PATCH", "/settings", full_name="Somebody Else")
        self.assertEqual("Name changes are disabled in this organization.", body["msg"])
        await self.owner.call("PATCH", "/settings", full_name="Olga O.")

    async def test_unknown_settings_are_named_and_do_no_harm(self) -> None:
        body = await self.owner.call("PATCH", "/settings", dense_mode=False, twisted_mode=True)
        self.assertEqual(["twisted_mode"], body["ignored_parameters_unsupported"])

    async def test_the_older_paths_do_the_same(self) -> None:
        await self.owner.call("PATCH", "/settings/display", dense_mode=False)
        await self.owner.call("PATCH", "/settings/notifications", enable_sounds=False)
        settings = self.app.directory.settings_of(self.owner.user.id)
        self.assertEqual((False, False), (settings.dense_mode, settings.enable_sounds))
