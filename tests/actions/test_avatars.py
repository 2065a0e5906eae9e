"""People's own pictures: set, told to everyone, replaced, taken away."""

from __future__ import annotations

from twisted.internet.defer import gatherResults

from tests.actions.test_uploads import UploadsTestCase, png
from tests.support.harness import Client


class PictureTests(UploadsTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.state = await self.owner.register(event_types=["realm_user"])

    async def test_set_and_deleted(self) -> None:
        """A picture of one's own has an address that is not guessed, told to everyone; the old one is gone."""
        before = self.owner.user.avatar_version
        first = (await self.owner.call("POST", "/users/me/avatar", files=[("a.png", png())]))["avatar_url"]
        self.assertRegex(first, rf"^/user_avatars/1/[A-Za-z0-9]{{24}}\.png\?version={before + 1}$")
        name = first.partition("?")[0].rpartition("/")[2]
        self.assertEqual(self.on_disk(), sorted([name, name.replace(".png", "-medium.png")]))
        second = (await self.owner.call("POST", "/users/me/avatar", files=[("b.png", png((10, 30)))]))["avatar_url"]
        self.assertEqual(len(self.on_disk()), 2)
        self.assertNotIn(name, self.on_disk())
        state = await self.owner.register(fetch_event_types=["realm_user"])
        self.assertEqual((state["avatar_url"], state["avatar_source"], state["avatar_url_medium"]),
                         (second, "U", second.replace(".png", "-medium.png")))
        default = (await self.owner.call("DELETE", "/users/me/avatar"))["avatar_url"]
        self.assertEqual(default, f"/avatar/{self.owner.user.id}?version={before + 3}")
        self.assertEqual(self.on_disk(), [])
        self.assertEqual((await self.owner.call("DELETE", "/users/me/avatar"))["avatar_url"], default)
        events = await self.owner.events(self.state["queue_id"])
        self.assertEqual([event["person"] for event in events], [
            {"user_id": self.owner.user.id, "avatar_url": url, "avatar_source": source, "avatar_version": version,
             "avatar_url_medium": medium}
            for url, source, version, medium in (
                (first, "U", before + 1, first.replace(".png", "-medium.png")),
                (second, "U", before + 2, second.replace(".png", "-medium.png")),
                (default, "G", before + 3, f"/avatar/{self.owner.user.id}/medium?version={before + 3}"))])

    async def test_no_picture(self) -> None:
        refusal = await self.owner.refusal("POST", "/users/me/avatar", files=[("a.png", b"no picture")])
        self.assertEqual((refusal["status"], refusal["code"]), (400, "BAD_IMAGE"))
        self.assertEqual(self.on_disk(), [])
        self.assertEqual(await self.owner.events(self.state["queue_id"]), [])

    async def test_at_once(self) -> None:
        """Several at once leave one, and no other on disk."""
        await gatherResults([self.owner.start("POST", "/users/me/avatar", files=[("a.png", png((20, 20)))])
                             for _ in range(4)])
        token = self.owner.user.avatar_token
        self.assertEqual(self.on_disk(), sorted([f"{token}.png", f"{token}-medium.png"]))

    async def test_kept_across_a_restart(self) -> None:
        url = (await self.owner.call("POST", "/users/me/avatar", files=[("a.png", png())]))["avatar_url"]
        on_disk = self.on_disk()
        await self.server.restart()
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.assertEqual((await owner.call("GET", "/users/me"))["avatar_url"], url)
        self.assertEqual(self.on_disk(), on_disk)

    async def test_everywhere(self) -> None:
        """In messages that are read afterwards, and in lists of people."""
        message_id = await self.owner.send("general", "x")
        url = (await self.owner.call("POST", "/users/me/avatar", files=[("a.png", png())]))["avatar_url"]
        self.assertEqual((await self.owner.call("GET", f"/messages/{message_id}"))["message"]["avatar_url"], url)
        self.assertEqual([user["avatar_url"] for user in (await self.owner.call("GET", "/users"))["members"]], [url])


