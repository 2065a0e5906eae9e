"""Previews of links, from the message that has one to the event that shows what is there: a real server, real fetches,
and sites that misbehave."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import gatherResults

from chat import url_preview
from chat.actions.message_checks import SendRequest
from chat.deferreds import sleep
from chat.markdown.external_images import external_address
from chat.models import Role
from tests.support import hostile
from tests.support.harness import ChatTestCase, Client
from tests.support.hostile import HostileServer, redirect, response
from tests.support.pictures import png

CARD = """<head><title>plain</title><meta property="og:title" content="The card's title">
<meta property="og:description" content="And what it is about"><meta property="og:image" content="/i.png"></head>"""


class EmbedTestCase(ChatTestCase):
    settings: dict[str, Any] = {"allowed_networks": "127.0.0.0/8"}

    async def setUp(self) -> None:
        await super().setUp()
        await self.app.stop()
        await self.server.start_again(**self.settings)
        self.owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.site = HostileServer(card=response(CARD.encode()), plain=response(b"<title>Only a title</title>"),
                                  nothing=response(b"<p>no title</p>"))
        self.site.paths["/i.png"] = response(png(60, 30), kind="image/png")
        self.site.start()

    async def tearDown(self) -> None:
        await super().tearDown()
        await self.site.stop()

    async def html(self, message_id: int) -> str:
        body = await self.owner.call("GET", f"/messages/{message_id}", apply_markdown=True)
        return str(body["message"]["content"])

    async def previewed(self, content: str) -> str:
        """Send, and wait for what comes of it; the message's HTML."""
        message_id = await self.owner.send("general", content)
        await self.app.deferred_work.quiet()
        return await self.html(message_id)

    def asked(self, path: str) -> int:
        return sum(visited == path for _, visited, _, _ in self.site.visits)


class CardTests(EmbedTestCase):
    async def test_a_page(self) -> None:
        """The message is there at once, without; then readers hear of its rendering, and of nothing else."""
        await self.owner.send("general", "first")
        state = await self.owner.register(event_types=["message", "update_message"], apply_markdown=True)
        url = self.site.url("card")
        message_id = await self.owner.send("general", f"See {url} :tada:")
        first = await self.html(message_id)
        self.assertNotIn("message_embed", first)
        await self.app.deferred_work.quiet()
        sent, updated = await self.owner.events(state["queue_id"])
        self.assertEqual(sent["message"]["content"], first)
        rendered = await self.html(message_id)
        self.assertTrue(rendered.startswith(first))
        self.assertIn("The card's title", rendered.replace("&#39;", "'"))
        self.assertIn("And what it is about", rendered)
        image = external_address(self.site.url("i.png"), self.app.markdown.external_key)
        self.assertIn(f"background-image: url(&quot;{image}&quot;)", rendered)
        self.assertEqual({name: updated[name] for name in updated if name not in ("id", "edit_timestamp")}, {
            "type": "update_message", "user_id": None, "message_id": message_id, "message_ids": [message_id],
            "rendering_only": True, "content": f"See {url} :tada:", "rendered_content": rendered, "flags": []})
        self.assertEqual(await self.app.database.query("SELECT id FROM job"), [])

    async def test_nothing_to_show(self) -> None:
        """No event, no other rendering: whatever keeps us from showing something."""
        self.site.paths |= {
            "/text": response(b"hello", kind="text/plain"), "/circle": redirect("/circle"),
            "/gone": response(CARD.encode(), status="410 Gone"), "/half": response(b"x", Content_Encoding="gzip")}
        for path in ("nothing", "missing", "text", "gone", "circle", "half"):
            self.assertNotIn("message_embed", await self.previewed(self.site.url(path)))
        rows = await self.app.database.query("SELECT count(*) FROM url_preview WHERE preview->>'title' = ''")
        self.assertEqual(rows, [(6,)])

    async def test_sites_that_misbehave(self) -> None:
        """What they said before they went wrong is what we show; nobody stays connected."""
        self.patch(url_preview, "FETCH_LIMIT_S", 1.0)
        self.site.paths |= {
            "/endless": hostile.endless, "/drip": hostile.drip, "/silence": hostile.silence,
            "/headers": hostile.endless_headers, "/bomb": hostile.bomb(50_000_000),
            "/title": response(b"<title>" + b"x" * 10_000_000 + b"</title>"),
            "/charset": response("<title>Grüße</title>".encode("latin-1"), kind="text/html; charset=utf-8"),
            "/nested": response(b"<title>Deep</title></head>" + b"<div><b>" * 50_000),
            "/tree": response(b"".join(b"<b a%d>" % number for number in range(40_000)) + b"<p>" * 40_000)}
        paths = ["drip", "title", "charset", "nested", "endless", "silence", "headers", "bomb", "tree"]
        ids = [await self.owner.send("general", self.site.url(path)) for path in paths]
        await self.app.deferred_work.quiet()
        shown = {path: await self.html(message_id) for path, message_id in zip(paths, ids, strict=True)}
        self.assertIn(">Slow<", shown["drip"])
        self.assertIn("x" * 100 + "…<", shown["title"])
        self.assertIn(">Grüße<", shown["charset"])
        self.assertIn(">Deep<", shown["nested"])
        for path in ("endless", "silence", "headers", "bomb", "tree"):
            self.assertNotIn("message_embed", shown[path])
        await self.site.all_gone()

    async def test_oembed(self) -> None:
        """A page that says little is described by its provider."""
        self.site.paths |= {
            "/film": response(b'<link rel=alternate type="application/json+oembed" href="/oembed?url=x">'),
            "/oembed": response(b'{"type":"video","title":"A film","author_name":"Ada","thumbnail_url":"/i.png"}',
                                kind="application/json")}
        shown = await self.previewed(self.site.url("film"))
        self.assertIn(">A film<", shown)
        self.assertIn(">Ada<", shown)
        self.assertIn("message_embed_image", shown)

    async def test_robots(self) -> None:
        """Who does not want to be visited is not."""
        self.site.paths["/robots.txt"] = response(b"User-agent: *\nDisallow: /card\n", kind="text/plain")
        self.assertNotIn("message_embed", await self.previewed(self.site.url("card")))
        self.assertIn("Only a title", await self.previewed(self.site.url("plain")))
        self.assertEqual((self.asked("/card"), self.asked("/plain"), self.asked("/robots.txt")), (0, 1, 1))

    async def test_pictures(self) -> None:
        """What a picture measures is told; what is none shows its link again."""
        self.site.paths |= {"/photo": response(png(40, 20), kind="image/png"),
                            "/fake.png": response(b"<script>", kind="image/png"),
                            "/svg.png": response(b"<svg/>", kind="image/svg+xml")}
        shown = await self.previewed(self.site.url("i.png"))
        self.assertIn('data-original-dimensions="60x30"', shown)
        self.assertIn("/external_content/", shown)
        self.assertIn('data-original-dimensions="40x20"', await self.previewed(self.site.url("photo")))
        for path in ("fake.png", "svg.png"):
            shown = await self.previewed(self.site.url(path))
            self.assertEqual(shown, f'<p><a href="{self.site.url(path)}">{self.site.url(path)}</a></p>')

    async def test_neighbourhood(self) -> None:
        """Without the operator's word nobody is connected to there."""
        await self.app.stop()
        await self.server.start_again(allowed_networks="")
        self.owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.assertNotIn("message_embed", await self.previewed(f"{self.site.url('card')} http://[::1]:8080/x"))
        self.assertEqual(self.site.connections, 0)


class OnceTests(EmbedTestCase):
    async def test_a_link_that_many_share(self) -> None:
        """Many messages at once, one visit; and none for those that come after."""
        url = self.site.url("card")
        ids = await gatherResults([
            self.owner.start("POST", "/messages", type="channel", to="general", topic="t", content=f"{number} {url}")
            for number in range(30)])
        self.assertEqual({reply.status for reply in ids}, {200})
        await self.app.deferred_work.quiet()
        self.assertIn("message_embed", await self.previewed(url))
        self.assertEqual((self.asked("/card"), self.asked("/i.png")), (1, 1))
        await self.server.restart()
        self.owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        self.assertIn("message_embed", await self.previewed(url))
        self.assertEqual((self.asked("/card"), self.asked("/i.png")), (1, 1))

    async def test_that_there_is_nothing_is_remembered(self) -> None:
        """Not even a job is put for it; after a restart the database knows."""
        await self.previewed(self.site.url("nothing"))
        await self.app.deferred_work.stop()
        await self.owner.send("general", self.site.url("nothing"))
        self.assertEqual(await self.app.database.query("SELECT id FROM job"), [])
        await self.server.restart()
        self.owner = Client(self.app, self.app.directory.user_by_email("owner@chat.test"))
        await self.previewed(self.site.url("nothing"))
        self.assertEqual(self.asked("/nothing"), 1)

    async def test_until_it_is_old(self) -> None:
        self.patch(url_preview, "FOUND_S", -1.0)
        await self.previewed(self.site.url("card"))
        await self.previewed(self.site.url("card"))
        self.assertEqual(self.asked("/card"), 2)

    async def test_what_is_old_is_forgotten(self) -> None:
        self.patch(url_preview, "TIDY_AFTER", 2)
        await self.previewed(self.site.url("card"))
        await self.app.database.query("UPDATE url_preview SET expires = now() - interval '1 second'")
        await self.previewed(self.site.url("plain"))
        self.assertEqual(await self.app.database.query("SELECT url FROM url_preview"), [(self.site.url("plain"),)])

    async def test_a_silent_site(self) -> None:
        """Many links to a site that does not answer: it is waited for some times, and then no more for a while."""
        self.patch(url_preview, "FETCH_LIMIT_S", 0.1)
        self.site.paths |= {f"/s{number}": hostile.silence for number in range(12)}
        for number in range(12):
            await self.previewed(self.site.url(f"s{number}"))
        self.assertEqual(sum(path.startswith("/s") for _, path, _, _ in self.site.visits), 8)

    async def test_robots_are_asked_for_once(self) -> None:
        """However many links of a site come at once."""
        for number in range(10):
            self.site.paths[f"/p{number}"] = response(b"<title>Page</title>")
        await self.previewed(" ".join(self.site.url(f"p{number}") for number in range(10)))
        self.assertEqual(self.asked("/robots.txt"), 1)

    async def test_several_links(self) -> None:
        """Each is shown, up to a number; what fails among them does not matter."""
        for number in range(8):
            self.site.paths[f"/p{number}"] = response(f"<title>Page {number}</title>".encode())
        paths = ["missing", *(f"p{number}" for number in range(8))]
        shown = await self.previewed(" ".join(map(self.site.url, paths)))
        self.assertEqual(shown.count('"message_embed"'), 5)

    async def test_a_send_is_still_one_statement(self) -> None:
        await self.owner.send("general", "first")
        sender = self.owner.user
        checked = await self.app.sending.check_message(sender, SendRequest(
            "channel", "general", self.site.url("card"), "test", "topic"))
        await self.app.deferred_work.stop()  # the work is not what is counted
        count = self.app.database.count()
        await self.app.sending.do_send_messages(checked)
        self.assertEqual(count.statements, 1)
        self.assertEqual(len(await self.app.database.query("SELECT id FROM job")), 1)


class EditTests(EmbedTestCase):
    async def test_the_newer_text_wins(self) -> None:
        """An edit while the old text's link is being fetched: what comes of that link is not shown."""
        waiting: list[hostile.Visit] = []
        self.site.paths["/slow"] = waiting.append
        message_id = await self.owner.send("general", f"old {self.site.url('slow')}")
        while not waiting:
            await sleep(self.app.reactor, 0.01)
        await self.owner.call("PATCH", f"/messages/{message_id}", content=f"new {self.site.url('plain')}")
        waiting[0].transport.write(response(CARD.encode()))
        await self.app.deferred_work.quiet()
        shown = await self.html(message_id)
        self.assertIn("Only a title", shown)
        self.assertNotIn("The card", shown)

    async def test_what_is_there_stays_there(self) -> None:
        """An edit of the words around a link does not take its card away for a moment: one event, with the card."""
        message_id = await self.owner.send("general", f"befor {self.site.url('card')}")
        await self.app.deferred_work.quiet()
        state = await self.owner.register(event_types=["update_message"], apply_markdown=True)
        await self.owner.call("PATCH", f"/messages/{message_id}", content=f"before {self.site.url('card')}")
        await self.app.deferred_work.quiet()
        (event,) = await self.owner.events(state["queue_id"])
        self.assertFalse(event["rendering_only"])
        self.assertIn("message_embed_image", event["rendered_content"])

    async def test_an_edit_brings_and_takes_previews(self) -> None:
        message_id = await self.owner.send("general", "nothing yet")
        await self.owner.call("PATCH", f"/messages/{message_id}", content=self.site.url("plain"))
        await self.app.deferred_work.quiet()
        self.assertIn("message_embed", await self.html(message_id))
        await self.owner.call("PATCH", f"/messages/{message_id}", content="nothing again")
        await self.app.deferred_work.quiet()
        self.assertEqual(await self.html(message_id), "<p>nothing again</p>")


class SettingTests(EmbedTestCase):
    async def test_switched_off(self) -> None:
        """Nothing is fetched for what the organisation does not want to show."""
        await self.owner.call("PATCH", "/realm", inline_url_embed_preview=False)
        self.assertNotIn("message_embed", await self.previewed(self.site.url("card")))
        self.assertIn("60x30", await self.previewed(self.site.url("i.png")))
        await self.owner.call("PATCH", "/realm", inline_url_embed_preview=True, inline_image_preview=False)
        self.assertNotIn("<img", await self.previewed(self.site.url("i.png")))
        self.assertIn("message_embed", await self.previewed(self.site.url("card")))
        self.assertEqual((self.asked("/card"), self.asked("/i.png")), (1, 1))

    async def test_ourselves(self) -> None:
        """Links to our own server are nobody else's pages."""
        await self.owner.send("general", "http://chat.test/help/ https://CHAT.test/help/")
        self.assertEqual(await self.app.database.query("SELECT id FROM job"), [])

    async def test_anyone_may_cause_them(self) -> None:
        guest = await self.server.person("Gus Guest", Role.GUEST)
        message_id = await guest.send([self.owner.user.id], self.site.url("plain"))
        await self.app.deferred_work.quiet()
        self.assertIn("message_embed", await self.html(message_id))
