"""HTTP to other people's servers, on behalf of people: link previews, outgoing webhooks, pushes.

Whoever names an address must not reach through us what only this machine can reach, nor keep us busy. So: http and
https alone, on the ports of web servers, to public addresses (checked at each connection, redirects included); the time
for everything together, the bytes that come over the wire, the bytes they unpack to and the number of redirects are
bounded. An operator may open networks (`allowed-networks`). No cookies are kept, no password travels in an address.
"""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from hyperlink import URL
from treq.client import HTTPClient
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool, ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IAgentEndpointFactory
from zope.interface import implementer

from chat import __version__
from chat.networks import Network
from chat.outbound_connection import AddressRefused, CheckedEndpoint, MeteredEndpoint, Names

MAX_URL_LENGTH = 4000
MAX_REDIRECTS = 5
HEAD_BYTES = 128 * 1024
"""For a response's headers, and what chunks cost."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PRIVATE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})


class OutboundError(Exception):
    """Nothing usable came back; the sentence says why."""


class OutboundRefused(OutboundError):
    """We do not go there; there is no use in trying again."""


class OutboundTooSlow(OutboundError):
    """The server was not done in time."""

    def __init__(self) -> None:
        super().__init__("The server takes too long.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response. `url` is where it came from, redirects followed; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    is_cut: bool = False
    """Whether there was more than was asked for."""

    @property
    def content_type(self) -> str:
        """Without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Wanted = Callable[[Fetched], bool]
"""Whether to read a body, by all but the body."""


class Outbound:
    def __init__(self, reactor: Any, external_url: str, allowed: Sequence[Network] = (), *,
                 names: Names | None = None, tls: Any = None) -> None:
        self._reactor = reactor
        self._allowed = allowed
        self._names = names or Names(reactor)
        self._tls = tls or BrowserLikePolicyForHTTPS()
        self.user_agent = f"Plait/{__version__} (+{external_url})"

    async def fetch(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None,
                    max_bytes: int = 1_000_000, timeout_s: float = 15.0, max_redirects: int = MAX_REDIRECTS,
                    cuts: bool = False, wanted: Wanted = lambda _: True) -> Fetched:
        """The response to a request. Raises OutboundError for whatever keeps us from having it.

        A body of more than `max_bytes` is an error; with `cuts` its beginning is taken, also where the connection
        breaks or time runs out while it comes. What is not `wanted` is left unread.
        """
        request = _Request(method.upper(), url, {name.lower(): value for name, value in (headers or {}).items()}, body)
        visit = _Visit(self._reactor, self._names, self._allowed, self._tls, self.user_agent, max_bytes, wanted,
                       cuts=cuts)
        return await visit.within(timeout_s, request, max_redirects)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    def checked_url(self) -> str:
        """In ASCII, without a fragment. Raises OutboundRefused where it is not for us."""
        if len(self.url) > MAX_URL_LENGTH:
            raise OutboundRefused("The address is too long.")
        try:
            parts = urlsplit(self.url)
            port = parts.port
            url = URL.from_text(self.url).to_uri().replace(fragment="").to_text()
        except (ValueError, UnicodeError):
            raise OutboundRefused("The address cannot be read.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
            raise OutboundRefused("Only http and https are spoken.")
        if "@" in parts.netloc:
            raise OutboundRefused("An address must not hold a password.")
        if not url.isascii() or not url.isprintable() or " " in url:
            raise OutboundRefused("The address cannot be read.")
        return url

    def redirected(self, status: int, location: str) -> _Request:
        """As browsers go on."""
        url = urljoin(self.url, location)
        keeps_body = status in (307, 308) or self.method in ("GET", "HEAD")
        same_site = urlsplit(url)[:2] == urlsplit(self.url)[:2]
        kept = {name: value for name, value in self.headers.items()
                if (same_site or name not in _PRIVATE_HEADERS) and (keeps_body or not name.startswith("content-"))}
        return _Request(self.method if keeps_body else "GET", url, kept, self.body if keeps_body else None)


@implementer(IAgentEndpointFactory)
class _Visit:
    """One call of `fetch`: all its requests, from the first to the last redirect."""

    def __init__(self, reactor: Any, names: Names, allowed: Sequence[Network], tls: Any, user_agent: str,
                 max_bytes: int, wanted: Wanted, *, cuts: bool) -> None:
        self._reactor = reactor
        self._names = names
        self._allowed = allowed
        self._tls = tls
        self._user_agent = user_agent
        self._max_bytes = max_bytes
        self._wanted = wanted
        self._cuts = cuts
        self._endpoints: list[MeteredEndpoint] = []
        self._reading: _Body | None = None

    async def within(self, timeout_s: float, request: _Request, max_redirects: int) -> Fetched:
        late: list[bool] = []
        work = Deferred.fromCoroutine(self._go(request, max_redirects))

        def too_late() -> None:
            late.append(True)
            if not (self._reading is not None and self._reading.cut()):
                work.cancel()

        alarm = self._reactor.callLater(timeout_s, too_late)
        try:
            return await work
        except CancelledError:
            if late:
                raise OutboundTooSlow from None
            raise
        except _FAILURES as error:
            if late:
                raise OutboundTooSlow from None
            if any(endpoint.is_over for endpoint in self._endpoints):
                raise OutboundError("The server sends too much.") from None
            raise _explained(error) from error
        finally:
            if alarm.active():
                alarm.cancel()
            for endpoint in self._endpoints:
                endpoint.abort()

    async def _go(self, request: _Request, max_redirects: int) -> Fetched:
        for _ in range(max_redirects + 1):
            url = request.checked_url()
            response = await self._ask(request, url)
            head = Fetched(response.code, _plain(response.headers), b"", url)
            location = head.headers.get("location")
            if head.status not in _REDIRECTS or location is None or max_redirects == 0:
                return await self._read(head, response, request.method)
            request = request.redirected(head.status, location)
        raise OutboundError("The server redirects in circles.")

    async def _ask(self, request: _Request, url: str) -> Any:
        agent = Agent.usingEndpointFactory(self._reactor, self, pool=HTTPConnectionPool(self._reactor, False))
        headers = Headers()
        for name, value in ({"user-agent": self._user_agent, "accept": "*/*"} | dict(request.headers)).items():
            headers.setRawHeaders(name, [value])
        undecoded: Any = _Undecoded(agent)
        return await HTTPClient(undecoded).request(request.method, url, headers=headers, data=request.body,
                                                   allow_redirects=False, unbuffered=True, reactor=self._reactor)

    def endpointForURI(self, uri: Any) -> MeteredEndpoint:
        endpoint: Any = CheckedEndpoint(self._reactor, self._names, self._allowed, uri.host.decode(), uri.port)
        if uri.scheme == b"https":
            endpoint = wrapClientTLS(self._tls.creatorForNetloc(uri.host, uri.port), endpoint)
        metered = MeteredEndpoint(endpoint, HEAD_BYTES + 2 * self._max_bytes)
        self._endpoints.append(metered)
        return metered

    async def _read(self, head: Fetched, response: Any, method: str) -> Fetched:
        if method == "HEAD" or not self._wanted(head):
            return head
        encoding = head.headers.get(_ENCODING, "identity").strip().lower()
        if encoding not in _DECODERS:
            raise OutboundError("The server answers in an encoding that was not asked for.")
        self._reading = _Body(self._max_bytes, _DECODERS[encoding](), cuts=self._cuts)
        response.original.deliverBody(self._reading)
        body = await self._reading.done
        return Fetched(head.status, head.headers, body, head.url, self._reading.is_cut)


class _Body(Protocol):
    """Takes a body in, unpacked, up to a size."""

    transport: Any

    def __init__(self, max_bytes: int, unpack: Callable[[bytes, int], bytes], *, cuts: bool) -> None:
        self._left = max_bytes
        self._unpack = unpack
        self._cuts = cuts
        self._parts: list[bytes] = []
        self.is_cut = False
        self.done: Deferred[bytes] = Deferred(lambda _: None)

    def dataReceived(self, data: bytes) -> None:
        if self.done.called:
            return
        try:
            part = self._unpack(data, self._left + 1)
        except zlib.error:
            self._end(OutboundError("The server's answer is damaged."))
            return
        self._parts.append(part[:self._left])
        self._left -= len(part)
        if self._left < 0 and not self.cut():
            self._end(OutboundError("The server's answer is too large."))

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]  # it always has one
        if self.done.called:
            return
        if reason.check(ResponseDone, PotentialDataLoss) is not None:
            self.done.callback(b"".join(self._parts))
        elif not self.cut():
            self._end(OutboundError("The server broke off."))

    def cut(self) -> bool:
        """Be content with what there is; False where that is not wanted, or nothing."""
        if not self._cuts or not self._parts or self.done.called:
            return False
        self.is_cut = True
        self.done.callback(b"".join(self._parts))
        return True

    def _end(self, error: OutboundError) -> None:
        self.done.errback(Failure(error))


def _as_it_is() -> Callable[[bytes, int], bytes]:
    return lambda data, most: data[:most]


def _gunzip() -> Callable[[bytes, int], bytes]:
    """Unpacks so much and no more: what a few bytes may become is up to who sends them."""
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress


_DECODERS = {"": _as_it_is, "identity": _as_it_is, "gzip": _gunzip, "x-gzip": _gunzip}
_ENCODING = "x-undecoded-content-encoding"


@implementer(IAgent)
class _Undecoded:
    """Keeps treq from unpacking: it would unpack whatever size there is."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def request(self, method: bytes, uri: bytes, headers: Headers | None = None, bodyProducer: Any = None
                ) -> Deferred[Any]:
        asked: Deferred[Any] = self._agent.request(method, uri, headers, bodyProducer)

        def hide(response: Any) -> Any:
            encodings = response.headers.getRawHeaders(b"content-encoding")
            if encodings:
                response.headers.removeHeader(b"content-encoding")
                response.headers.setRawHeaders(_ENCODING.encode(), [b",".join(encodings)])
            return response

        return asked.addCallback(hide)


def _plain(headers: Headers) -> dict[str, str]:
    return {name.decode("latin-1").lower(): b", ".join(values).decode("utf-8", "replace")
            for name, values in headers.getAllRawHeaders()}


_FAILURES = (OSError, ConnectError, ConnectionClosed, ResponseFailed, AddressRefused, ValueError, OutboundError)


def _explained(error: Exception) -> OutboundError:
    if isinstance(error, OutboundError):
        return error
    if isinstance(error, AddressRefused):
        return OutboundRefused(str(error))
    if isinstance(error, socket.gaierror):
        return OutboundError("The server's name is not known.")
    if isinstance(error, ResponseFailed):
        inner = error.reasons[0].value if error.reasons else error
        return OutboundError(f"The server does not answer as it should ({type(inner).__name__}).")
    return OutboundError(f"The server cannot be reached ({type(error).__name__}).")
