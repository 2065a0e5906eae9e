"""What is behind a link: found out once, for all messages that have it, and remembered for a while.

1. Somebody asks for a preview; who asks for the same link meanwhile waits for the same answer.
2. Memory, then the database is asked: what was found lately (or that there was nothing) is the answer.
3. What looks like a picture's address is a picture: `ExternalImages` fetches and keeps it, and tells what it measures.
4. Else its site's robots.txt is asked whether we may visit (`Robots`), and the page is fetched (`Outbound`): its
   beginning, if it is HTML. A picture is treated as in 3. Sites that keep silent are avoided for a while (`SlowSites`).
5. The process of chat.workers.pages reads title, description and image: Open Graph, Twitter's cards, plain HTML. A page
   that lacks some of it and names an oEmbed address is described by its provider (one more fetch).
6. The page's image is fetched too, so that a card never shows a broken one.
7. The finding goes into the database, until tomorrow; that there was nothing, for some minutes.
"""

from __future__ import annotations

import base64
import re
import sys
from collections import OrderedDict
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.database import url_previews as sql
from chat.database.pool import Database
from chat.deferreds import Clock, Observable, spawn
from chat.errors import ServiceUnavailable
from chat.external_images import ExternalImages, NoSuchImage
from chat.line_process import BusyError, LineProcess, NoAnswerError
from chat.markdown.names import LinkPreview
from chat.markdown.previews import is_picture
from chat.outbound import Fetched, Outbound, OutboundError, OutboundTooSlow
from chat.robots import Robots
from chat.slow_sites import SlowSites

FOUND_S = 24 * 3600.0
NOTHING_S = 10 * 60.0
PAGE_BYTES = 512 * 1024
OEMBED_BYTES = 100_000
FETCH_LIMIT_S = 10.0
READ_LIMIT_S = 3.0
MAX_WAITING = 500
MAX_KNOWN = 1_000
TIDY_AFTER = 500
"""Visits, until what is too old is forgotten."""
COMMAND = (sys.executable, "-m", "chat.workers.pages")
NOTHING = LinkPreview()
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_log = Logger("chat.url_preview")


class UrlPreviews:
    """`fetches` counts visits, for tests and measurements."""

    def __init__(self, database: Database, outbound: Outbound, images: ExternalImages, reactor: Any, external_url: str,
                 *, process: LineProcess | None = None) -> None:
        self._database = database
        self._outbound = outbound
        self._images = images
        self._clock: Clock = reactor
        self._own = urlsplit(external_url).netloc
        self._robots = Robots(outbound, reactor)
        self._slow_sites = SlowSites(reactor)
        self._process = process or LineProcess(reactor, COMMAND, max_waiting=MAX_WAITING)
        self._under_way: dict[str, Observable[LinkPreview]] = {}
        self._known: OrderedDict[str, tuple[float, LinkPreview]] = OrderedDict()
        """What was found lately, and until when that is believed."""
        self.fetches = 0

    async def start(self) -> None:
        """Forget what is too old."""
        await sql.delete_expired(self._database, self._clock.seconds())

    async def stop(self) -> None:
        await self._process.stop()

    def is_elsewhere(self, url: str) -> bool:
        """Whether a link leads to somebody else."""
        return urlsplit(url).netloc.lower() != self._own

    def is_known_for_nothing(self, url: str) -> bool:
        """Whether there was nothing at `url` a moment ago."""
        return self._remembered(url) == NOTHING

    def known_in(self, content: str) -> dict[str, LinkPreview]:
        """What is known, without asking, of the links in a text."""
        found = {url: self._remembered(url) for url in self._known if url in content}
        return {url: preview for url, preview in found.items() if preview is not None}

    async def preview(self, url: str) -> LinkPreview:
        """What is at `url`: NOTHING where there is nothing to show. Never fails."""
        coming = self._under_way.get(url)
        if coming is None:
            coming = self._under_way[url] = Observable()
            spawn("a link's preview", self._find(url))
        return await coming.wait()

    async def _find(self, url: str) -> None:
        outcome: LinkPreview | Failure = NOTHING
        try:
            outcome = self._remembered(url) or await self._recall(url) or await self._look(url)
        except ServiceUnavailable:
            outcome = Failure()
        except Exception:
            _log.failure("no preview of {url}", url=url)
        self._under_way.pop(url).fire(outcome)

    async def _look(self, url: str) -> LinkPreview:
        self.fetches += 1
        if self.fetches % TIDY_AFTER == 0:
            await sql.delete_expired(self._database, self._clock.seconds())
        try:
            self._slow_sites.check(url)
            found = await (self._picture(url) if is_picture(url) else self._page(url))
            self._slow_sites.answered(url)
        except (OutboundError, NoAnswerError, NoSuchImage) as error:
            _log.info("no preview of {url}: {error}", url=url, error=str(error))
            if isinstance(error, OutboundTooSlow):
                self._slow_sites.was_silent(url)
            found = NOTHING
        lifetime_s = NOTHING_S if found == NOTHING else FOUND_S
        until = self._clock.seconds() + lifetime_s
        self._remember(url, until, found)
        await sql.keep(self._database, url, found, until)
        return found

    async def _recall(self, url: str) -> LinkPreview | None:
        """What the database knows of it."""
        known = await sql.find(self._database, url, self._clock.seconds())
        if known is None:
            return None
        until, found = known
        self._remember(url, until, found)
        return found

    def _remember(self, url: str, until: float, found: LinkPreview) -> None:
        self._known[url] = until, found
        self._known.move_to_end(url)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def _remembered(self, url: str) -> LinkPreview | None:
        until, found = self._known.get(url, (0.0, NOTHING))
        return found if until > self._clock.seconds() else None

    async def _picture(self, url: str) -> LinkPreview:
        image = await self._images.image(url)
        return LinkPreview(image=url, width=image.width, height=image.height)

    async def _page(self, url: str) -> LinkPreview:
        if not await self._robots.may_visit(url):
            raise OutboundError("The site does not want to be visited by programs.")
        page = await self._outbound.fetch(
            "GET", url, headers={"accept": "text/html, image/*;q=0.8, */*;q=0.1", "accept-language": "en, *;q=0.5"},
            max_bytes=PAGE_BYTES, timeout_s=FETCH_LIMIT_S, cuts=True, wanted=_is_page)
        if page.status == 200 and page.content_type.startswith("image/"):
            return await self._picture(url)
        if not _is_page(page):
            raise OutboundError(f"{page.status} {page.content_type}")
        said = await self._read("page", page)
        if said["oembed"] and not (said["title"] and said["image"]):
            said = await self._described(said)
        if not said["title"]:
            return NOTHING
        return await self._with_image(LinkPreview(said["title"], said["description"]), said["image"])

    async def _described(self, said: dict[str, str]) -> dict[str, str]:
        """With what the provider adds to what the page said of itself."""
        try:
            answer = await self._outbound.fetch("GET", said["oembed"], headers={"accept": "application/json"},
                                                max_bytes=OEMBED_BYTES, timeout_s=FETCH_LIMIT_S)
            if answer.status != 200:
                return said
            told = await self._read("oembed", answer)
        except OutboundError:
            return said
        return said | {name: told.get(name, "") for name in ("title", "description", "image") if not said[name]}

    async def _with_image(self, page: LinkPreview, url: str) -> LinkPreview:
        if not url:
            return page
        try:
            image = await self._images.image(url)
        except (NoSuchImage, ServiceUnavailable):
            return page
        return replace(page, image=url, width=image.width, height=image.height)

    async def _read(self, job: str, page: Fetched) -> dict[str, str]:
        charset = _CHARSET.search(page.headers.get("content-type", ""))
        question = {"job": job, "body": base64.b64encode(page.body).decode(), "url": page.url,
                    "charset": charset[1] if charset else ""}
        try:
            answer = await self._process.ask(question, READ_LIMIT_S)
        except BusyError:
            raise ServiceUnavailable from None  # says nothing of the page
        if "done" not in answer:
            raise OutboundError(f"The page cannot be read: {answer.get('error')}")
        said: dict[str, str] = answer["done"]
        return said


def _is_page(head: Fetched) -> bool:
    return head.status == 200 and head.content_type in _HTML
