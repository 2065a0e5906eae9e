"""Renders risky messages in a process of their own, under a limit of time.

What might be slow is asked of the process (chat.markdown.worker by way of chat.line_process); the rest is rendered at
once. What the message needs to know of the organisation is resolved here and travels with it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from twisted.logger import Logger

from chat.line_process import IDLE_S, BusyError, LineProcess, NoAnswerError, TooSlowError
from chat.markdown.errors import MarkdownFailed, MarkdownTooSlow
from chat.markdown.names import LinkPreview, MarkdownNames, UploadedImage
from chat.markdown.renderer import Rendered, render
from chat.markdown.risk import is_risky
from chat.markdown.snapshot import take_snapshot, to_plain
from chat.markdown.worker import plain_preview, read_answer

RENDER_LIMIT_S = 5.0
MAX_WAITING = 50
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_COMMAND = (sys.executable, "-m", "chat.markdown.worker")
_log = Logger("chat.markdown.offload")


class MarkdownProcess:
    """`render` for every message: at once where that is safe, in the spare process where it might not be.

    `external_key` signs the addresses under which other sites' pictures are shown; without it they are shown as they
    are.
    """

    def __init__(self, reactor: Any, *, process: LineProcess | None = None, idle_s: float = IDLE_S) -> None:
        self._process = process or LineProcess(
            reactor, _COMMAND, max_waiting=MAX_WAITING, idle_s=idle_s, max_answer_bytes=_MAX_ANSWER_BYTES)
        self.external_key = ""

    async def render(
        self,
        content: str,
        names: MarkdownNames,
        *,
        translate_emoticons: bool = False,
        inline_images: bool = True,
        uploaded_images: Mapping[str, UploadedImage] | None = None,
        default_code_language: str = "",
        link_previews: Mapping[str, LinkPreview] | None = None,
        limit_s: float = RENDER_LIMIT_S,
    ) -> Rendered:
        """As `renderer.render`; raises MarkdownTooSlow when it takes longer than `limit_s`."""
        images, previews = uploaded_images or {}, link_previews or {}
        if not is_risky(content, default_code_language):
            return render(
                content,
                names,
                translate_emoticons=translate_emoticons,
                inline_images=inline_images,
                uploaded_images=images,
                default_code_language=default_code_language,
                link_previews=previews,
                external_key=self.external_key,
            )
        request = {
            "content": content,
            "names": to_plain(take_snapshot(content, names)),
            "translate_emoticons": translate_emoticons,
            "inline_images": inline_images,
            "default_code_language": default_code_language,
            "uploaded_images": {
                path: [image.width, image.height, image.is_ready, image.is_animated] for path, image in images.items()
            },
            "link_previews": {url: plain_preview(preview) for url, preview in previews.items()},
            "external_key": self.external_key,
        }
        return _read(await self._ask(request, limit_s))

    async def stop(self) -> None:
        """End the process; who still waits is told that the server is going away."""
        await self._process.stop()

    async def _ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        try:
            return await self._process.ask(request, limit_s)
        except TypeError:  # a lone surrogate
            raise MarkdownFailed("This message has characters that are no text.") from None
        except BusyError:
            raise MarkdownTooSlow("The server is busy rendering other messages. Try again in a moment.") from None
        except TooSlowError:
            raise MarkdownTooSlow("This message takes too long to be rendered. Make it simpler.") from None
        except NoAnswerError:
            raise MarkdownFailed("This message can't be rendered.") from None


def _read(answer: dict[str, Any]) -> Rendered:
    if "rendered" in answer:
        return read_answer(answer["rendered"])
    if "error" in answer:
        _log.error("A message could not be rendered: {error}", error=answer["error"])
    raise MarkdownFailed(answer.get("failed", "This message can't be rendered."))
