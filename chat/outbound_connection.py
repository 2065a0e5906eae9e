"""A connection to somebody else's server: looked up, checked, and metered.

Every address that a name has is checked, then one of exactly those is connected to; nothing is looked up twice, so an
answer that changes changes nothing. What a server may send over one connection is bounded, headers included. Looking up
has threads of its own: a name server that does not answer keeps nobody's password waiting. Knows nothing of HTTP.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from twisted.internet import address as transports
from twisted.internet.defer import Deferred, DeferredSemaphore
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import (
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IReactorTCP,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from chat.networks import Address, Network, is_public, is_within, read_address

PORTS = frozenset({80, 443, 8080, 8443})
MAX_ADDRESSES = 8
CONNECT_TIMEOUT_S = 10.0
LOOKUPS_AT_ONCE = 16
LookUp = Callable[..., Sequence[tuple[Any, ...]]]
"""socket.getaddrinfo, or what stands in for it in a test."""


class AddressRefused(Exception):
    """This server is not to be reached."""


class Names:
    """Looks names up. Names in use keep a thread each, `LOOKUPS_AT_ONCE` at most; the others wait."""

    def __init__(self, reactor: Any, look_up: LookUp = socket.getaddrinfo) -> None:
        self._reactor = reactor
        self._look_up = look_up
        self._turn = DeferredSemaphore(LOOKUPS_AT_ONCE)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """All of them, in the order in which to try. Raises OSError."""
        await self._turn.acquire()
        asked: Deferred[list[Address]] = Deferred()  # who asks may leave; the thread keeps its turn
        # A daemon: the process may end while a name server keeps silent.
        Thread(target=self._ask, args=(host, port, asked), name=f"look up {host}", daemon=True).start()
        return await asked

    def _ask(self, host: str, port: int, asked: Deferred[list[Address]]) -> None:
        found: list[Address] | Failure
        try:
            found = _read(self._look_up(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found = Failure(error if isinstance(error, OSError) else OSError(str(error)))
        except Exception:
            found = Failure()
        self._reactor.callFromThread(self._answer, asked, found)

    def _answer(self, asked: Deferred[list[Address]], found: list[Address] | Failure) -> None:
        self._turn.release()
        asked.callback(found)


def _read(answers: Sequence[tuple[Any, ...]]) -> list[Address]:
    found = [read_address(answer[4][0]) for answer in answers]
    return list(dict.fromkeys(address for address in found if address is not None))


def check(addresses: Sequence[Address], port: int, allowed: Sequence[Network]) -> None:
    """Whether one may connect to `port` of a server with these addresses. One that may not be reached spoils all:
    who has such a name means no good. Raises AddressRefused."""
    for address in addresses:
        if is_within(address, allowed):
            continue
        if not is_public(address):
            raise AddressRefused("The server is in a network that is not for everyone.")
        if port not in PORTS:
            raise AddressRefused(f"Port {port} is not one that web servers use.")


@implementer(IStreamClientEndpoint)
class CheckedEndpoint:
    """TCP to `host` and `port`, where that is permitted."""

    def __init__(self, reactor: Any, names: Names, allowed: Sequence[Network], host: str, port: int) -> None:
        self._reactor = reactor
        self._names = names
        self._allowed = allowed
        self._host = host
        self._port = port

    def connect(self, protocolFactory: Any) -> Deferred[Any]:
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: Any) -> Any:
        addresses = await self._names.addresses(self._host, self._port)
        check(addresses, self._port, self._allowed)
        known = _KnownAddresses(self._reactor, addresses[:MAX_ADDRESSES])
        return await HostnameEndpoint(known, self._host, self._port, CONNECT_TIMEOUT_S).connect(factory)


@implementer(IHostnameResolver, IReactorPluggableNameResolver, IReactorTCP, IReactorTime)
class _KnownAddresses:
    """The reactor, as far as connecting needs it, where every name has the addresses that were checked."""

    def __init__(self, reactor: Any, addresses: Sequence[Address]) -> None:
        self._reactor = reactor
        self._addresses = addresses
        self.nameResolver = self
        self.callLater = reactor.callLater
        self.seconds = reactor.seconds

    def resolveHostName(self, receiver: Any, hostName: str, portNumber: int = 0, addressTypes: Any = None,
                        transportSemantics: str = "TCP") -> None:
        for address in self._addresses:
            kind = transports.IPv4Address if address.version == 4 else transports.IPv6Address
            receiver.addressResolved(kind("TCP", str(address), portNumber))
        receiver.resolutionComplete()

    def connectTCP(self, host: str, *args: Any, **options: Any) -> Any:
        assert read_address(host) in self._addresses
        return self._reactor.connectTCP(host, *args, **options)


@implementer(IStreamClientEndpoint)
class MeteredEndpoint:
    """An endpoint whose connections end when more than `max_bytes` came over them, or when `abort` is called."""

    def __init__(self, endpoint: Any, max_bytes: int) -> None:
        self._endpoint = endpoint
        self.left = max_bytes
        self._meters: list[_Meter] = []

    @property
    def is_over(self) -> bool:
        """Whether more came."""
        return self.left < 0

    def connect(self, protocolFactory: Any) -> Deferred[Any]:
        connected: Deferred[Any] = self._endpoint.connect(_MeterFactory(protocolFactory, self))
        return connected.addCallback(lambda meter: meter.wrappedProtocol)

    def opened(self, meter: _Meter) -> None:
        self._meters.append(meter)

    def abort(self) -> None:
        """End what is still open."""
        for meter in self._meters:
            if meter.connected:
                meter.transport.abortConnection()


class _Meter(ProtocolWrapper):
    factory: _MeterFactory
    transport: Any

    def dataReceived(self, data: bytes) -> None:
        endpoint = self.factory.endpoint
        endpoint.left -= len(data)
        if endpoint.is_over:
            self.transport.abortConnection()
        else:
            super().dataReceived(data)  # type: ignore[no-untyped-call]

    def makeConnection(self, transport: Any) -> None:
        self.factory.endpoint.opened(self)
        super().makeConnection(transport)  # type: ignore[no-untyped-call]


class _MeterFactory(WrappingFactory):
    protocol = _Meter
    noisy = False

    def __init__(self, wrapped: Factory, endpoint: MeteredEndpoint) -> None:
        super().__init__(wrapped)  # type: ignore[no-untyped-call]
        self.endpoint = endpoint
