"""Settings that forbid something: what they forbid is refused, and only that."""

from __future__ import annotations

from chat.models import Role
from tests.support.harness import ChatTestCase


class SettingsMatterTests(ChatTestCase):
    async def test_who_adds_emoji(self) -> None:
        moderator, member = await self.server.person(role=Role.MODERATOR), await self.server.person()
        await self.owner.call("PATCH", "/realm", add_custom_emoji_policy=4)
        body = await member.refusal("POST", "/realm/emoji/braid", files=[("a.png", b"a")])
        self.assertEqual("UNAUTHORIZED_PRINCIPAL", body["code"])
        body = await moderator.refusal("POST", "/realm/emoji/braid", files=[("a.png", b"a")])
        self.assertEqual("BAD_IMAGE", body["code"])

    async def test_pictures_that_stay_as_they_are(self) -> None:
        member = await self.server.person()
        await self.owner.call("PATCH", "/realm", avatar_changes_disabled=True)
        for method, params in (("POST", {"files": [("a.png", b"a")]}), ("DELETE", {})):
            body = await member.refusal(method, "/users/me/avatar", **params)
            self.assertEqual("Avatar changes are disabled in this organization.", body["msg"])
        await self.owner.call("DELETE", "/users/me/avatar")

    async def test_names_that_are_nobody_elses(self) -> None:
        grace, hedy = await self.server.person("Grace"), await self.server.person("Hedy")
        await self.owner.call("PATCH", "/realm", require_unique_names=True)
        body = await hedy.refusal("PATCH", "/settings", full_name="grace")
        self.assertEqual("Unique names required in this organization.", body["msg"])
        await grace.call("PATCH", "/settings", full_name="GRACE")
        await self.owner.refusal("POST", "/users", email="g@chat.test", full_name="Grace", password="long enough")
        await self.owner.call("DELETE", f"/users/{grace.user.id}")
        await hedy.call("PATCH", "/settings", full_name="Grace")

    async def test_drafts_that_are_kept_elsewhere(self) -> None:
        draft = {"type": "", "to": [], "topic": "", "content": "x"}
        (draft_id,) = (await self.owner.call("POST", "/drafts", drafts=[draft]))["ids"]
        await self.owner.call("PATCH", "/settings", enable_drafts_synchronization=False)
        for method, path, params in (("GET", "/drafts", {}), ("POST", "/drafts", {"drafts": [draft]}),
                                     ("PATCH", f"/drafts/{draft_id}", {"draft": draft}),
                                     ("DELETE", f"/drafts/{draft_id}", {})):
            body = await self.owner.refusal(method, path, **params)
            self.assertEqual("User has disabled synchronizing drafts.", body["msg"])
