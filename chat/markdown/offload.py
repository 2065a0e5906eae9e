"""Renders risky messages in a process of their own, under a limit of time.

One spare process, started when the first risky message comes, ended after idling. Requests go through it
one after the other. One that exceeds its limit ends with the process and MarkdownTooSlow; the next gets a
new process. What the message needs to know of the organisation is resolved here and travels with it.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any

import orjson
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.markdown.errors import MarkdownFailed, MarkdownTooSlow
from chat.markdown.names import MarkdownNames, UploadedImage
from chat.markdown.renderer import Rendered, render
from chat.markdown.risk import is_risky
from chat.markdown.snapshot import take_snapshot, to_plain
from chat.markdown.worker import read_answer

RENDER_LIMIT_S = 5.0
START_LIMIT_S = 30.0
IDLE_S = 300.0
MAX_WAITING = 50
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_COMMAND = [sys.executable, "-m", "chat.markdown.worker"]
_log = Logger("chat.markdown.offload")


class _Request:
    """A rendering somebody waits for."""

    def __init__(self, line: bytes, limit_s: float) -> None:
        self.line = line
        self.limit_s = limit_s
        self.result: Deferred[Rendered] = Deferred(lambda _: None)

    def finish(self, result: Rendered | Failure) -> None:
        if not self.result.called:
            self.result.callback(result)


class MarkdownProcess:
    """`render` for every message: at once where that is safe, in the spare process where it might not be."""

    def __init__(self, reactor: Any, *, command: list[str] | None = None, idle_s: float = IDLE_S) -> None:
        self._reactor = reactor
        self._command = command or _COMMAND
        self._idle_s = idle_s
        self._waiting: deque[_Request] = deque()
        self._current: _Request | None = None
        self._process: _Worker | None = None
        self._timer: Any = None
        self._stopped = False

    async def render(
        self,
        content: str,
        names: MarkdownNames,
        *,
        translate_emoticons: bool = False,
        inline_images: bool = True,
        uploaded_images: Mapping[str, UploadedImage] | None = None,
        default_code_language: str = "",
        limit_s: float = RENDER_LIMIT_S,
    ) -> Rendered:
        """As `renderer.render`; raises MarkdownTooSlow when it takes longer than `limit_s`."""
        if not is_risky(content, default_code_language):
            return render(
                content,
                names,
                translate_emoticons=translate_emoticons,
                inline_images=inline_images,
                uploaded_images=uploaded_images,
                default_code_language=default_code_language,
            )
        if self._stopped or len(self._waiting) >= MAX_WAITING:
            raise MarkdownTooSlow("The server is busy rendering other messages. Try again in a moment.")
        images = uploaded_images or {}
        request = {
            "content": content,
            "names": to_plain(take_snapshot(content, names)),
            "translate_emoticons": translate_emoticons,
            "inline_images": inline_images,
            "default_code_language": default_code_language,
            "uploaded_images": {
                path: [image.width, image.height, image.is_ready, image.is_animated] for path, image in images.items()
            },
        }
        try:
            line = orjson.dumps(request) + b"\n"
        except TypeError:  # a lone surrogate
            raise MarkdownFailed("This message has characters that are no text.") from None
        waiting = _Request(line, limit_s)
        self._waiting.append(waiting)
        self._next()
        return await waiting.result

    async def stop(self) -> None:
        """End the process; who still waits is told that the server is going away."""
        self._stopped = True
        for request in self._waiting:
            request.finish(Failure(MarkdownTooSlow("The server is going away.")))
        self._waiting.clear()
        process = self._process
        self._end_process()
        if process is not None:
            await process.ended

    def _next(self) -> None:
        """Hand the next request to the process, starting one if there is none."""
        while self._waiting and self._waiting[0].result.called:
            self._waiting.popleft()
        if self._current is not None:
            return
        if not self._waiting:
            self._set_timer(self._idle_s, self._end_process)
        elif self._process is None:
            self._process = _Worker(self)
            self._set_timer(START_LIMIT_S, self._too_slow)
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._reactor.spawnProcess(self._process, self._command[0], self._command, env=environment)
        elif self._process.is_ready:
            self._current = self._waiting.popleft()
            self._set_timer(self._current.limit_s, self._too_slow)
            self._process.write(self._current.line)

    def _answered(self, answer: dict[str, Any]) -> None:
        request, self._current = self._current, None
        if request is not None:
            if "rendered" in answer:
                request.finish(read_answer(answer["rendered"]))
            else:
                if "error" in answer:
                    _log.error("A message could not be rendered: {error}", error=answer["error"])
                request.finish(Failure(MarkdownFailed(answer.get("failed", "This message can't be rendered."))))
        self._next()

    def _too_slow(self) -> None:
        self._timer = None
        _log.warn("Rendering was stopped at its limit of time")
        request = self._current or (self._waiting.popleft() if self._waiting else None)
        self._current = None
        self._end_process()
        if request is not None:
            request.finish(Failure(MarkdownTooSlow("This message takes too long to be rendered. Make it simpler.")))
        self._next()

    def _process_ended(self, process: _Worker) -> None:
        """The process died without being asked to: out of memory, most likely."""
        if process is not self._process:
            return
        self._process = None
        request = self._current or (self._waiting.popleft() if self._waiting and not process.is_ready else None)
        self._current = None
        self._set_timer(None)
        if request is not None:
            request.finish(Failure(MarkdownFailed("This message can't be rendered.")))
        self._next()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        self._set_timer(None)
        if self._current is not None:
            self._current.finish(Failure(MarkdownTooSlow("The server is going away.")))
            self._current = None
        if process is not None:
            process.kill()

    def _set_timer(self, delay_s: float | None, call: Any = None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        if delay_s is not None and self._process is not None:
            self._timer = self._reactor.callLater(delay_s, call)


class _Worker(ProcessProtocol):
    """The wire to one process."""

    transport: Any

    def __init__(self, owner: MarkdownProcess) -> None:
        self._owner = owner
        self._received: list[bytes] = []
        self._size = 0
        self.is_ready = False
        self.ended: Deferred[None] = Deferred()

    def write(self, line: bytes) -> None:
        self.transport.write(line)

    def kill(self) -> None:
        with contextlib.suppress(ProcessExitedAlready):
            self.transport.signalProcess("KILL")

    def outReceived(self, data: bytes) -> None:
        self._received.append(data)
        self._size += len(data)
        if self._size > _MAX_ANSWER_BYTES:
            self.kill()
        if not data.endswith(b"\n"):
            return
        line, self._received, self._size = b"".join(self._received), [], 0
        if not self.is_ready:
            self.is_ready = True
            self._owner._next()
        else:
            self._owner._answered(orjson.loads(line))

    def errReceived(self, data: bytes) -> None:
        _log.warn("The rendering process said: {text}", text=data.decode(errors="replace")[-2000:])

    def processEnded(self, reason: Failure) -> None:
        if reason.check(ProcessDone) is None and self is self._owner._process:
            _log.warn("The rendering process ended: {reason}", reason=reason.getErrorMessage())
        self._owner._process_ended(self)
        self.ended.callback(None)
