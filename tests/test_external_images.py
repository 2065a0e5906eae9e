"""Other sites' pictures on our disk: one visit, a bound, and what is remembered of failures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from chat import external_images
from chat.errors import ServiceUnavailable
from chat.external_images import ExternalImage, ExternalImages, NoSuchImage
from chat.networks import read_networks
from chat.outbound import Outbound
from chat.thumbnails import Pictures
from tests.support import hostile
from tests.support.hostile import HostileServer, response
from tests.support.pictures import png


class Clock:
    """The reactor's, with hands that can be moved."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.ahead_s = 0.0
        self.callLater = reactor.callLater

    def seconds(self) -> float:
        return float(self._reactor.seconds()) + self.ahead_s


class ExternalImagesTests(TestCase):
    async def setUp(self) -> None:
        from twisted.internet import reactor

        self.clock = Clock(reactor)
        self.folder = tempfile.TemporaryDirectory()
        self.site = HostileServer()
        self.site.start()
        for number in range(8):
            self.site.paths[f"/{number}.png"] = response(png(100 + number, 50), kind="image/png")
        self.pictures = Pictures(reactor)
        self.outbound = Outbound(reactor, "https://chat.test", read_networks("127.0.0.0/8"))
        self.images = await self.make()

    async def tearDown(self) -> None:
        await self.images.stop()
        await self.site.stop()
        self.folder.cleanup()

    async def make(self, **options: Any) -> ExternalImages:
        made = ExternalImages(self.outbound, self.pictures, Path(self.folder.name), self.clock, deferToThread,
                              **options)
        await made.start()
        return made

    def ask(self, path: str) -> Deferred[ExternalImage]:
        return Deferred.fromCoroutine(self.images.image(self.site.url(path)))

    def files(self) -> list[str]:
        return sorted(path.name for path in (Path(self.folder.name) / "external").iterdir())

    async def test_many_at_once(self) -> None:
        """One visit for all of them, and none later, nor after a restart."""
        found = await gatherResults([self.ask("0.png") for _ in range(20)])
        self.assertEqual({(image.width, image.height) for image in found}, {(100, 50)})
        self.images = await self.make()
        self.assertEqual((await self.ask("0.png")).path.read_bytes()[8:12], b"WEBP")
        self.assertEqual(len(self.site.visits), 1)

    async def test_a_bound(self) -> None:
        """What was looked at last stays; memory and disk agree."""
        size = (await self.ask("0.png")).size
        self.images = await self.make(max_bytes=4 * size + size // 2)
        for number in range(1, 4):
            await self.ask(f"{number}.png")
        await self.ask("0.png")
        await self.ask("4.png")
        await self.ask("5.png")
        while len(self.files()) > 4:
            await deferToThread(lambda: None)
        self.assertEqual(len(self.files()), 4)
        visits = len(self.site.visits)
        await self.ask("0.png")
        self.assertEqual(len(self.site.visits), visits)
        await self.ask("1.png")
        self.assertEqual(len(self.site.visits), visits + 1)
        self.assertLessEqual(self.images.bytes, 4 * size + size // 2)

    async def test_failures_are_remembered(self) -> None:
        """For ten minutes; then it is tried again."""
        for _ in range(3):
            await self.assertFailure(self.ask("later.png"), NoSuchImage)
        self.assertEqual(len(self.site.visits), 1)
        self.site.paths["/later.png"] = response(png(10, 10), kind="image/png")
        self.clock.ahead_s += external_images.FAILURE_S + 1
        self.assertEqual((await self.ask("later.png")).width, 10)
        self.assertEqual(len(self.files()), 1)

    async def test_where_we_do_not_go(self) -> None:
        for url in ("http://user:word@127.0.0.1/i.png", "http://[::1]/i.png", "ftp://x.test/i.png"):
            await self.assertFailure(Deferred.fromCoroutine(self.images.image(url)), NoSuchImage)

    async def test_half_of_a_picture(self) -> None:
        """What a crash left behind is cleared away."""
        await self.ask("0.png")
        for name in ("0" * 40 + ".source", "0" * 40 + ".webp", "0" * 40 + ".webp.part"):
            (Path(self.folder.name) / "external" / name).write_bytes(b"half")
        self.images = await self.make()
        self.assertEqual(len(self.files()), 1)

    async def test_too_many(self) -> None:
        """Nobody is made to wait behind a crowd."""
        self.patch(external_images, "MAX_WAITING", 3)
        self.patch(external_images, "FETCH_LIMIT_S", 0.2)
        for number in range(3):
            self.site.paths[f"/slow{number}.png"] = hostile.silence
        waiting = [self.ask(f"slow{number}.png") for number in range(3)]
        await self.assertFailure(self.ask("0.png"), ServiceUnavailable)
        for one in waiting:
            await self.assertFailure(one, NoSuchImage)
