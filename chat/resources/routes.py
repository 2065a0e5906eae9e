"""Declarations of routes. A route is declared once, beside its function:

    @routes.post("/messages", who=Who.USER, params=SendMessage, returns=SentWire, errors=(ChannelDoesNotExist,),
                 summary="Send a message")
    async def send_message(self, notes: RequestNotes, p: SendMessage) -> SentWire: ...

and the declaration is what authorizes, reads and bounds the parameters, words the refusals, serves HTTP and WebSocket
requests, and becomes the API document. Paths have places like `{message_id:int}` or `{email}`, which reach the
function as keyword arguments.

A declaration carries an example of its request, where it has parameters that must be there. A value that is a name in
braces, like "{message_id}", stands for a thing that exists: the document shows the sample of that name, and the test
that sends every example fills in the thing itself.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from chat.bots import BotType
from chat.errors import JsonableError, NotAllowed, Unauthorized
from chat.models import User
from chat.params import Declaration, NoParams, Params

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_PLACE = re.compile(r"\{(\w+)(?::(int|email|path))?\}")
_CONVERTERS = {None: "string(maxlength=100)", "int": "int(max=2147483647)", "email": "email", "path": "path"}


class Who(Enum):
    """Who may call a route. Nobody gets further than this without it."""

    ANYONE = "anyone, signed in or not"
    SENDER = "anyone with an account, incoming webhooks too"
    USER = "anyone with an account"
    HUMAN = "people, not bots"
    MEMBER = "anyone but guests"
    ADMINISTRATOR = "administrators and owners"
    OWNER = "owners"

    def check(self, user: User | None) -> None:
        """Raises Unauthorized or NotAllowed."""
        if self is Who.ANYONE:
            return
        if user is None:
            raise Unauthorized
        if user.bot_type == BotType.INCOMING_WEBHOOK and self is not Who.SENDER:
            raise Unauthorized("This API is not available to incoming webhook bots.")
        if self is Who.HUMAN and user.is_bot:
            raise NotAllowed("This endpoint does not accept bot requests.")
        if self is Who.MEMBER and user.is_guest:
            raise NotAllowed("Not allowed for guest users")
        if self is Who.ADMINISTRATOR and not user.is_administrator:
            raise NotAllowed("Must be an organization administrator")
        if self is Who.OWNER and not user.is_owner:
            raise NotAllowed("Must be an organization owner")


COMMON_SAMPLES: Mapping[str, Any] = {
    "user_id": 12, "email": "grace@example.com", "stream_id": 7, "message_id": 1024,
    "queue_id": "1375801870:2942", "topic": "castle plans"}
"""What stands in examples for what is named in many of them."""
_NAME = re.compile(r"\{(\w+)\}")


def filled(example: Any, names: Mapping[str, Any]) -> Any:
    """An example with its names in braces replaced; whatever else there is stays."""
    if isinstance(example, str):
        match = _NAME.fullmatch(example)
        return example if match is None else names.get(match[1], example)
    if isinstance(example, Mapping):
        return {key: filled(value, names) for key, value in example.items()}
    return [filled(value, names) for value in example] if isinstance(example, list | tuple) else example


class Takes(Enum):
    """What file a route takes, in one part of a multipart body, whatever that is called. It decides how large it may
    be."""

    NOTHING = "nothing"
    FILE = "any file"
    PICTURE = "a picture"
    BODY = "whatever the body is, as it came: its parameters stand in the address"
    OPTIONAL_PICTURE = "a picture, or none"


Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    who: Who
    declaration: Declaration[Any]
    returns: Any
    errors: tuple[type[JsonableError], ...]
    summary: str
    doc: str
    name: str
    """The function's name; the operation's id in the document is made of it."""
    waits: bool
    """Whether it ends when the client leaves (a long poll). Everything else runs to its end."""
    takes: Takes = Takes.NOTHING
    is_bare: bool = False
    """Whether the answer comes without the envelope."""
    noun: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)
    samples: Mapping[str, Any] = field(default_factory=dict)
    """What stands in the example, and in the path's places, for what it names."""
    handler: Handler | None = None

    @property
    def operation(self) -> str:
        return self.name.replace("_", "-")

    def rule(self) -> str:
        """The path as werkzeug spells it."""
        return _PLACE.sub(lambda place: f"<{_CONVERTERS[place[2]]}:{place[1]}>", self.path)

    def template(self) -> str:
        """The path as the API document spells it."""
        return _PLACE.sub(lambda place: "{" + place[1] + "}", self.path)

    def example_path(self, names: Mapping[str, Any] | None = None) -> str:
        """The path with its places filled, from `names` or the samples."""
        names = {**self.samples, **(names or {})}
        return _PLACE.sub(lambda place: str(names.get(place[1], place[0])), self.path)

    def example_parameters(self, names: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The example's parameters, filled likewise."""
        found: dict[str, Any] = filled(self.example, {**self.samples, **(names or {})})
        return found

    def places(self) -> list[tuple[str, str]]:
        """(name, kind) of each place in the path; the kind is "int" or "string"."""
        return [(name, "int" if kind == "int" else "string") for name, kind in _PLACE.findall(self.path)]


@dataclass(slots=True)
class Routes:
    """The routes of one noun, in the order of their declaration; `samples` are of things that only they name."""

    noun: str
    samples: Mapping[str, Any] = field(default_factory=dict)
    declared: list[Route] = field(default_factory=list)

    def route(self, method: str, path: str, *, who: Who, summary: str, params: type[Params] = NoParams,
              returns: Any = None, errors: tuple[type[JsonableError], ...] = (), waits: bool = False,
              takes: Takes = Takes.NOTHING, example: Mapping[str, Any] | None = None, is_bare: bool = False
              ) -> Callable[[Handler], Handler]:
        assert method in METHODS

        def declare(handler: Handler) -> Handler:
            self.declared.append(Route(
                method, path, who, Declaration(params), returns, errors, summary,
                (handler.__doc__ or "").strip(), handler.__name__, waits, takes,
                is_bare, self.noun, example or {}, {**COMMON_SAMPLES, **self.samples}))
            return handler

        return declare

    def get(self, path: str, **declaration: Any) -> Callable[[Handler], Handler]:
        return self.route("GET", path, **declaration)

    def post(self, path: str, **declaration: Any) -> Callable[[Handler], Handler]:
        return self.route("POST", path, **declaration)

    def put(self, path: str, **declaration: Any) -> Callable[[Handler], Handler]:
        return self.route("PUT", path, **declaration)

    def patch(self, path: str, **declaration: Any) -> Callable[[Handler], Handler]:
        return self.route("PATCH", path, **declaration)

    def delete(self, path: str, **declaration: Any) -> Callable[[Handler], Handler]:
        return self.route("DELETE", path, **declaration)

    def bound(self, owner: object) -> Iterator[Route]:
        """The routes with `owner`'s methods as their handlers."""
        for route in self.declared:
            yield Route(**{name: getattr(route, name) for name in route.__slots__ if name != "handler"},
                        handler=getattr(owner, route.name))
