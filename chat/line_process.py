"""One spare process that answers requests, a line of JSON each, for work that must not hold up or bring down this one.

Owns the process's life (started when it is needed, ended after idling), the order (one request after the other) and the
limits: of time for each request, of how many may wait. Knows nothing of what is asked. The other end writes a line
`{"ready":true}` first, then a line for each it reads, and ends with its input.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure

START_LIMIT_S = 30.0
IDLE_S = 300.0
MAX_ANSWER_BYTES = 1024 * 1024
_log = Logger("chat.line_process")


class NoAnswerError(Exception):
    """A request was not answered: it took too long, the process died under it, or too many wait already."""


class BusyError(NoAnswerError):
    """Too many wait already, or the server is going away: nothing was tried."""


class TooSlowError(NoAnswerError):
    """It took longer than it may; the process was ended."""


class _Request:
    def __init__(self, line: bytes, limit_s: float) -> None:
        self.line = line
        self.limit_s = limit_s
        self.answer: Deferred[dict[str, Any]] = Deferred(lambda _: None)

    def finish(self, answer: dict[str, Any] | NoAnswerError) -> None:
        if not self.answer.called:
            self.answer.callback(Failure(answer) if isinstance(answer, NoAnswerError) else answer)


class LineProcess:
    """`ask` is all there is to it; `starts` counts processes, for tests."""

    def __init__(self, reactor: Any, command: Sequence[str], *, max_waiting: int, idle_s: float = IDLE_S,
                 max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._reactor = reactor
        self._command = list(command)
        self._max_waiting = max_waiting
        self._idle_s = idle_s
        self.max_answer_bytes = max_answer_bytes
        self._waiting: deque[_Request] = deque()
        self._current: _Request | None = None
        self._process: _Wire | None = None
        self._timer: Any = None
        self._stopped = False
        self.starts = 0

    async def ask(self, question: Mapping[str, Any], limit_s: float) -> dict[str, Any]:
        """The process's answer. Raises NoAnswerError when there is none within `limit_s` of its being asked."""
        if self._stopped or len(self._waiting) >= self._max_waiting:
            raise BusyError("too many requests are waiting")
        request = _Request(orjson.dumps(question) + b"\n", limit_s)
        self._waiting.append(request)
        self._next()
        return await request.answer

    async def stop(self) -> None:
        """End the process; who still waits gets BusyError."""
        self._stopped = True
        waiting, process = [*self._waiting], self._process
        self._waiting.clear()
        self._end(BusyError("the server is going away"))
        for request in waiting:
            request.finish(BusyError("the server is going away"))
        if process is not None:
            await process.ended

    def _next(self) -> None:
        """Hand the next request to the process, starting one if there is none."""
        while self._waiting and self._waiting[0].answer.called:
            self._waiting.popleft()  # whoever asked has left
        if self._current is not None:
            return
        if not self._waiting:
            if self._process is not None:
                self._set_timer(self._idle_s, self._end)
        elif self._process is None:
            self._process = _Wire(self)
            self.starts += 1
            self._set_timer(START_LIMIT_S, self._too_slow)
            environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._reactor.spawnProcess(self._process, self._command[0], self._command, env=environment)
        elif self._process.is_ready:
            self._current = self._waiting.popleft()
            self._set_timer(self._current.limit_s, self._too_slow)
            self._process.write(self._current.line)

    def _received(self, answer: dict[str, Any]) -> None:
        request, self._current = self._current, None
        self._set_timer(None)
        if request is not None:
            request.finish(answer)
        self._next()

    def _too_slow(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()  # it waited for a process that did not start
        _log.warn("{command} was ended at its limit of time", command=self._command[-1])
        self._end(TooSlowError("it took too long"))
        self._next()

    def _process_ended(self, process: _Wire) -> None:
        """The process died without being told to: out of memory, most likely."""
        if process is not self._process:
            return
        if self._current is None and self._waiting and not process.is_ready:
            self._current = self._waiting.popleft()
        self._process = None
        self._end(NoAnswerError("the process died"))
        self._next()

    def _end(self, outcome: NoAnswerError | None = None) -> None:
        self._set_timer(None)
        process, self._process = self._process, None
        request, self._current = self._current, None
        if process is not None:
            process.kill()
        if request is not None:
            request.finish(outcome or BusyError("the process was ended"))

    def _set_timer(self, delay_s: float | None, call: Any = None) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None if delay_s is None else self._reactor.callLater(delay_s, call)


class _Wire(ProcessProtocol):
    """The pipes to one process."""

    transport: Any

    def __init__(self, owner: LineProcess) -> None:
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
        if self is not self._owner._process:
            return  # ended, and what it still says is nobody's answer
        self._received.append(data)
        self._size += len(data)
        if self._size > self._owner.max_answer_bytes:
            self.kill()
        if not data.endswith(b"\n"):
            return
        line, self._received, self._size = b"".join(self._received), [], 0
        if not self.is_ready:
            self.is_ready = True
            self._owner._next()
        else:
            self._owner._received(orjson.loads(line))

    def errReceived(self, data: bytes) -> None:
        _log.warn("{command} said: {text}", command=self._owner._command[-1],
                  text=data.decode(errors="replace")[-2000:])

    def processEnded(self, reason: Failure) -> None:
        if reason.check(ProcessDone) is None and self is self._owner._process:
            _log.warn("{command} ended: {reason}", command=self._owner._command[-1],
                      reason=reason.getErrorMessage())
        self._owner._process_ended(self)
        self.ended.callback(None)
