"""HTTP by the byte, for what no decent client would send."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.clients.visitors import DEADLINE_S, base64_of
from tests.support.server import RunningServer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body, which must be the envelope."""
        assert self.headers["content-type"] == "application/json", (self.headers, self.body)
        envelope: dict[str, Any] = json.loads(self.body)
        assert set(envelope) >= {"result", "msg"}, envelope
        return envelope


def connect(server: RunningServer) -> socket.socket:
    """A TCP connection to the server."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_S)


def basic(email: str, key: str) -> bytes:
    """The value of an Authorization header."""
    return b"Basic " + base64_of(f"{email}:{key}").encode()


def request_bytes(method: bytes, target: bytes, headers: Mapping[bytes, bytes], body: bytes | None = None) -> bytes:
    """A request, with nothing escaped or checked; Host and Content-Length are added where they are missing."""
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    given = {b"Host": b"127.0.0.1", **({} if body is None else {b"Content-Length": b"%d" % len(body)}), **headers}
    lines += [b"%b: %b" % (name, value) for name, value in given.items()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    """The answer that comes on a connection."""
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def exchange(server: RunningServer, method: bytes, target: bytes, headers: Mapping[bytes, bytes] | None = None,
             body: bytes | None = None) -> Answer:
    """Send one request on a connection of its own; the answer."""
    with connect(server) as connection:
        connection.sendall(request_bytes(method, target, headers or {}, body))
        return read_answer(connection, method.decode("latin-1"))
