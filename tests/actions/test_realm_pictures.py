"""The organisation's icon and logo: set, told to everyone, served, replaced, taken away; nothing is left behind."""

from __future__ import annotations

from chat.models import Role
from tests.actions.test_uploads import UploadsTestCase, png

OWN = "/static/images/plait-icon.svg"


class RealmPictureTests(UploadsTestCase):
    async def test_an_icon_is_told_kept_and_taken_away(self) -> None:
        member = await self.server.person()
        queue = (await member.register(event_types=["realm"]))["queue_id"]
        first = (await self.owner.call("POST", "/realm/icon", files=[("a.png", png())]))["icon_url"]
        self.assertRegex(first, r"^/user_avatars/1/[A-Za-z0-9]{24}[.]png$")
        self.assertIn(first.rpartition("/")[2], self.on_disk())
        second = (await self.owner.call("POST", "/realm/icon", files=[("b.png", png((10, 30)))]))["icon_url"]
        self.assertNotIn(first.rpartition("/")[2], self.on_disk())
        self.assertTrue((await self.owner.call("GET", "/server_settings"))["realm_icon"].endswith(second))
        state = await member.register(fetch_event_types=["realm"])
        self.assertEqual((second, "U"), (state["realm_icon_url"], state["realm_icon_source"]))
        self.assertNotIn("realm_icon", state)
        self.assertEqual(OWN, (await self.owner.call("DELETE", "/realm/icon"))["icon_url"])
        self.assertEqual([], self.on_disk())
        events = await member.events(queue)
        self.assertEqual([("icon", {"icon_url": url, "icon_source": source})
                          for url, source in ((first, "U"), (second, "U"), (OWN, "D"))],
                         [(event["property"], event["data"]) for event in events])

    async def test_logos_by_day_and_night(self) -> None:
        for night in (False, True):
            await self.owner.call("POST", "/realm/logo", night=night, files=[("a.png", png())])
        realm = self.app.directory.realm
        self.assertNotEqual(realm.logo, realm.night_logo)
        state = await self.owner.register(fetch_event_types=["realm"])
        self.assertEqual(f"/user_avatars/1/{realm.night_logo}.webp", state["realm_night_logo_url"])
        await self.owner.call("DELETE", "/realm/logo", night=False)
        self.assertEqual([f"{realm.night_logo}.webp"], self.on_disk())
        await self.server.restart()
        self.assertEqual(realm.night_logo, self.app.directory.realm.night_logo)
        self.assertEqual([f"{realm.night_logo}.webp"], self.on_disk())

    async def test_what_is_no_picture_changes_nothing(self) -> None:
        body = await self.owner.refusal("POST", "/realm/icon", files=[("a.png", b"no picture")])
        self.assertEqual("BAD_IMAGE", body["code"])
        self.assertEqual(([], None), (self.on_disk(), self.app.directory.realm.icon))

    async def test_only_administrators_may(self) -> None:
        moderator = await self.server.person(role=Role.MODERATOR)
        for method, path in (("POST", "/realm/icon"), ("DELETE", "/realm/icon"), ("POST", "/realm/logo")):
            body = await moderator.refusal(method, path, night=False, files=[("a.png", png())])
            self.assertEqual("UNAUTHORIZED_PRINCIPAL", body["code"])

    async def test_it_is_not_set_by_the_settings_route(self) -> None:
        body = await self.owner.call("PATCH", "/realm", icon="../../etc/passwd", mandatory_topics=True)
        self.assertEqual(["icon"], body["ignored_parameters_unsupported"])
        self.assertIsNone(self.app.directory.realm.icon)
