"""Uploaded files: who may read them, what they cost a send, quotas, and that nothing is lost or left behind."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image
from twisted.internet.defer import gatherResults

from chat.errors import ServiceUnavailable
from chat.models import Role
from tests.support.harness import ChatTestCase, Client, Refused


def png(size: tuple[int, int] = (1200, 600)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, "PNG")
    return file.getvalue()


def gif() -> bytes:
    file = io.BytesIO()
    pages = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    pages[0].save(file, "GIF", save_all=True, append_images=pages[1:])
    return file.getvalue()


class UploadsTestCase(ChatTestCase):
    def on_disk(self) -> list[str]:
        root = Path(self.server.settings.data) / "uploads"
        return sorted(path.name for path in root.rglob("*") if path.is_file())

    async def may_read(self, client: Client, url: str) -> bool:
        status, body = await client.answer("GET", url)
        assert status == 200 or body["code"] in ("BAD_REQUEST", "UNAUTHORIZED_PRINCIPAL"), body
        return status == 200

    async def readers(self, clients: dict[str, Client], url: str) -> set[str]:
        return {name for name, client in clients.items() if await self.may_read(client, url)}

    async def html(self, client: Client, message_id: int) -> str:
        return str((await client.call("GET", f"/messages/{message_id}"))["message"]["content"])


class UploadTests(UploadsTestCase):
    async def test_it_is_kept(self) -> None:
        """A file is kept under its name, listed to its owner, and told in an event."""
        state = await self.owner.register(event_types=["attachment"])
        url = await self.owner.upload("Über uns.txt", b"content")
        self.assertRegex(url, r"^/user_uploads/1/(..)/\1[A-Za-z0-9]{22}/Über-uns\.txt$")
        listed = await self.owner.call("GET", "/attachments")
        (file,) = listed["attachments"]
        self.assertEqual((file["name"], file["path_id"], file["size"], file["messages"]),
                         ("Über uns.txt", url.removeprefix("/user_uploads/"), 7, []))
        self.assertGreater(file["create_time"], 1_600_000_000_000)
        self.assertEqual(listed["upload_space_used"], 7)
        (event,) = await self.owner.events(state["queue_id"])
        self.assertEqual(event, {"type": "attachment", "op": "add", "attachment": file, "upload_space_used": 7,
                                 "id": event["id"]})
        token = url.split("/")[4]
        self.assertEqual(self.app.files.file(token).read_bytes(), b"content")
        self.assertEqual(self.on_disk(), [token])

    async def test_exactly_one(self) -> None:
        """Without a file, or with two, nothing is kept."""
        for files in ([], [("a", b"a"), ("b", b"b")]):
            refusal = await self.owner.refusal("POST", "/user_uploads", files=files)
            self.assertEqual((refusal["status"], refusal["code"]), (400, "BAD_REQUEST"))
        self.assertEqual((await self.owner.call("GET", "/attachments"))["attachments"], [])

    async def test_old_and_new_names_of_the_address(self) -> None:
        body = await self.owner.call("POST", "/user_uploads", files=[("a", b"a")])
        self.assertEqual(body["uri"], body["url"])

    async def test_deleting(self) -> None:
        """Its owner can delete a file: it is gone from lists and disk, and from the space that is used."""
        grace = await self.server.person()
        url = await self.owner.upload("a.png", png())
        state = await self.owner.register(event_types=["attachment"])
        (file,) = (await self.owner.call("GET", "/attachments"))["attachments"]
        await self.owner.send("general", f"[a]({url})")
        for client in (grace, self.owner):
            refusal = await client.refusal("DELETE", f"/attachments/{file['id'] + (client is self.owner)}")
            self.assertEqual(refusal["msg"], "Invalid attachment")
        await self.owner.call("DELETE", f"/attachments/{file['id']}")
        self.assertEqual((await self.owner.call("GET", "/attachments"))["upload_space_used"], 0)
        self.assertFalse(await self.may_read(self.owner, url))
        self.assertEqual(self.on_disk(), [])
        events = await self.owner.events(state["queue_id"])
        self.assertEqual({key: events[-1][key] for key in ("op", "attachment", "upload_space_used")},
                         {"op": "remove", "attachment": {"id": file["id"]}, "upload_space_used": 0})
        rows = await self.app.database.query("SELECT count(*) FROM attachment_message")
        self.assertEqual(rows[0][0], 0)

    async def test_a_write_that_fails(self) -> None:
        """A file that the database does not take is not left behind."""
        async def fail(*_: Any, **__: Any) -> None:
            raise ServiceUnavailable

        with patch("chat.database.attachments.insert", fail):
            refusal = await self.owner.refusal("POST", "/user_uploads", files=[("a.png", png())])
        self.assertEqual(refusal["code"], "SERVICE_UNAVAILABLE")
        self.assertEqual(self.on_disk(), [])
        self.assertEqual((await self.owner.call("GET", "/attachments"))["upload_space_used"], 0)

    async def test_after_a_crash(self) -> None:
        """What was under way is cleared away at the next start; what was acknowledged is all there."""
        kept = await self.owner.upload("kept.txt", b"kept")
        token = kept.split("/")[4]
        half = self.app.files.receive("half.txt")
        half.write(b"half")
        whole = self.app.files.receive("whole.txt")
        whole.write(b"whole")
        whole.close()
        self.app.files.keep(whole)
        self.app.files.mark(token)  # as when the last step did not happen
        await self.server.restart()
        self.assertEqual(self.on_disk(), [token])
        half.close()
        self.assertTrue(await self.may_read(Client(self.app, self.owner.user), kept))


class QuotaTests(UploadsTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        await self.app.stop()
        await self.server.start_again(upload_quota_mib=1)
        self.owner = Client(self.app, self.owner_user())

    def owner_user(self) -> Any:
        return self.app.directory.user_by_email("owner@chat.test")

    async def test_quota(self) -> None:
        """Uploads stop at the quota, whoever makes them, also several at once; deleting makes room."""
        grace = await self.server.person()
        half = bytes(400_000)
        await gatherResults([self.owner.start("POST", "/user_uploads", files=[("a", half)]) for _ in range(2)])
        refusal = await grace.refusal("POST", "/user_uploads", files=[("a", half)])
        self.assertEqual((refusal["status"], refusal["code"]), (400, "REALM_UPLOAD_QUOTA"))
        self.assertEqual(len(self.on_disk()), 2)
        listed = await self.owner.call("GET", "/attachments")
        self.assertEqual(listed["upload_space_used"], 800_000)
        await self.owner.call("DELETE", f"/attachments/{listed['attachments'][0]['id']}")
        replies = await gatherResults([grace.start("POST", "/user_uploads", files=[("a", half)]) for _ in range(4)])
        self.assertEqual(sorted(reply.status for reply in replies), [200, 400, 400, 400])
        self.assertEqual(len(self.on_disk()), 2)

    async def test_it_is_told(self) -> None:
        state = await self.owner.register(fetch_event_types=["realm"])
        self.assertEqual((state["realm_upload_quota_mib"], state["max_file_upload_size_mib"]), (1, 25))


class AccessTests(UploadsTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.ada, self.grace, self.hedy = [await self.server.person(name) for name in ("Ada", "Grace", "Hedy")]
        self.guest = await self.server.person("Gustav", Role.GUEST)
        self.people = {"owner": self.owner, "ada": self.ada, "grace": self.grace, "hedy": self.hedy,
                       "guest": self.guest}

    async def channel(self, name: str, *members: Client, **params: Any) -> None:
        await members[0].call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}],
                              principals=[member.user.id for member in members], **params)

    async def test_until_it_is_shown(self) -> None:
        """A file that no message shows is its owner's."""
        self.assertEqual(await self.readers(self.people, await self.ada.upload("a.txt", b"a")), {"ada"})

    async def test_in_a_public_channel(self) -> None:
        """All but guests read it, subscribed or not; a guest once subscribed."""
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send("general", f"see [a]({url})")
        self.assertEqual(await self.readers(self.people, url), {"owner", "ada", "grace", "hedy"})
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.guest.user.id])
        self.assertEqual(await self.readers(self.people, url), {"owner", "ada", "grace", "hedy", "guest"})

    async def test_in_a_private_channel(self) -> None:
        """Its members read it, not the owner of the organisation; who leaves does not any longer, and who joins does
        where the history is open to them."""
        await self.channel("secret", self.ada, self.grace, invite_only=True, history_public_to_subscribers=True)
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send("secret", f"see [a]({url})")
        self.assertEqual(await self.readers(self.people, url), {"ada", "grace"})
        await self.grace.call("DELETE", "/users/me/subscriptions", subscriptions=["secret"])
        self.assertEqual(await self.readers(self.people, url), {"ada"})
        await self.channel("secret", self.ada, self.hedy)
        self.assertEqual(await self.readers(self.people, url), {"ada", "hedy"})

    async def test_where_history_is_closed(self) -> None:
        """Who joins a private channel with protected history does not read what was sent before."""
        await self.channel("closed", self.ada, self.grace, invite_only=True, history_public_to_subscribers=False)
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send("closed", f"see [a]({url})")
        await self.channel("closed", self.ada, self.hedy)
        self.assertEqual(await self.readers(self.people, url), {"ada", "grace"})

    async def test_among_people(self) -> None:
        """Those of a direct message read it."""
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send([self.grace.user.id], f"see [a]({url})")
        self.assertEqual(await self.readers(self.people, url), {"ada", "grace"})

    async def test_shown_again(self) -> None:
        """Who can read a file may show it to others."""
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send([self.grace.user.id], f"see [a]({url})")
        await self.grace.send([self.hedy.user.id], f"look: http://chat.test{url}")
        self.assertEqual(await self.readers(self.people, url), {"ada", "grace", "hedy"})

    async def test_nobody_opens_a_file_to_themselves(self) -> None:
        """Whoever only knows the address of a file gets nothing by sending it, to themselves or to others."""
        await self.channel("secret", self.ada, self.grace, invite_only=True)
        url = await self.ada.upload("a.png", png())
        await self.ada.send("secret", f"see [a]({url})")
        await self.hedy.send([self.hedy.user.id], f"[a]({url})")
        message_id = await self.hedy.send("general", f"[a]({url})")
        self.assertEqual(await self.readers(self.people, url), {"ada", "grace"})
        self.assertNotIn("thumbnail", await self.html(self.hedy, message_id))
        await self.grace.call("DELETE", "/users/me/subscriptions", subscriptions=["secret"])
        await self.grace.send([self.hedy.user.id], f"[a]({url})")
        self.assertEqual(await self.readers(self.people, url), {"ada"})

    async def test_an_address_that_is_only_near(self) -> None:
        """Another name, folder or organisation is another file, which does not exist."""
        url = await self.ada.upload("a.txt", b"a")
        _, _, _, folder, token, name = url.split("/")
        for other in (f"1/{folder}/{token}/b.txt", f"2/{folder}/{token}/{name}", f"1/xx/{token}/{name}",
                      f"1/{folder}/{token[:-1]}x/{name}", f"1/{folder}/{token}/{name}/x", f"1/{folder}/{token}", "1/x",
                      f"1/{folder}/{token}/..", "1/" + "x" * 5000):
            refusal = await self.ada.refusal("GET", f"/user_uploads/{other}")
            self.assertEqual(refusal["code"], "BAD_REQUEST", other)
        await self.ada.send("general", f"[a](/user_uploads/1/{folder}/{token}/b.txt)")
        self.assertEqual(await self.readers(self.people, url), {"ada"})

    async def test_what_is_not_linked_is_not_shown(self) -> None:
        """An address in code is text; nobody gets to read by it."""
        url = await self.ada.upload("a.txt", b"a")
        await self.ada.send("general", f"`{url}`\n```\n[a]({url})\n```")
        self.assertEqual(await self.readers(self.people, url), {"ada"})


class SendTests(UploadsTestCase):
    async def test_cost(self) -> None:
        """A send that shows files is one statement, and one to see that its sender may; others stay at one."""
        url, other = await self.owner.upload("a.txt", b"a"), await self.owner.upload("b.txt", b"b")
        await self.owner.send("general", "first")
        self.app.sending._announce = lambda path_ids: None
        for text, cost in (("hello", 1), (f"[a]({url})", 2), (f"[a]({url}) [b]({other})", 2)):
            before = self.app.database.statements
            await self.owner.send("general", text)
            self.assertEqual(self.app.database.statements - before, cost, text)

    async def test_many_at_once(self) -> None:
        """All files of a message are shown, each once, also when it links to one twice."""
        urls = [await self.owner.upload(f"{number}.txt", b"x") for number in range(12)]
        message_id = await self.owner.send("general", " ".join(f"[x]({url})" for url in [*urls, urls[0]]))
        listed = await self.owner.call("GET", "/attachments")
        self.assertEqual([[message["id"] for message in file["messages"]] for file in listed["attachments"]],
                         [[message_id]] * 12)

    async def test_owners_are_told(self) -> None:
        """The owner of a file hears where it is shown, whoever shows it, with all messages so far."""
        grace = await self.server.person()
        url = await self.owner.upload("a.txt", b"a")
        state = await self.owner.register(event_types=["attachment"])
        first = await self.owner.send([grace.user.id], f"[a]({url})")
        second = await grace.send([grace.user.id], f"[a]({url})")
        shown: list[int] = []
        events: list[dict[str, Any]] = []
        while second not in shown:  # two sends right after each other may be told in one event
            events = await self.owner.events(state["queue_id"], events[-1]["id"] if events else -1, wait=True)
            shown = [message["id"] for message in events[-1]["attachment"]["messages"]]
        self.assertEqual(shown, [first, second])
        self.assertEqual({(event["op"], event["upload_space_used"]) for event in events}, {("update", 1)})

    async def test_retransmitted(self) -> None:
        """A message that is sent again under its name shows its file once."""
        url = await self.owner.upload("a.txt", b"a")
        await gatherResults([self.owner.start(
            "POST", "/messages", type="channel", to="general", topic="t", content=f"[a]({url})", queue_id="q",
            local_id="1.01") for _ in range(4)])
        ((rows,),) = await self.app.database.query("SELECT count(*) FROM attachment_message")
        self.assertEqual(rows, 1)

    async def test_searchable(self) -> None:
        url = await self.owner.upload("a.txt", b"a")
        message_id = await self.owner.send("general", f"[a]({url})")
        page = await self.owner.call("GET", "/messages", anchor="newest", num_before=5, num_after=0,
                                     narrow=[["has", "attachment"]])
        self.assertEqual([message["id"] for message in page["messages"]], [message_id])


class PreviewTests(UploadsTestCase):
    async def test_picture(self) -> None:
        """A picture is shown small, with its size, also where the address is percent-encoded or absolute."""
        url = await self.owner.upload("Bild ü.png", png())
        for typed in (f"[pic]({url})", f"http://chat.test{url}", f"see http://chat.test{url}."):
            message_id = await self.owner.send("general", typed)
            small = f"/user_uploads/thumbnail/{url.removeprefix('/user_uploads/')}/840x560.webp"
            self.assertIn(f'<img data-original-dimensions="1200x600" src="{small}">',
                          await self.html(self.owner, message_id))
        encoded = url.replace("ü", "%C3%BC")
        message_id = await self.owner.send("general", f"[pic]({encoded})")
        self.assertIn('data-original-dimensions="1200x600"', await self.html(self.owner, message_id))
        ((shown,),) = await self.app.database.query("SELECT count(*) FROM attachment_message")
        self.assertEqual(shown, 4)

    async def test_what_moves(self) -> None:
        url = await self.owner.upload("a.gif", gif())
        html = await self.html(self.owner, await self.owner.send("general", f"[pic]({url})"))
        self.assertIn('data-animated="true"', html)
        self.assertIn("840x560-anim.webp", html)

    async def test_what_is_no_picture(self) -> None:
        """A file that only calls itself a picture has no preview, nor has one that does not exist."""
        url = await self.owner.upload("a.png", b"no picture")
        for typed in (url, url.replace("a.png", "b.png")):
            html = await self.html(self.owner, await self.owner.send("general", f"[pic]({typed})"))
            self.assertNotIn("<img", html)
            self.assertIn("<a ", html)

    async def test_rendering_alone(self) -> None:
        """A preview of a message shows what sending it would, and shows the file to nobody."""
        grace = await self.server.person()
        url = await self.owner.upload("a.png", png())
        rendered = await self.owner.call("POST", "/messages/render", content=f"[pic]({url})")
        self.assertIn("840x560.webp", rendered["rendered"])
        self.assertNotIn("840x560", (await grace.call("POST", "/messages/render", content=f"[a]({url})"))["rendered"])
        self.assertFalse(await self.may_read(grace, url))


class LinkTests(UploadsTestCase):
    async def test_it_lasts_a_minute(self) -> None:
        """A link is good for a minute, for its file and name alone."""
        url = await self.owner.upload("a.txt", b"a")
        link = (await self.owner.call("GET", url))["url"]
        self.assertRegex(link, r"^/user_uploads/temporary/[A-Za-z0-9-]+/a\.txt$")
        _, _, _, token, name = link.split("/")
        path_id, now = url.removeprefix("/user_uploads/"), self.app.reactor.seconds()
        read = self.app.links.read
        self.assertEqual(read(token, name, now), path_id)
        self.assertEqual(read(token, name, now + 55), path_id)
        for wrong in (read(token, name, now + 61), read(token, "b.txt", now), read(token[:-1] + "x", name, now),
                      read("x" + token[1:], name, now), read("", name, now), read(token, "../a.txt", now),
                      read(token.replace("-", "-0", 1), name, now)):
            self.assertIsNone(wrong)

    async def test_the_key_lasts(self) -> None:
        """Links work across a restart, and nobody else's server made them."""
        url = await self.owner.upload("a.txt", b"a")
        link = (await self.owner.call("GET", url))["url"]
        await self.server.restart()
        self.assertIsNotNone(self.app.links.read(*link.split("/")[3:], self.app.reactor.seconds()))

    async def test_who_may_not_read_gets_none(self) -> None:
        grace = await self.server.person()
        url = await self.owner.upload("a.txt", b"a")
        with self.assertRaises(Refused):
            await grace.call("GET", url)
