"""A web server that does what servers must not do: one plain TCP port, whose paths are misbehaviours.

It answers with raw bytes, so that no library mends what it says. `visits` has every request line with its headers.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

PAGE = b"<html><head><title>A page</title></head><body>Hello</body></html>"
Answer = bytes | Callable[["Visit"], None]


def response(body: bytes, *, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **headers: str) -> bytes:
    """A whole response, of known length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return response(b"", status=status, Location=to)


def bomb(size: int) -> bytes:
    """A response of some kilobytes that unpacks to `size` zeros."""
    return response(gzip.compress(bytes(size), 9), Content_Encoding="gzip")


def endless(visit: Visit) -> None:
    """A body that never ends, as fast as it is taken."""
    visit.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    visit.pour(b"<p>and so on</p>" * 1000)


def endless_headers(visit: Visit) -> None:
    visit.transport.write(b"HTTP/1.1 200 OK\r\n")
    visit.pour(b"X-Header: and so on\r\n" * 100)


def silence(visit: Visit) -> None:
    """Not a word."""


def half(visit: Visit) -> None:
    """Half a body, then the connection is closed."""
    visit.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<title>Half")
    visit.transport.loseConnection()


def drip(visit: Visit) -> None:
    """One letter at a time, for ever."""
    visit.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Slow</title>")
    visit.again(0.01, b"x")


class Visit(Protocol):
    """One connection."""

    transport: Any
    factory: HostileServer

    def __init__(self) -> None:
        self._request = b""
        self._pouring = b""
        self._call: Any = None

    def dataReceived(self, data: bytes) -> None:
        self._request += data
        head, end, body = self._request.partition(b"\r\n\r\n")
        if not end:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        if len(body) < int(headers.get("content-length", "0")):
            return
        method, path, _ = lines[0].split(" ", 2)
        self._request = b""
        self.factory.visits.append((method, path, headers, body))
        answer = self.factory.paths.get(path.partition("?")[0], response(b"none", status="404 Not Found"))
        if isinstance(answer, bytes):
            self.transport.write(answer)
        else:
            answer(self)

    def connectionMade(self) -> None:
        self.factory.open.add(self)
        self.factory.connections += 1

    def connectionLost(self, reason: Any = None) -> None:
        self.factory.open.discard(self)
        if self._call is not None and self._call.active():
            self._call.cancel()
        if not self.factory.open:
            waiting, self.factory.waiting = self.factory.waiting, []
            for deferred in waiting:
                deferred.callback(None)

    def pour(self, data: bytes) -> None:
        self._pouring = data
        self.transport.registerProducer(self, False)

    def resumeProducing(self) -> None:
        self.factory.poured += len(self._pouring)
        self.transport.write(self._pouring)

    def stopProducing(self) -> None:
        """The other end is gone."""

    def again(self, pause_s: float, data: bytes) -> None:
        self.transport.write(data)
        self._call = self.factory.reactor.callLater(pause_s, self.again, pause_s, data)


class HostileServer(Factory):
    """`paths` says what is answered where. `start` before use, `stop` at the end."""

    protocol = Visit
    noisy = False

    def __init__(self, **paths: Answer) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.paths: dict[str, Answer] = {f"/{name}": answer for name, answer in paths.items()}
        self.visits: list[tuple[str, str, dict[str, str], bytes]] = []
        self.open: set[Visit] = set()
        self.waiting: list[Deferred[None]] = []
        self.connections = 0
        self.poured = 0

    def start(self, tls: Any = None) -> None:
        """On this machine; over TLS with that context factory."""
        self._scheme = "http" if tls is None else "https"
        if tls is None:
            self._port = self.reactor.listenTCP(0, self, interface="127.0.0.1")
        else:
            self._port = self.reactor.listenSSL(0, self, tls, interface="127.0.0.1")
        self.port: int = self._port.getHost().port

    def url(self, path: str = "", host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}/{path}"

    def all_gone(self) -> Deferred[None]:
        """Fires when nobody is connected."""
        gone: Deferred[None] = Deferred()
        if self.open:
            self.waiting.append(gone)
        else:
            gone.callback(None)
        return gone

    async def stop(self) -> None:
        await self._port.stopListening()
        for visit in [*self.open]:
            visit.transport.abortConnection()
        await self.all_gone()
