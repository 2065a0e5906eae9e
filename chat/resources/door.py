"""The HTTP door: Twisted requests in, Replies out. Here is who asks found out, and the size of what is sent bounded.

API clients come to /api/v1 with HTTP basic authentication (address and API key), browsers to /json with their session's
cookie and, for everything that writes, the CSRF token that goes with it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from http.cookies import CookieError
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from klein import Klein
from twisted.internet.defer import CancelledError, Deferred
from twisted.web.http import Request as HttpRequest
from twisted.web.server import Request

from chat.actions.accounts import Accounts
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import BodyTooLarge, CsrfFailed, InvalidApiKey, JsonableError, Unauthorized
from chat.models import User
from chat.params import Raw
from chat.passwords import csrf_token, digest, same
from chat.resources.body import body_values, query_values
from chat.resources.intake import Intake, Reception
from chat.resources.notes import Door, RequestNotes, client_name
from chat.resources.rest import Reply, Rest, json_error
from chat.resources.routes import Takes

MAX_BODY_BYTES = 2 * 1024 * 1024
_DRAINED_BYTES = 16 * MAX_BODY_BYTES
"""How much of a body that is too large is read and thrown away, so that its sender can hear why."""
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""The methods by which files come."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE, CSRF_COOKIE = b"sessionid", b"csrftoken"


class BoundedRequest(Request):
    """A request whose body has a bound. What lies beyond is dropped as it comes, and `too_large` says so.

    `receive` is asked, once the headers are there, whether it takes the body in itself (files do not go into memory).
    """

    too_large = False
    reception: Reception | None = None
    is_logged = False
    """Whether the request log has its line already."""
    client_host = ""
    request_id = ""
    person_id: int | None = None
    accel_folder: Path | None = None
    """Of the files that the server in front sends itself."""
    started_s = 0.0
    is_refused = False
    """Whether all of the body was dropped, as its sender may not send one."""
    _received = 0

    def __init__(self, *args: Any, receive: Callable[[BoundedRequest], Reception | bool] = lambda _: False,
                 arrived: Callable[[BoundedRequest], None] = lambda _: None, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._receive = receive
        self._arrived = arrived

    def process(self) -> None:
        self._arrived(self)
        super().process()  # type: ignore[no-untyped-call]

    @property
    def first_line(self) -> tuple[str, str]:
        """Method and target, known to the channel before the body has come."""
        channel: Any = self.channel
        return channel._command.decode("ascii", "replace"), channel._path.decode("ascii", "replace")

    def gotLength(self, length: int | None) -> None:
        taken = self._receive(self)
        if isinstance(taken, Reception):
            self.reception = taken
            if length is not None and length > taken.limit_bytes:
                taken.refuse_size()
        self.is_refused = taken is True
        in_memory = self.reception is None and not taken and (length is None or length <= MAX_BODY_BYTES)
        super().gotLength(length if in_memory else 0)  # type: ignore[no-untyped-call]

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        limit = MAX_BODY_BYTES if self.reception is None else self.reception.limit_bytes
        if self._received > limit:
            self.too_large = True
            if self.reception is not None:
                self.reception.refuse_size()
            if self._received > max(limit, _DRAINED_BYTES):
                transport: Any = self.channel.transport
                transport.abortConnection()
        elif self.reception is not None:
            self.reception.feed(data)
        elif not self.is_refused:
            super().handleContentChunk(data)  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any) -> None:
        if self.reception is not None:
            self.reception.release()
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class Authentication:
    """Who asks: by key at one door, by session at the other."""

    def __init__(self, directory: Directory, accounts: Accounts, clock: Clock) -> None:
        self._directory = directory
        self._accounts = accounts
        self._clock = clock

    def by_key(self, notes: RequestNotes, authorization: str | None) -> None:
        """HTTP basic: address and API key. Without the header nobody is signed in; a wrong one is refused."""
        if authorization is None:
            return
        scheme, _, encoded = authorization.partition(" ")
        try:
            email, colon, key = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except ValueError:  # not base64, or not text
            colon = ""
        if scheme.lower() != "basic" or not colon:
            raise Unauthorized("Invalid authorization header for basic auth")
        key_hash = digest(key.strip())
        user = self._directory.user_of_key(key_hash)
        if user is None or user.email.lower() != email.strip().lower() or not user.is_active:
            raise Unauthorized("Invalid API key")
        notes.user, notes.key_hash = user, key_hash

    def by_key_alone(self, notes: RequestNotes, key: str) -> None:
        """An API key without the address that goes with it, as some paths take it. Raises InvalidApiKey."""
        key_hash = digest(key)
        user = self._directory.user_of_key(key_hash)
        if user is None or not user.is_active:
            raise InvalidApiKey
        notes.user, notes.key_hash = user, key_hash

    def by_session(self, notes: RequestNotes, token: str | None) -> None:
        """The session's cookie. Without it, or after its end, nobody is signed in."""
        session = self._accounts.session_of_token(token, self._now()) if token else None
        user = None if session is None else self._directory.user_by_id(session.user_id)
        if user is not None and user.is_active:
            notes.session, notes.user = session, user

    def current(self, notes: RequestNotes) -> User | None:
        """Who was found before, as they are now: None once their account, session or key has ended."""
        user = None if notes.user is None else self._directory.user_by_id(notes.user.id)
        if user is None or not user.is_active:
            return None
        if notes.session is not None and notes.session.token_hash not in self._directory.sessions:
            return None
        if notes.key_hash is not None and self._directory.user_of_key(notes.key_hash) is not user:
            return None
        return user

    def _now(self) -> float:
        return self._clock.seconds()


class RestDoor:
    """The two prefixes of the REST API as a Klein app's routes."""

    def __init__(self, rest: Rest, authentication: Authentication, clock: Clock, directory: Directory,
                 intake: Intake) -> None:
        self._rest = rest
        self._intake = intake
        self._authentication = authentication
        self._clock = clock
        self._directory = directory

    def mount(self, app: Klein) -> None:
        """Add the routes to `app`."""
        @app.route("/api/v1/<path:path>", endpoint="api", methods=None)
        def api(request: HttpRequest, path: str) -> Deferred[bytes]:
            return self.serve(request, Door.API, "/" + path)

        @app.route("/json/<path:path>", endpoint="json", methods=None)
        def json(request: HttpRequest, path: str) -> Deferred[bytes]:
            return self.serve(request, Door.JSON, "/" + path)

    def receive(self, request: BoundedRequest) -> Reception | bool:
        """How the body of a request is taken in, by its headers: with its files, as any other (False), or not at all
        (True), as who sends it may not."""
        method, target = request.first_line
        if method not in _WITH_BODY:
            return False
        door = next((door for door in Door if target.startswith(door.value + "/")), None)
        if door is None:
            return False
        path = unquote(target.partition("?")[0])[len(door.value):]
        route = self._rest.route_of(method, path)
        if route is None or route.takes in (Takes.NOTHING, Takes.BODY):
            return False
        notes = RequestNotes(door, method, path)
        try:
            self._identify(request, notes)
            route.who.check(notes.user)
        except JsonableError:
            return True
        return self._intake.begin(route, notes.user, header(request, "content-type") or "") or False

    def _takes_body(self, path: str) -> bool:
        route = self._rest.route_of("POST", path)
        return route is not None and route.takes is Takes.BODY

    def _identify(self, request: Any, notes: RequestNotes) -> str:
        """Note who asks, by what the door goes by; the session's token, where it is one. Raises Unauthorized."""
        if notes.door is Door.API:
            self._authentication.by_key(notes, header(request, "authorization"))
            return ""
        token = cookie(request, SESSION_COOKIE) or ""
        self._authentication.by_session(notes, token)
        return token

    def serve(self, request: Any, door: Door, path: str) -> Deferred[bytes]:
        """Dispatch one request and give its answer's body; status and headers are set on the request."""
        notes = notes_of(request, door, path, self._clock)
        request.is_logged = True

        takes_body = notes.method == "POST" and self._takes_body(path)
        form: dict[str, Any] = {}
        reception: Reception | None = getattr(request, "reception", None)

        def raw() -> Raw:
            values = query_values(request.uri.partition(b"?")[2])
            if reception is not None:
                values.update(reception.finish())
                notes.files = reception.files
            elif not getattr(request, "is_refused", False):
                if getattr(request, "too_large", False):
                    raise BodyTooLarge(MAX_BODY_BYTES)
                request.content.seek(0)
                body = request.content.read()
                if takes_body:
                    notes.body = body
                    notes.query = {name: value for name, value in values.items() if isinstance(value, str)}
                elif body:
                    values.update(body_values(header(request, "content-type") or "", body))
            form["token"] = values.get("csrfmiddlewaretoken")
            return values

        def authenticate(notes: RequestNotes) -> None:
            token = self._identify(request, notes)
            if takes_body and notes.user is None and "api_key" in notes.query:
                self._authentication.by_key_alone(notes, notes.query["api_key"])
            if door is Door.JSON and notes.user is not None and notes.method not in SAFE_METHODS:
                given = header(request, "x-csrftoken") or form["token"]
                if not isinstance(given, str) or not same(given, csrf_token(token)):
                    raise CsrfFailed("CSRF token missing or incorrect.")

        try:
            served = self._rest.rest_dispatch(notes, notes.method, path, raw, authenticate)
        finally:
            if reception is not None:
                reception.release()  # what its route wanted it has taken
        return served.addCallbacks(
            lambda reply: write_reply(request, reply, notes), lambda failure: _left(request, failure))


def notes_of(request: Any, door: Door, path: str, clock: Clock) -> RequestNotes:
    """What the transport knows of a request."""
    agent = header(request, "user-agent") or ""
    return RequestNotes(
        door, request.method.decode("ascii", "replace"), door.value + path, client_name=client_name(agent, door),
        user_agent=agent, address=request.client_host, idempotency_key=header(request, "idempotency-key"),
        header=partial(header, request), started=clock.seconds(), request_id=request.request_id)


def header(request: Any, name: str) -> str | None:
    """A header's value, if the request carries it. Whatever bytes it has become text, different ones different text."""
    value: bytes | None = request.getHeader(name.encode())
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def cookie(request: Any, name: bytes) -> str | None:
    """A cookie's value, if the request carries it and it is text."""
    try:
        value = request.getCookie(name)
        return None if value is None else value.decode("ascii")
    except (UnicodeError, CookieError):
        return None


def write_reply(request: Any, reply: Reply, notes: RequestNotes | None = None) -> bytes:
    """Set status and headers; the body is the caller's to send."""
    request.setResponseCode(reply.status)
    headers = request.responseHeaders
    headers.setRawHeaders(b"content-type", [b"application/json"])
    headers.setRawHeaders(b"cache-control", [b"no-store"])
    if notes is not None and notes.standing is not None:
        for name, value in notes.standing.headers().items():
            headers.setRawHeaders(name.encode(), [value.encode()])
    for name, value in reply.headers.items():
        headers.setRawHeaders(name.encode(), [value.encode()])
    headers.setRawHeaders(b"content-length", [b"%d" % len(reply.body)])
    return b"" if request.method == b"HEAD" else reply.body


def _left(request: Any, failure: Any) -> bytes:
    """The client went away while it waited: there is nobody to answer."""
    if failure.check(CancelledError):
        return b""
    return write_reply(request, json_error(failure.value))
