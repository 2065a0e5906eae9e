"""rest_dispatch: from a path and a verb to a declared route, and from its outcome to the envelope.

It serves HTTP and WebSocket requests alike; neither Klein nor sockets are known here. Outcome and error become a
`Reply`; who may call, which parameters there are and what a refusal says is the declaration's business
(chat.resources.routes).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map, Rule

from chat.database.pool import Count
from chat.deferreds import Clock, shielded
from chat.errors import JsonableError, MethodNotAllowed, NotFound, Unauthorized
from chat.i18n import translate_refusal
from chat.languages import ENGLISH, Language
from chat.metrics import Metrics
from chat.models import User
from chat.params import Raw
from chat.ratelimit import RateLimits
from chat.resources.notes import Door, RequestNotes, printable_name
from chat.resources.routes import METHODS, Route, Takes, Who

_log = Logger("chat.requests")
_ALWAYS_READ = frozenset({"client", "method", "csrfmiddlewaretoken", "api_key", "dont_block"})
"""Parameters that any request may carry."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. A route may give one itself where the envelope would be in the way."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class _EmailConverter(BaseConverter):
    regex = r"[^/@]+@[^/]+"


Verbs = Mapping[str, Route]
Authenticate = Callable[[RequestNotes], None]
"""Finds out who asks and notes it; raises JsonableError. Called before the caller's right is checked."""


def json_success(notes: RequestNotes, data: Mapping[str, Any] | None = None) -> bytes:
    """The success envelope: flat for API clients, with `data` for the browser."""
    envelope: dict[str, Any] = {"result": "success", "msg": ""}
    if notes.door is Door.API:
        envelope.update(data or {})
    else:
        envelope["data"] = data or {}
    if notes.ignored:
        envelope["ignored_parameters_unsupported"] = notes.ignored
    return orjson.dumps(envelope) + b"\n"


def json_error(error: BaseException, language: Language = ENGLISH) -> Reply:
    """The one error map: what the client is told of a failure, its sentence in `language`. Unknown failures are logged
    in full, answered blandly."""
    if isinstance(error, JsonableError):
        envelope = error.envelope()
        envelope["msg"] = translate_refusal(language, envelope["msg"])
        return Reply(error.status, orjson.dumps(envelope) + b"\n", error.headers())
    _log.failure("a request failed", _failure(error))
    return Reply(500, b'{"result":"error","msg":"Internal server error","code":"INTERNAL_SERVER_ERROR"}\n')


class Rest:
    """The table of all routes, and their dispatch."""

    def __init__(self, clock: Clock, limits: RateLimits, metrics: Metrics, count: Callable[[], Count] = Count,
                 seen: Callable[[User], Awaitable[None] | None] = lambda user: None,
                 language: Callable[[RequestNotes], Language] = lambda notes: ENGLISH) -> None:
        self._clock = clock
        self._limits = limits
        self._metrics = metrics
        self._count = count
        self._seen = seen
        self._language = language
        self._verbs: dict[str, dict[str, Route]] = {}
        self._map = Map(converters={"email": _EmailConverter}, strict_slashes=False, merge_slashes=False)
        self._urls = self._map.bind("")
        self._literal: dict[str, Verbs] = {}

    def add(self, routes: Iterable[Route]) -> None:
        """Take routes into the table. Two of one verb on one path are a mistake of ours."""
        for route in routes:
            verbs = self._verbs.setdefault(route.path, {})
            if not verbs:
                self._map.add(Rule(route.rule(), endpoint=route.path))
                if "{" not in route.path:
                    self._literal[route.path] = verbs
            assert route.method not in verbs, f"{route.method} {route.path} is declared twice"
            verbs[route.method] = route

    @property
    def routes(self) -> list[Route]:
        return [route for verbs in self._verbs.values() for route in verbs.values()]

    def route_of(self, method: str, path: str) -> Route | None:
        """The route of a request, known by its first line alone."""
        try:
            verbs, _ = self._find(path)
        except NotFound:
            return None
        return verbs.get(method)

    def rest_dispatch(self, notes: RequestNotes, method: str, path: str, raw: Callable[[], Raw],
                      authenticate: Authenticate) -> Deferred[Reply]:
        """Serve a request. The Deferred never fails; cancelling it (the client left) ends only a route that `waits`.

        `raw` reads the parameters and may raise JsonableError.
        """
        try:
            verbs, places = self._find(path)
            values = raw()
            override = values.get("method")
            if method == "POST" and isinstance(override, str) and override.upper() in METHODS:
                method = override.upper()
            if method == "OPTIONS":
                return _now(Reply(204, b"", {"Allow": ", ".join(_allowed(verbs))}))
            route = verbs.get("GET" if method == "HEAD" else method)
            if route is None:
                raise MethodNotAllowed(method, _allowed(verbs))
            notes.route = route.path
            self._admit(notes, route, authenticate)
            name = values.get("client")
            if isinstance(name, str):
                notes.client_name = printable_name(name) or notes.client_name
            parameters = route.declaration.read(values)
            if len(values) > len(parameters.__struct_fields__) or values.keys() - route.declaration.names:
                notes.ignored = [
                    name for name in route.declaration.ignored(values)
                    if name not in _ALWAYS_READ and name not in places]
            assert route.handler is not None
            answer = self._answer(notes, route.handler(notes, parameters, **places), route)
        except Exception as error:
            return _now(self._logged(notes, json_error(error, self._language(notes))))
        return Deferred.fromCoroutine(answer) if route.waits else shielded(answer)

    async def _answer(self, notes: RequestNotes, outcome: Awaitable[Any], route: Route) -> Reply:
        count = self._count()
        try:
            if notes.user is not None and (arriving := self._seen(notes.user)) is not None:
                await arriving
            data = await outcome
            reply = data if isinstance(data, Reply) else Reply(200, json_success(notes, data))
        except CancelledError:
            raise
        except Exception as error:
            reply = json_error(error, self._language(notes))
        if route.waits and reply.status == 200:
            self._metrics.request(notes.door.name.lower(), notes.method, notes.route, reply.status)
        else:
            self._logged(notes, reply, count.statements)
        return reply

    def _admit(self, notes: RequestNotes, route: Route, authenticate: Authenticate) -> None:
        """Find out who asks, and whether they may, and may so often. Where anyone may, wrong credentials do no harm."""
        try:
            authenticate(notes)
            self._limit(notes, route)
            route.who.check(notes.user)
        except Unauthorized as error:
            if notes.user is None and notes.standing is None:
                self._limit(notes, route)
            if route.who is not Who.ANYONE:
                raise Unauthorized(error.msg, scheme="Basic" if notes.door is Door.API else "Session") from None

    def _limit(self, notes: RequestNotes, route: Route) -> None:
        """Count the request against its sender's right. Raises RateLimitHit."""
        limits = self._limits
        if notes.user is None:
            notes.standing = limits.spend(limits.address, notes.address)
        elif route.takes is Takes.NOTHING:
            notes.standing = limits.spend(limits.polls if route.waits else limits.person, notes.user.id)

    def _find(self, path: str) -> tuple[Verbs, dict[str, Any]]:
        verbs = self._literal.get(path)
        if verbs is not None:
            return verbs, {}
        try:
            endpoint, places = self._urls.match(path)
        except HTTPException:
            raise NotFound("There is nothing at this path") from None
        return self._verbs[endpoint], dict(places)

    def _logged(self, notes: RequestNotes, reply: Reply, statements: int = 0) -> Reply:
        seconds = self._clock.seconds() - notes.started
        _log.info(
            "{method} {path} {status} {ms:.1f}ms {statements}q {client} user={user} id={id}", method=notes.method,
            path=_printable(notes.path), status=reply.status, ms=seconds * 1000, statements=statements,
            client=_printable(notes.client_name), user=notes.user.id if notes.user else "-",
            id=notes.request_id or "-")
        self._metrics.request(notes.door.name.lower(), notes.method if notes.route else "", notes.route or "none",
                              reply.status, seconds=seconds, statements=statements)
        return reply


def _allowed(verbs: Verbs) -> list[str]:
    return sorted({*verbs, "OPTIONS", *(("HEAD",) if "GET" in verbs else ())})


def _printable(text: str) -> str:
    return re.sub(r"[^\x21-\x7e]", "?", text)[:200]


def _now(reply: Reply) -> Deferred[Reply]:
    deferred: Deferred[Reply] = Deferred()
    deferred.callback(reply)
    return deferred


def _failure(error: BaseException) -> Any:
    from twisted.python.failure import Failure

    return Failure(error)
