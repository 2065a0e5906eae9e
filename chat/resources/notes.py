"""RequestNotes: what is known of a request while it is served, for its handler and its log line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from chat.errors import JsonableError
from chat.file_store import ReceivedFile
from chat.models import Session, User
from chat.ratelimit import Standing


class Door(Enum):
    """By which of the two prefixes a request came: it decides how it is authenticated and how it is answered."""

    API = "/api/v1"
    JSON = "/json"


@dataclass(slots=True)
class RequestNotes:
    door: Door
    method: str
    """As logged: an HTTP verb, or SOCKET for a request over a WebSocket."""
    path: str
    user: User | None = None
    session: Session | None = None
    key_hash: bytes | None = None
    """Of the API key that the caller showed."""
    client_name: str = ""
    user_agent: str = ""
    address: str = ""
    idempotency_key: str | None = None
    started: float = 0.0
    ignored: list[str] = field(default_factory=list)
    """Names of parameters that the route does not read."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The address's parameters, for a route that takes the body as it comes."""
    body: bytes = b""
    header: Callable[[str], str | None] = lambda _: None
    """A header of the request by name."""
    request_id: str = ""
    route: str = ""
    """The path as it is declared, once it is found."""
    standing: Standing | None = None
    """What is left of the caller's right to send requests."""
    files: list[ReceivedFile] = field(default_factory=list)
    """What came with the request, for a route that takes a file."""

    @property
    def caller(self) -> User:
        """The signed-in caller; only for routes that are not open to anyone."""
        assert self.user is not None
        return self.user

    def take_file(self) -> ReceivedFile:
        """The file that came with the request: to be used in a `with`, before anything is waited for."""
        if len(self.files) != 1:
            raise JsonableError("You may only upload one file at a time" if self.files
                                else "You must specify a file to upload")
        self.files[0].is_taken = True
        return self.files[0]

    def take_optional_file(self) -> ReceivedFile | None:
        """The same, for routes that do without one."""
        return self.take_file() if self.files else None


def client_name(user_agent: str, door: Door) -> str:
    """A client's name from its User-Agent: what stands before the slash; browsers are "website"."""
    if door is Door.JSON:
        return "website"
    name = user_agent.split("/", 1)[0].split("(", 1)[0].strip()
    if name in ("Mozilla", "Opera"):
        return "website"
    return printable_name(name) or "Unspecified"


def printable_name(name: str) -> str:
    """What of a client's own name can be kept and shown."""
    if not name.isprintable():
        name = "".join(char for char in name if char.isprintable())
    return name.strip()[:30]
