"""A real HTTP server of somebody else's, on this machine: keeps what it was asked, answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
from twisted.web.resource import Resource
from twisted.web.server import Site


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class OtherServer(Resource):
    """`answers` are given one after the other, the last one again and again: (status, body)."""

    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"{}")])
    asked: list[Asked] = field(default_factory=list)
    isLeaf = True

    def __post_init__(self) -> None:
        super().__init__()

    def listen(self) -> str:
        """Begin; the address."""
        from twisted.internet import reactor

        self._port: Any = reactor.listenTCP(0, Site(self), interface="127.0.0.1")  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{self._port.getHost().port}/hook"

    async def stop(self) -> None:
        await self._port.stopListening()

    def render(self, request: Any) -> bytes:
        headers = {name.decode().lower(): values[-1].decode()
                   for name, values in request.requestHeaders.getAllRawHeaders()}
        self.asked.append(Asked(request.method.decode(), request.uri.decode(), headers, request.content.read()))
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        request.setResponseCode(status)
        request.setHeader("Content-Type", "application/json")
        return body
