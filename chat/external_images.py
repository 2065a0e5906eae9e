"""Other sites' pictures: fetched once, made anew, kept on disk for whoever reads messages that show them.

So no reader's address reaches the sites, and nothing but pixels reaches the readers: whatever a site sends is opened in
the pictures' process and written again as WebP, no larger than a screen. Kept under the data folder, in
`external/HASH-WIDTHxHEIGHT.webp`, up to a number of bytes; what was looked at last stays longest. What cannot be had is
remembered for a while. Knows nothing of messages.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.deferreds import Clock, Observable, spawn
from chat.errors import BadImage, ServiceUnavailable
from chat.outbound import Fetched, Outbound, OutboundError
from chat.thumbnails import Pictures

MAX_IMAGE_BYTES = 8 * 1024 * 1024
FETCH_LIMIT_S = 15.0
FAILURE_S = 600.0
MAX_FAILURES = 5_000
AT_ONCE = 4
MAX_WAITING = 200
CACHE_BYTES = 500 * 1024 * 1024
_NAME = re.compile(r"([0-9a-f]{40})-(\d{1,6})x(\d{1,6})\.webp")
_log = Logger("chat.external_images")


class NoSuchImage(Exception):
    """There is no picture at this address, or it cannot be had just now."""


@dataclass(frozen=True, slots=True)
class ExternalImage:
    """A picture that we keep. It measures what the original does, as it is seen."""

    path: Path
    width: int
    height: int
    size: int


class ExternalImages:
    def __init__(self, outbound: Outbound, pictures: Pictures, data: Path, clock: Clock,
                 in_thread: Callable[..., Deferred[Any]], *, max_bytes: int = CACHE_BYTES) -> None:
        self._outbound = outbound
        self._pictures = pictures
        self._folder = data / "external"
        self._clock = clock
        self._in_thread = in_thread
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, ExternalImage] = OrderedDict()
        """By the hash of their address, the one looked at last at the end."""
        self._failed: OrderedDict[str, float] = OrderedDict()
        """Until when not to try again."""
        self._coming: dict[str, Observable[ExternalImage]] = {}
        self._turn = DeferredSemaphore(AT_ONCE)
        self.bytes = 0

    async def start(self) -> None:
        """Learn what is kept."""
        for key, image in await self._in_thread(self._look):
            self._keep(key, image)

    async def image(self, url: str) -> ExternalImage:
        """The picture at `url`; many who ask at once cause one visit. Raises NoSuchImage, ServiceUnavailable."""
        key = hashlib.sha256(url.encode()).hexdigest()[:40]
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._failed.get(key, 0) > self._clock.seconds():
            raise NoSuchImage(url)
        coming = self._coming.get(key)
        if coming is None:
            if len(self._coming) >= MAX_WAITING:
                raise ServiceUnavailable("The server is busy with other pictures. Try again in a moment.")
            coming = self._coming[key] = Observable()
            spawn("fetching a picture", self._bring(key, url))
        return await coming.wait()

    async def stop(self) -> None:
        await self._pictures.stop()

    async def _bring(self, key: str, url: str) -> None:
        outcome: ExternalImage | Failure
        try:
            outcome = await self._turn.run(lambda: Deferred.fromCoroutine(self._fetch(key, url)))
            self._keep(key, outcome)
        except (OutboundError, BadImage) as error:
            _log.info("no picture from another site: {error}", error=str(error))
            self._remember_failure(key)
            outcome = Failure(NoSuchImage(url))
        except Exception as error:
            if not isinstance(error, ServiceUnavailable):
                _log.failure("a picture of another site could not be kept")
            outcome = Failure(NoSuchImage(url))
        self._coming.pop(key).fire(outcome)

    async def _fetch(self, key: str, url: str) -> ExternalImage:
        fetched = await self._outbound.fetch("GET", url, headers={"accept": "image/*"}, max_bytes=MAX_IMAGE_BYTES,
                                             timeout_s=FETCH_LIMIT_S, wanted=_is_image)
        if not _is_image(fetched) or not fetched.body:
            raise OutboundError(f"{fetched.status} {fetched.content_type}")
        source, made = self._folder / f"{key}.source", self._folder / f"{key}.webp"
        try:
            await self._in_thread(source.write_bytes, fetched.body)
            width, height = await self._pictures.copy(source, made)
            return await self._in_thread(self._settle, key, made, width, height)
        finally:
            await self._in_thread(_remove, source)

    def _settle(self, key: str, made: Path, width: int, height: int) -> ExternalImage:
        path = made.with_name(f"{key}-{width}x{height}.webp")
        made.replace(path)
        return ExternalImage(path, width, height, path.stat().st_size)

    def _keep(self, key: str, image: ExternalImage) -> None:
        self._kept[key] = image
        self.bytes += image.size
        while self.bytes > self._max_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= oldest.size
            spawn("removing an old picture", self._forget(oldest.path))

    async def _forget(self, path: Path) -> None:
        await self._in_thread(_remove, path)

    def _remember_failure(self, key: str) -> None:
        self._failed[key] = self._clock.seconds() + FAILURE_S
        self._failed.move_to_end(key)
        if len(self._failed) > MAX_FAILURES:
            self._failed.popitem(last=False)

    def _look(self) -> list[tuple[str, ExternalImage]]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = []
        for path in self._folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match is None:
                _remove(path)  # what a crash left half done
            else:
                about = path.stat()
                image = ExternalImage(path, int(match[2]), int(match[3]), about.st_size)
                found.append((about.st_mtime, match[1], image))
        return [(key, image) for _, key, image in sorted(found, key=lambda one: one[0])]


def _is_image(head: Fetched) -> bool:
    kind = head.content_type
    return head.status == 200 and (kind == "application/octet-stream" or
                                   (kind.startswith("image/") and "svg" not in kind and "xml" not in kind))


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        path.unlink()
