"""Slash commands, calls, and signing in on a demo server: small operations that clients may ask for."""

from __future__ import annotations

from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class ZcommandTests(ChatTestCase):
    async def test_a_switch_changes_the_setting_and_ones_other_clients_hear_of_it(self) -> None:
        state = await self.owner.register(client_capabilities={
            "notification_settings_null": True, "user_settings_object": True})
        for command, name, value in (("/dark", "color_scheme", 2), ("/light", "color_scheme", 3),
                                     ("/fluid-width", "fluid_layout_width", True),
                                     ("/fixed-width", "fluid_layout_width", False)):
            body = await self.owner.call("POST", "/zcommand", command=command)
            self.assertIn("now", body["msg"])
            self.assertEqual(value, getattr(self.app.directory.settings_of(self.owner.user.id), name))
        events = await self.owner.events(state["queue_id"])
        self.assertEqual([2, 3, True, False],
                         [event["value"] for event in events if event["type"] == "user_settings"])

    async def test_what_is_so_already_is_no_event(self) -> None:
        await self.owner.call("POST", "/zcommand", command="/dark")
        state = await self.owner.register()
        self.assertIn("already", (await self.owner.call("POST", "/zcommand", command="/dark"))["msg"])
        self.assertEqual("", (await self.owner.call("POST", "/zcommand", command="/ping"))["msg"])
        self.assertEqual([], await self.owner.events(state["queue_id"]))

    async def test_what_is_no_command_is_refused(self) -> None:
        for command in ("dark", "/", "/nothing", "", "/dark /light"):
            self.assertEqual(
                "BAD_REQUEST", (await self.owner.refusal("POST", "/zcommand", command=command))["code"])
        self.assertEqual(1, self.app.directory.settings_of(self.owner.user.id).color_scheme)


class DemoSignInTests(ChatTestCase):
    async def test_other_servers_refuse(self) -> None:
        nobody = Client(self.app, None)
        for method, path, params in (("POST", "/dev_fetch_api_key", {"username": "owner@chat.test"}),
                                     ("GET", "/dev_list_users", {})):
            refusal = await nobody.refusal(method, path, **params)
            self.assertEqual((400, "This works on demo servers only."), (refusal["status"], refusal["msg"]))

    async def test_a_demo_lets_in_its_people_and_nobody_else(self) -> None:
        await self._person(1, Role.ADMINISTRATOR, DEMO_PASSWORD)
        await self._person(2, Role.MEMBER, "another password")
        self.app.demo_sign_in.is_demo = True
        nobody = Client(self.app, None)
        grace, alan = (DEMO_PEOPLE[number].email for number in (1, 2))
        body = await nobody.call("POST", "/dev_fetch_api_key", username=grace.upper())
        self.assertEqual(grace, body["email"])
        self.assertIsNotNone(self.app.directory.user_by_email(grace))
        self.assertEqual(1, len(self.app.directory.keys_of(body["user_id"])))
        for email in ("owner@chat.test", "nobody@plait.example", alan):
            refusal = await nobody.refusal("POST", "/dev_fetch_api_key", username=email)
            self.assertEqual((401, "AUTHENTICATION_FAILED"), (refusal["status"], refusal["code"]))
        listed = await nobody.call("GET", "/dev_list_users")
        self.assertEqual([grace], [user["email"] for user in listed["direct_admins"]])
        self.assertEqual([alan], [user["email"] for user in listed["direct_users"]])

    async def _person(self, number: int, role: int, password: str) -> None:
        person = DEMO_PEOPLE[number]
        await self.app.users.do_create_user(
            email=person.email, full_name=person.full_name, role=role,
            password_hash=await self.app.accounts.hash_password(password))
