"""What a service is: a name, how its events are told apart, and a function for each that makes a message of it.

A service is a module of `chat.resources.webhooks` with a `SERVICE`; a folder of its name under
`tests/fixtures/webhooks` holds an example of each of its events and the message it becomes, and `docs/webhooks` a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chat.errors import JsonableError
from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.signatures import Signature

Header = Callable[[str], str | None]


class MissingEventHeader(JsonableError):
    code = "MISSING_HTTP_EVENT_HEADER"

    def __init__(self, name: str) -> None:
        super().__init__(f"Missing the HTTP event header '{name}'", header=name)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: a topic, where the address names none, and markdown."""

    topic: str
    content: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post of a service."""

    payload: Payload
    header: Header
    query: Mapping[str, str]
    """What stands in the address, beside what is ours."""
    now: float = 0.0


Tell = Callable[[Payload], Notice | None]
"""None: nothing that anybody would want to read."""


@dataclass(frozen=True)
class Service:
    name: str
    """In the address: /api/v1/external/NAME."""
    title: str
    event: Callable[[Delivery], str]
    """What kind of thing happened. Raises JsonableError where that cannot be told."""
    tells: Mapping[str, Tell] = field(default_factory=dict)
    """By kind; others are answered as unsupported."""
    silent: frozenset[str] = frozenset()
    """Kinds that are known and mean nothing to people (a ping)."""
    signature: Signature | None = None
    once: Callable[[Delivery], str | None] = lambda _: None
    """The service's own name for the delivery, by which a repetition is known."""
    tell: Callable[[Delivery], Notice | None] | None = None
    """For a service of one kind of event, which needs more than the payload."""
    answer: bytes | None = None
    """What the service wants to hear when all is well, instead of the envelope."""

    def notice(self, event: str, delivery: Delivery) -> Notice | None:
        """The message of a delivery; None for what is not told. Raises AnomalousPayload."""
        if self.tell is not None:
            notice = self.tell(delivery)
        else:
            found = self.tells.get(event)
            notice = None if found is None else found(delivery.payload)
        if notice is not None and not notice.content.strip():
            raise AnomalousPayload("The payload has nothing to tell")
        return notice

    @property
    def events(self) -> list[str]:
        """The kinds that are told."""
        return sorted(self.tells)


def by_header(name: str) -> Callable[[Delivery], str]:
    """Events are told apart by a header."""
    def event(delivery: Delivery) -> str:
        value = delivery.header(name)
        if not value:
            raise MissingEventHeader(name)
        return value[:100]

    return event


def by_key(path: str) -> Callable[[Delivery], str]:
    """Events are told apart by a part of the payload."""
    return lambda delivery: delivery.payload.text(path)[:100]


def always(event: str) -> Callable[[Delivery], str]:
    """There is only one kind of event."""
    return lambda _: event
