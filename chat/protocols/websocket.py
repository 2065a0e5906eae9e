"""The WebSocket door. Every frame is a text frame holding one JSON object.

Client to server:

    {"req_id": R, "type": "request", "request": {"method": M, "path": P, "params": {...}}}
        A request as over HTTP: `path` is what follows /api/v1 or /json, values of `params` are native JSON. Answered by
        {"req_id": R, "type": "response", "status": S, "response": {...}}, the answer HTTP would have given.
    {"req_id": R, "type": "subscribe", "queue_id": Q, "last_event_id": N}
        Have the events of queue Q sent here. Answered by a response; then come the events after N, each frame
        {"type": "events", "queue_id": Q, "events": [...]}, at once and as they happen.
    {"type": "ack", "queue_id": Q, "last_event_id": N}
        The events up to N need not be kept any longer. Not answered; one now and then is enough.

`req_id` is a string or a number of the client's choosing and comes back as it was. A frame that is none of these is
answered with a response of status 400. A queue has one reader: when it ends, or is read elsewhere, the socket is closed
(4000) and the client, subscribing anew, learns the rest. A reader too slow for its events is closed (1013); its queue
stays and it can resume. When the server goes away it closes with 1001.

Who asks is settled before the handshake is accepted: /json/websocket takes the session's cookie and an Origin of this
server; /api/v1/websocket takes HTTP basic authentication.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.types import ConnectionDeny
from twisted.internet.interfaces import IPushProducer
from twisted.internet.tcp import Connection
from twisted.logger import Logger
from zope.interface import implementer

from chat.deferreds import Clock, sleep
from chat.errors import JsonableError
from chat.events.queue import Entry, EventQueue, encode
from chat.events.queues import EventQueues
from chat.params import Raw
from chat.resources.addresses import Proxies, host_of
from chat.resources.body import native_values
from chat.resources.door import SESSION_COOKIE, Authentication
from chat.resources.notes import Door, RequestNotes, client_name
from chat.resources.rest import Reply, Rest, json_error, json_success
from chat.resources.routes import METHODS

MAX_FRAME_BYTES = 2 * 1024 * 1024
MAX_REQUESTS_IN_FLIGHT = 100
MAX_BACKLOG = 1000
"""Events that may wait for a reader whose socket is full."""
MAX_SUBSCRIPTIONS = 8
PING_S, PONG_TIMEOUT_S, HANDSHAKE_TIMEOUT_S, CLOSE_TIMEOUT_S = 30, 20, 10, 2
CLOSED_QUEUE, GOING_AWAY, TRY_AGAIN = 4000, 1001, 1013

_log = Logger("chat.websocket")


class _Subscription:
    """A queue that is read over a socket, and how far it has been sent."""

    __slots__ = ("head", "last_sent", "queue", "sink")

    def __init__(self, queue: EventQueue, last_sent: int, sink: Callable[[EventQueue, list[Entry]], None]) -> None:
        self.queue = queue
        self.head = b'{"type":"events","queue_id":%b,"events":' % orjson.dumps(queue.id)
        self.last_sent = last_sent
        self.sink = sink


@implementer(IPushProducer)
class ChatSocket(WebSocketServerProtocol):
    """One socket. `factory` is a `SocketFactory`."""

    transport: Any
    notes: RequestNotes
    credential: bytes | None = None
    """The hash of the session's token, or of the API key, that opened it."""

    def onConnect(self, request: Any) -> None:
        self._in_flight = 0
        self._is_full = False
        self._is_plain = False
        self._subscriptions: dict[str, _Subscription] = {}
        factory: SocketFactory = self.factory
        headers: Mapping[str, str] = request.headers
        agent = headers.get("user-agent", "")
        self.notes = RequestNotes(factory.door, "SOCKET", "/websocket", client_name=client_name(agent, factory.door),
                                  user_agent=agent, address=factory.proxies.client(
                                      host_of(self.transport.getPeer()), headers.get("x-forwarded-for")),
                                  header=headers.get)
        try:
            factory.authenticate(self.notes, headers)
        except JsonableError as error:
            raise ConnectionDeny(error.status, error.msg) from None
        if self.notes.user is None:
            raise ConnectionDeny(401, "Not logged in")
        self.credential = self.notes.session.token_hash if self.notes.session else self.notes.key_hash

    def onOpen(self) -> None:
        self.factory.sockets.add(self)
        self._is_plain = isinstance(self.transport, Connection) and not self.transport.TLS
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        req_id: object = None
        try:
            frame = orjson.loads(payload)
            if isBinary or not isinstance(frame, dict):
                raise JsonableError("A frame is a JSON object")
            req_id = frame.get("req_id")
            if isinstance(req_id, bool) or not isinstance(req_id, str | int | float | None) or (
                    isinstance(req_id, str) and len(req_id) > 100):
                req_id = None
                raise JsonableError("req_id is a string or a number")
            match frame.get("type"):
                case "request":
                    self._request(req_id, frame.get("request"))
                case "subscribe":
                    self._subscribe(req_id, frame)
                case "ack":
                    self._acknowledge(frame)
                case _:
                    raise JsonableError("The type of a frame is request, subscribe or ack")
        except (orjson.JSONDecodeError, RecursionError):
            self._respond(req_id, json_error(JsonableError("The frame is not valid JSON")))
        except JsonableError as error:
            self._respond(req_id, json_error(error))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.factory.sockets.discard(self)
        for subscription in list(getattr(self, "_subscriptions", {}).values()):
            subscription.queue.detach(subscription.sink, self.factory.clock.seconds())
        self._subscriptions = {}

    # Requests

    def _request(self, req_id: object, request: Any) -> None:
        if not isinstance(request, dict):
            raise JsonableError("request is an object with method, path and params")
        method, path, params = request.get("method", "GET"), request.get("path"), request.get("params", {})
        if not isinstance(method, str) or method not in (*METHODS, "HEAD", "OPTIONS"):
            raise JsonableError("Unknown method")
        if not isinstance(path, str) or not path.startswith("/") or len(path) > 1000:
            raise JsonableError("A path begins with a slash")
        if not isinstance(params, dict):
            raise JsonableError("params is an object")
        if self._in_flight >= MAX_REQUESTS_IN_FLIGHT:
            raise JsonableError(f"At most {MAX_REQUESTS_IN_FLIGHT} requests at once")
        self._in_flight += 1
        notes = RequestNotes(
            self.notes.door, "SOCKET", self.notes.door.value + path, user=self.notes.user,
            session=self.notes.session, client_name=self.notes.client_name, user_agent=self.notes.user_agent,
            address=self.notes.address, header=self.notes.header, started=self.factory.clock.seconds(),
            request_id=secrets.token_hex(8))
        key = request.get("idempotency_key")
        notes.idempotency_key = key if isinstance(key, str) else None

        def raw() -> Raw:
            return native_values(params)

        def answer(reply: Reply) -> None:
            self._in_flight -= 1
            self._respond(req_id, reply)

        self.factory.rest.rest_dispatch(notes, method, path, raw, self._still_here).addCallback(answer)

    def _still_here(self, notes: RequestNotes) -> None:
        """The socket was authenticated when it opened; whoever lost their account since is nobody."""
        user = self.factory.current_user(self.notes)
        notes.user = user

    def _respond(self, req_id: object, reply: Reply) -> None:
        body = reply.body.rstrip() or b"{}"
        self._write_frame(b'{"req_id":%b,"type":"response","status":%d,"response":%b}'
                   % (orjson.dumps(req_id), reply.status, body))

    # Events

    def _subscribe(self, req_id: object, frame: Mapping[str, Any]) -> None:
        queue, last_event_id = self._queue(frame)
        queue.acknowledge(last_event_id)
        if len(self._subscriptions) >= MAX_SUBSCRIPTIONS and queue.id not in self._subscriptions:
            raise JsonableError(f"At most {MAX_SUBSCRIPTIONS} queues on one socket")
        earlier = self._subscriptions.pop(queue.id, None)
        if earlier is not None:
            queue.detach(earlier.sink, self.factory.clock.seconds())
        self._respond(req_id, Reply(200, json_success(self.notes)))
        subscription = _Subscription(queue, last_event_id, self._on_events)
        self._subscriptions[queue.id] = subscription
        queue.attach(subscription.sink, self.factory.clock.seconds())

    def _acknowledge(self, frame: Mapping[str, Any]) -> None:
        queue, last_event_id = self._queue(frame)
        queue.acknowledge(last_event_id)
        queue.touch(self.factory.clock.seconds())

    def _queue(self, frame: Mapping[str, Any]) -> tuple[EventQueue, int]:
        queue_id, last_event_id = frame.get("queue_id"), frame.get("last_event_id")
        if not isinstance(queue_id, str) or len(queue_id) > 200:
            raise JsonableError("queue_id is a string")
        if isinstance(last_event_id, bool) or not isinstance(last_event_id, int):
            raise JsonableError("last_event_id is a number")
        user = self.factory.current_user(self.notes)
        return self.factory.queues.get(queue_id, user.id if user else -1), last_event_id

    def _on_events(self, queue: EventQueue, entries: list[Entry]) -> None:
        """The queue has events for this reader; no entries: the queue is lost, or read elsewhere."""
        subscription = self._subscriptions.get(queue.id)
        if subscription is None:
            return
        if not entries:
            del self._subscriptions[queue.id]
            self.end(CLOSED_QUEUE, "the event queue ended or is read elsewhere")
        elif not self._is_full:
            subscription.last_sent = entries[-1][0]
            self._write_frame(b"%b%b}" % (subscription.head, encode(entries)))
        elif entries[-1][0] - subscription.last_sent > MAX_BACKLOG:
            self.end(TRY_AGAIN, "too slow")

    def _catch_up(self) -> None:
        """Send what waited while the socket was full."""
        for subscription in list(self._subscriptions.values()):
            waiting = [entry for entry in subscription.queue.entries if entry[0] > subscription.last_sent]
            if waiting:
                self._on_events(subscription.queue, waiting)

    def end(self, code: int, reason: str) -> None:
        """Close the socket. (Autobahn's own sendClose does not take the codes of RFC 6455 that servers may use.)"""
        self.sendCloseFrame(code=code, reasonUtf8=reason.encode())

    def _write_frame(self, payload: bytes) -> None:
        """One text frame, written straight to the transport: servers do not mask, and we neither compress nor split."""
        if self.state != self.STATE_OPEN:
            return
        size = len(payload)
        if size < 126:
            header = bytes((0x81, size))
        elif size < 65536:
            header = b"\x81\x7e" + size.to_bytes(2, "big")
        else:
            header = b"\x81\x7f" + size.to_bytes(8, "big")
        self._write(header + payload)

    def _write(self, data: bytes) -> None:
        """To the system at once, where nothing waits before it: an event for many sockets then costs each of them one
        call, not a turn of the reactor. What is not taken, and every error, is the transport's business as ever."""
        transport = self.transport
        if self._is_plain and transport.connected and not (transport.dataBuffer or transport._tempDataBuffer):
            sent = transport.writeSomeData(data)
            if isinstance(sent, int):
                if sent == len(data):
                    return
                data = data[sent:]
        transport.write(data)

    # IPushProducer: how the transport says that its buffer is full

    def pauseProducing(self) -> None:
        """Nothing more is read either: a client that does not take its answers asks nothing new."""
        self._is_full = True
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        self._is_full = False
        self.transport.resumeProducing()
        self._catch_up()

    def stopProducing(self) -> None:
        self._is_full = True


class SocketFactory(WebSocketServerFactory):
    """The sockets of one door."""

    protocol = ChatSocket

    def __init__(self, door: Door, rest: Rest, queues: EventQueues, authentication: Authentication, clock: Clock,
                 external_url: str, reactor: Any, proxies: Proxies) -> None:
        super().__init__(server="Plait", reactor=reactor)  # type: ignore[no-untyped-call]
        self.setProtocolOptions(  # type: ignore[no-untyped-call]
            versions=[13], webStatus=False, allowedOrigins=["*"], allowNullOrigin=True, failByDrop=False,
            maxMessagePayloadSize=MAX_FRAME_BYTES, maxFramePayloadSize=MAX_FRAME_BYTES,
            openHandshakeTimeout=HANDSHAKE_TIMEOUT_S, closeHandshakeTimeout=CLOSE_TIMEOUT_S, autoPingInterval=PING_S,
            autoPingTimeout=PONG_TIMEOUT_S, tcpNoDelay=True)
        self.door = door
        self.rest = rest
        self.queues = queues
        self.clock = clock
        self.proxies = proxies
        self.sockets: set[ChatSocket] = set()
        self._authentication = authentication
        self._origin = _origin(external_url)

    def web_resource(self) -> WebSocketResource:
        return WebSocketResource(self)

    def authenticate(self, notes: RequestNotes, headers: Mapping[str, str]) -> None:
        """Note who opens a socket; raises JsonableError for a wrong key or a foreign Origin."""
        if self.door is Door.API:
            self._authentication.by_key(notes, headers.get("authorization"))
            return
        origin = _origin(headers.get("origin", ""))
        if origin is None or origin not in (self._origin, _origin("http://" + headers.get("host", "")),
                                            _origin("https://" + headers.get("host", ""))):
            raise _ForeignOrigin
        self._authentication.by_session(notes, _cookie(headers.get("cookie", "")))

    def current_user(self, notes: RequestNotes) -> Any:
        """The socket's owner as they are now; None once the account or the session has ended."""
        return self._authentication.current(notes)

    def end_credential(self, ended: bytes) -> None:
        """Close the sockets that were opened with a session or a key which ended; `ended` is its hash."""
        for socket in list(self.sockets):
            if socket.credential == ended:
                socket.end(CLOSED_QUEUE, "signed out")

    async def stop(self) -> None:
        """Close every socket, for the server is going away; wait for their clients' answer, but not for long."""
        for socket in list(self.sockets):
            socket.end(GOING_AWAY, "the server is going away")
        deadline = self.clock.seconds() + CLOSE_TIMEOUT_S
        while self.sockets and self.clock.seconds() < deadline:
            await sleep(self.clock, 0.02)


class _ForeignOriginError(JsonableError):
    status = 403


_ForeignOrigin = _ForeignOriginError("Origin not allowed")


def _origin(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of a URL; None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _cookie(header: str) -> str | None:
    name = SESSION_COOKIE.decode() + "="
    for part in header.split(";"):
        if part.strip().startswith(name):
            return part.strip()[len(name):]
    return None
