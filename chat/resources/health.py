"""Whether the server is well, for watchdogs and load balancers; and whether it takes a client, for old clients.

Both stand beside the API and answer in its envelope. However many ask at once whether the server is well, the database
is asked once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.python.failure import Failure

from chat.deferreds import Clock, Observable, spawn
from chat.errors import JsonableError
from chat.resources.door import header, write_reply
from chat.resources.rest import Reply, json_error
from chat.resources.server import USELESS_CLIENT

PATIENCE_S = 2.0
"""How long the database may take. It is then not that it is slow, but that nobody can work."""
_SUCCESS = Reply(200, b'{"result":"success","msg":""}\n')


class ServerNotReady(JsonableError):
    code = "SERVER_NOT_READY"
    status = 500

    def __init__(self) -> None:
        super().__init__("The server cannot reach its database right now")


class HealthPages:
    """`ask_database` fails, or does not end, while the database is away."""

    def __init__(self, ask_database: Callable[[], Awaitable[object]], clock: Clock) -> None:
        self._ask_database = ask_database
        self._clock = clock
        self._asking: Observable[bool] | None = None

    def mount(self, app: Klein) -> None:
        """Add the routes to `app`."""
        for path, page in (("/health", self.health), ("/compatibility", self.compatibility)):
            app.route(path, endpoint=path, methods=["GET", "HEAD"])(page)

    async def health(self, request: Any) -> bytes:
        """Success where the database answers; SERVER_NOT_READY after PATIENCE_S at most where it does not."""
        is_well = await self.is_well()
        return write_reply(request, _SUCCESS if is_well else json_error(ServerNotReady()))

    def compatibility(self, request: Any) -> bytes:
        """Success for every client that says who it is and is not known to be of no use."""
        agent = header(request, "user-agent")
        if not agent:
            return write_reply(request, json_error(JsonableError("User-Agent header missing from request")))
        if agent.startswith(USELESS_CLIENT):
            return write_reply(request, json_error(JsonableError("Client is too old")))
        return write_reply(request, _SUCCESS)

    def is_well(self) -> Deferred[bool]:
        """Whether the database answers in time."""
        if self._asking is None:
            self._asking = Observable()
            spawn("asking whether the database is well", self._ask(self._asking))
        answer = self._asking.wait()
        answer.addTimeout(PATIENCE_S, self._clock)  # type: ignore[arg-type]
        answer.addErrback(_too_late)
        return answer

    async def _ask(self, asking: Observable[bool]) -> None:
        try:
            await self._ask_database()
            outcome = True
        except Exception:
            outcome = False
        self._asking = None
        asking.fire(outcome)


def _too_late(failure: Failure) -> bool:
    failure.trap(DeferredTimeout)
    return False
