"""The organisation's own emoji: names, permissions, the map that clients hold, and reactions with them."""

from __future__ import annotations

from PIL import Image
from twisted.internet.defer import gatherResults

from chat.models import Role
from tests.actions.test_uploads import UploadsTestCase, gif, png
from tests.support.harness import Client


class EmojiTestCase(UploadsTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.member = await self.server.person("Mona Member")

    async def add(self, name: str, client: Client | None = None, content: bytes = b"") -> str:
        """Add an emoji; its id."""
        await (client or self.member).call("POST", f"/realm/emoji/{name}", files=[("a.png", content or png((9, 9)))])
        emoji = self.app.directory.custom_emoji(name)
        assert emoji is not None
        return str(emoji.id)


class OwnEmojiTests(EmojiTestCase):
    async def test_added(self) -> None:
        """It is in the map, in the event's whole map, in a fresh registration, and a picture of it is kept."""
        state = await self.owner.register(event_types=["realm_emoji"])
        self.assertEqual(state["realm_emoji"], {})
        emoji_id = await self.add("party_bird")
        emoji = (await self.owner.call("GET", "/realm/emoji"))["emoji"]
        self.assertEqual(emoji, {emoji_id: {
            "id": emoji_id, "name": "party_bird", "source_url": emoji[emoji_id]["source_url"], "still_url": None,
            "deactivated": False, "author_id": self.member.user.id}})
        (event,) = await self.owner.events(state["queue_id"])
        self.assertEqual((event["type"], event["op"], event["realm_emoji"]), ("realm_emoji", "update", emoji))
        self.assertEqual((await self.owner.register(fetch_event_types=["realm_emoji"]))["realm_emoji"], emoji)
        name = emoji[emoji_id]["source_url"].rpartition("/")[2]
        with Image.open(self.app.files.picture(name)) as picture:
            self.assertEqual(picture.size, (64, 64))
        self.assertEqual(self.on_disk(), [name])

    async def test_one_that_moves(self) -> None:
        """It has a still beside it."""
        emoji_id = await self.add("dance", content=gif())
        emoji = (await self.owner.call("GET", "/realm/emoji"))["emoji"][emoji_id]
        self.assertTrue(emoji["source_url"].endswith(".gif"))
        self.assertTrue(emoji["still_url"].endswith(".still.png"))
        self.assertEqual(self.on_disk(), sorted(emoji[key].rpartition("/")[2] for key in ("source_url", "still_url")))

    async def test_names(self) -> None:
        """Names are brought into form, or refused with what is wrong."""
        for typed, kept in (("Big Bird", "big_bird"), ("a-b_c9", "a-b_c9"), ("q9", "q9")):
            await self.member.call("POST", f"/realm/emoji/{typed}", files=[("a.png", png((9, 9)))])
            self.assertIsNotNone(self.app.directory.custom_emoji(kept))
        for wrong in ("a.b", "ü", "a:b", "bird_", "_", "-", "x" * 101, "<b>", "%00"):
            refusal = await self.member.refusal("POST", f"/realm/emoji/{wrong}", files=[("a.png", png((9, 9)))])
            self.assertIn(refusal["status"], (400, 404), wrong)
        self.assertEqual(len(self.app.directory.emoji), 3)
        self.assertEqual(len(self.on_disk()), 3)

    async def test_taken(self) -> None:
        """A name is there once, also where two want it at once; once deactivated it is free again."""
        await self.add("plait")
        refusal = await self.owner.refusal("POST", "/realm/emoji/plait", files=[("a.png", png((9, 9)))])
        self.assertIn("already exists", refusal["msg"])
        replies = await gatherResults([self.member.start("POST", "/realm/emoji/braid", files=[("a", png((9, 9)))])
                                       for _ in range(3)])
        self.assertEqual(sorted(reply.status for reply in replies), [200, 400, 400])
        await self.member.call("DELETE", "/realm/emoji/plait")
        await self.add("plait")
        self.assertEqual([emoji.is_deactivated for emoji in self.app.directory.emoji.values()], [True, False, False])

    async def test_names_that_everyone_knows(self) -> None:
        """Only administrators may give another picture to a name that there is."""
        for name in ("tada", "+1", "zulip"):
            refusal = await self.member.refusal("POST", f"/realm/emoji/{name}", files=[("a.png", png((9, 9)))])
            self.assertEqual(refusal["status"], 400)
        await self.add("tada", self.owner)

    async def test_who(self) -> None:
        """Guests add none; members take back their own, administrators any."""
        guest = await self.server.person("Gustav", Role.GUEST)
        refusal = await guest.refusal("POST", "/realm/emoji/plait", files=[("a.png", png((9, 9)))])
        self.assertEqual(refusal["msg"], "Not allowed for guest users")
        other = await self.server.person("Otto Other")
        await self.add("plait")
        await self.add("braid")
        self.assertEqual((await other.refusal("DELETE", "/realm/emoji/plait"))["status"], 400)
        await self.member.call("DELETE", "/realm/emoji/plait")
        await self.owner.call("DELETE", "/realm/emoji/braid")
        refusal = await self.owner.refusal("DELETE", "/realm/emoji/braid")
        self.assertEqual((refusal["status"], refusal["msg"]), (404, "Emoji 'braid' does not exist"))

    async def test_no_picture(self) -> None:
        for content in (b"no picture", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
            refusal = await self.member.refusal("POST", "/realm/emoji/plait", files=[("a.png", content)])
            self.assertEqual((refusal["status"], refusal["code"]), (400, "BAD_IMAGE"))
        self.assertEqual(self.on_disk(), [])

    async def test_after_a_restart(self) -> None:
        emoji_id = await self.add("plait")
        await self.add("braid")
        await self.member.call("DELETE", "/realm/emoji/braid")
        before = (await self.owner.call("GET", "/realm/emoji"))["emoji"]
        await self.server.restart()
        owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.assertEqual((await owner.call("GET", "/realm/emoji"))["emoji"], before)
        self.assertEqual(str(self.app.directory.custom_emoji("plait").id), emoji_id)  # type: ignore[union-attr]
        self.assertIsNone(self.app.directory.custom_emoji("braid"))

    async def test_in_messages(self) -> None:
        """Between colons it is a picture; deactivated it is what was typed, and stays a picture in old messages."""
        await self.add("plait")
        source = self.app.directory.custom_emoji("plait").source_url  # type: ignore[union-attr]
        old = await self.owner.send("general", "look :plait:")
        self.assertIn(f'<img alt=":plait:" class="emoji" src="{source}" title="plait">',
                      await self.html(self.owner, old))
        await self.owner.call("DELETE", "/realm/emoji/plait")
        self.assertIn("<img", await self.html(self.owner, old))
        self.assertEqual(await self.html(self.owner, await self.owner.send("general", "look :plait:")),
                         "<p>look :plait:</p>")


class ReactionTests(EmojiTestCase):
    async def test_reacting(self) -> None:
        """By name alone the organisation's own comes first; with type and code it is exact."""
        await self.add("tada", self.owner)
        code = await self.add("plait")
        message_id = await self.owner.send("general", "x")
        path = f"/messages/{message_id}/reactions"
        await self.owner.call("POST", path, emoji_name="tada")
        await self.owner.call("POST", path, emoji_name="plait")
        await self.member.call("POST", path, emoji_name="plait", emoji_code=code, reaction_type="realm_emoji")
        await self.member.call("POST", path, emoji_name="tada", reaction_type="unicode_emoji")
        found = (await self.owner.call("GET", f"/messages/{message_id}"))["message"]["reactions"]
        self.assertEqual([(one["emoji_name"], one["reaction_type"], one["user_id"]) for one in found], [
            ("tada", "realm_emoji", self.owner.user.id), ("plait", "realm_emoji", self.owner.user.id),
            ("plait", "realm_emoji", self.member.user.id), ("tada", "unicode_emoji", self.member.user.id)])
        refusal = await self.owner.refusal("POST", path, emoji_name="plait")
        self.assertEqual(refusal["code"], "REACTION_ALREADY_EXISTS")
        await self.owner.call("DELETE", path, emoji_name="plait")
        await self.owner.call("DELETE", path, emoji_name="tada")

    async def test_wrong_ones(self) -> None:
        code = await self.add("plait")
        path = f"/messages/{await self.owner.send('general', 'x')}/reactions"
        for name, emoji_code, kind in (
                ("plait", "999", "realm_emoji"), ("plait", "x", "realm_emoji"), ("plait", "1" * 40, "realm_emoji"),
                ("braid", code, "realm_emoji"), ("braid", None, "realm_emoji"), ("plait", code, "unicode_emoji"),
                ("plait", "zulip", "zulip_extra_emoji"), ("zulip", "x", "zulip_extra_emoji"), ("plait", None, "other"),
                ("zulip", "x", None)):
            params = {"emoji_name": name} | ({"emoji_code": emoji_code} if emoji_code else {})
            params |= {"reaction_type": kind} if kind else {}
            self.assertEqual((await self.owner.refusal("POST", path, **params))["code"], "BAD_REQUEST", params)

    async def test_deactivated(self) -> None:
        """Nobody starts with one that is out of use, but who finds it on a message may join, and take theirs back."""
        code = await self.add("plait")
        message_id = await self.owner.send("general", "x")
        path = f"/messages/{message_id}/reactions"
        await self.owner.call("POST", path, emoji_name="plait")
        await self.owner.call("DELETE", "/realm/emoji/plait")
        named = {"emoji_name": "plait", "emoji_code": code, "reaction_type": "realm_emoji"}
        await self.member.call("POST", path, **named)
        other = f"/messages/{await self.owner.send('general', 'y')}/reactions"
        self.assertIn("deactivated", (await self.member.refusal("POST", other, **named))["msg"])
        await self.member.call("DELETE", path, **named)
        await self.owner.call("DELETE", path, **named)

    async def test_the_extra_one(self) -> None:
        """The one that is neither of Unicode nor of the organisation."""
        message_id = await self.owner.send("general", "x")
        path = f"/messages/{message_id}/reactions"
        await self.owner.call("POST", path, emoji_name="zulip")
        await self.member.call("POST", path, emoji_name="zulip", emoji_code="zulip", reaction_type="zulip_extra_emoji")
        found = (await self.owner.call("GET", f"/messages/{message_id}"))["message"]["reactions"]
        self.assertEqual({(one["emoji_name"], one["emoji_code"], one["reaction_type"]) for one in found},
                         {("zulip", "zulip", "zulip_extra_emoji")})
        await self.owner.call("DELETE", path, emoji_name="zulip")
