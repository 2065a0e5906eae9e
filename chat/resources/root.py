"""The root of everything that is served: sockets at their paths, the two prefixes of the REST API, pages for the rest.

Requests to the prefixes are most of all requests. Klein would compare each with every route it has; their first letters
tell as much, so they are handed to the Klein app's functions at once. The site also sets what Twisted leaves open: how
long a request's first line may be, and that requests are logged where they are served.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from klein import Klein
from twisted.internet.defer import maybeDeferred
from twisted.logger import Logger
from twisted.web.http import HTTPChannel, _GenericHTTPChannelProtocol
from twisted.web.http_headers import Headers
from twisted.web.pages import notFound
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from chat.deferreds import Clock

MAX_HEADER_BYTES = 256 * 1024
"""Of the first line and all headers: some clients put whole messages into the query string."""

_log = Logger("chat.requests")


class Root(Resource):
    """`prefixes` maps the start of a path to the name of the Klein function that serves what follows."""

    def __init__(self, app: Klein, prefixes: dict[bytes, str], sockets: dict[bytes, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._klein = app.resource()
        self._prefixes = {prefix: _Prefix(app, endpoint, len(prefix)) for prefix, endpoint in prefixes.items()}
        self._sockets = sockets

    def getChildWithDefault(self, path: bytes, request: Any) -> Any:
        socket = self._sockets.get(request.path)
        if socket is not None and (request.getHeader(b"upgrade") or b"").lower() == b"websocket":
            request.postpath = []
            return socket
        for prefix, resource in self._prefixes.items():
            if request.path.startswith(prefix):
                return resource
        try:
            unquote_to_bytes(request.path).decode("utf-8")
        except UnicodeDecodeError:
            return notFound()
        request.postpath.insert(0, request.prepath.pop())
        return self._klein


class _Prefix(Resource):
    """Everything under one prefix."""

    isLeaf = True

    def __init__(self, app: Klein, endpoint: str, skip: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._app = app
        self._endpoint = endpoint
        self._skip = skip

    def render(self, request: Any) -> Any:
        # What is no UTF-8 becomes a character that no path has, and so is not found.
        path = unquote_to_bytes(request.path[self._skip:]).decode("utf-8", "replace")
        served = maybeDeferred(self._app.execute_endpoint, self._endpoint, request, path)
        gone: list[bool] = []

        def left(_: Any) -> None:
            gone.append(True)
            served.cancel()

        def answer(body: Any) -> None:
            if not gone:
                request.write(body)
                request.finish()

        request.notifyFinish().addErrback(left)
        served.addCallback(answer)
        served.addErrback(lambda failure: _log.failure("an answer could not be written", failure))
        return NOT_DONE_YET


class _Channel(HTTPChannel):
    """Twisted's, but what stands before a body is written in one piece: it is sixty otherwise, each looked at."""

    def writeHeaders(self, version: bytes, code: bytes, reason: bytes, headers: Headers) -> None:
        lines = [b"%b: %b\r\n" % (name, value) for name, values in headers.getAllRawHeaders() for value in values]
        self.write(b"%b %b %b\r\n%b\r\n" % (version, code, reason, b"".join(lines)))  # type: ignore[no-untyped-call]


class ChatSite(Site):
    """The site with our request log in place of Twisted's, and with room for long first lines."""

    displayTracebacks = False

    def __init__(self, root: Root, answered: Callable[[str, str, int, float], None], clock: Clock, **options: Any
                 ) -> None:
        super().__init__(root, **options)  # type: ignore[no-untyped-call]
        self._answered = answered
        self._clock = clock

    def protocol(self) -> _GenericHTTPChannelProtocol:
        """What Twisted begins a connection with, over our channel."""
        return _GenericHTTPChannelProtocol(_Channel())  # type: ignore[no-untyped-call]

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)  # type: ignore[no-untyped-call]
        channel = getattr(protocol, "_channel", None)  # the HTTP/1 channel that the protocol begins with
        if channel is not None:
            channel.MAX_LENGTH = channel.totalHeadersSize = MAX_HEADER_BYTES
        return protocol

    def log(self, request: Any) -> None:
        """The line of whatever was not logged as it was served: pages, files, mistakes."""
        if getattr(request, "is_logged", True):
            return
        seconds = self._clock.seconds() - request.started_s
        method, path = _printable(request.method), _printable(request.path)
        is_static = path.startswith("/static/") and request.code < 400
        (_log.debug if is_static else _log.info)(
            "{method} {path} {status} {ms:.1f}ms 0q website user={user} id={id}", method=method, path=path,
            status=request.code, ms=seconds * 1000, user=request.person_id or "-", id=request.request_id or "-")
        known = request.code < 400 and path.count("/") > 1
        self._answered(method, f"/{path.split('/')[1]}/" if known else "page", request.code, seconds)


def _printable(text: bytes) -> str:
    return re.sub(r"[^\x21-\x7e]", "?", text.decode("ascii", "replace"))[:200]
