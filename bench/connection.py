"""A client of the HTTP API that costs little: one connection, kept alive, requests written and answers cut by hand."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any
from urllib.parse import urlencode

from bench.organisation import api_key, email

PREFIX = "/api/v1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class Refused(Exception):
    """The server did not answer 200; the text says what it did."""


class Connection(asyncio.Protocol):
    """One person's connection."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        credentials = base64.b64encode(f"{email(user_id)}:{api_key(user_id)}".encode()).decode()
        self.headers = (f"Host: 127.0.0.1\r\nAuthorization: Basic {credentials}\r\n"
                        "User-Agent: Bench/1.0\r\n")
        self.transport: asyncio.Transport
        self._received = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    @classmethod
    async def open(cls, port: int, user_id: int, *arguments: Any) -> Any:
        """A connection that is ready for calls."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: cls(user_id, *arguments), "127.0.0.1", port)
        return connection

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the connection"))

    def close(self) -> None:
        self.transport.close()

    def request_bytes(self, method: str, path: str, **params: Any) -> bytes:
        """A request as it goes over the wire; None means that the parameter is left out."""
        form = urlencode({name: value for name, value in params.items() if value is not None})
        if method == "GET":
            return f"GET {PREFIX}{path}?{form} HTTP/1.1\r\n{self.headers}\r\n".encode()
        return (f"{method} {PREFIX}{path} HTTP/1.1\r\n{self.headers}Content-Length: {len(form)}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}").encode()

    def call(self, method: str, path: str, **params: Any) -> asyncio.Future[bytes]:
        """The body of the answer. Raises Refused; one call at a time."""
        assert self._answer is None, "the answer before is not there yet"
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(self.request_bytes(method, path, **params))
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        received = self._received
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(received, 0, end + 2)
        if length is None:
            raise Refused(f"an answer without a length: {bytes(received[:200])!r}")
        size = end + 4 + int(length[1])
        if len(received) < size:
            return
        status, body = bytes(received[9:12]), bytes(received[end + 4:size])
        del received[:size]
        self.answered(status, body)

    def answered(self, status: bytes, body: bytes) -> None:
        """A whole answer is here."""
        answer, self._answer = self._answer, None
        assert answer is not None, "an answer that nobody asked for"
        if status == b"200":
            answer.set_result(body)
        else:
            answer.set_exception(Refused(f"{status.decode()} {body[:300]!r}"))
