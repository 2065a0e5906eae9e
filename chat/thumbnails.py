"""Pictures that people upload, made small: thumbnails, avatars, emoji. The work is done in a process of its own.

Owns what is asked of that process (chat.workers.pictures) and for how long. Knows paths, no permissions and no SQL.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.logger import Logger

from chat.errors import BadImage, ServiceUnavailable
from chat.line_process import BusyError, LineProcess, NoAnswerError

LIMIT_S = 20.0
MAX_WAITING = 100
COMMAND = (sys.executable, "-m", "chat.workers.pictures")
_log = Logger("chat.thumbnails")


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture measures as it is seen. It is animated where there is a thumbnail that moves."""

    width: int
    height: int
    is_animated: bool
    content_type: str


class Pictures:
    def __init__(self, reactor: Any, process: LineProcess | None = None) -> None:
        self._process = process or LineProcess(reactor, COMMAND, max_waiting=MAX_WAITING)

    async def make_thumbnails(self, source: Path, folder: Path) -> PictureFacts | None:
        """Write the thumbnails of `source` into `folder`; None where it is no picture that can be shown small."""
        try:
            return PictureFacts(**await self._ask("thumbnails", source=str(source), folder=str(folder)))
        except BadImage as refusal:
            _log.info("no thumbnail: {reason}", reason=refusal.msg)
            return None

    async def copy(self, source: Path, target: Path) -> tuple[int, int]:
        """Write `source` anew to `target` (WebP), no larger than a screen; what it measures. Raises BadImage."""
        made = await self._ask("copy", source=str(source), target=str(target))
        return made["width"], made["height"]

    async def make_avatar(self, source: Path, small: Path, medium: Path) -> None:
        """Write `source` as a square in both sizes (PNG). Raises BadImage."""
        await self._ask("avatar", source=str(source), small=str(small), medium=str(medium))

    async def make_emoji(self, source: Path, target: Path) -> tuple[str, bool]:
        """Write `source` as an emoji to `target` plus the extension that is returned, and whether it moves: then there
        is a `.still.png` too. Raises BadImage."""
        made = await self._ask("emoji", source=str(source), target=str(target))
        return made["extension"], made["is_animated"]

    async def draw_initials(self, initials: str, hue: int, side: int, target: Path) -> None:
        """Write the picture of a person who has none."""
        await self._ask("initials", initials=initials, hue=hue, side=side, target=str(target))

    async def stop(self) -> None:
        await self._process.stop()

    async def _ask(self, job: str, **question: Any) -> dict[str, Any]:
        try:
            answer = await self._process.ask({"job": job, **question}, LIMIT_S)
        except BusyError:
            raise ServiceUnavailable("The server is busy with other pictures. Try again in a moment.") from None
        except NoAnswerError:
            raise BadImage("This picture takes too long to open.") from None
        if "error" in answer:
            _log.error("a picture could not be read: {error}", error=answer["error"])
        if "refused" in answer:
            raise BadImage(answer["refused"])
        done: dict[str, Any] = answer["done"]
        return done
