"""The one way by which a change reaches live state and clients.

`publish` ties an event to the unit of writing that causes it: when that is committed the listeners hear of it, in the
order of publishing; when it is rolled back nobody ever does. In one process this is a call after the commit. Nothing
changes the Directory or reaches a queue around it, so another carrier (NOTIFY between processes) can take its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chat.event_types import Event


class Unit(Protocol):
    """A unit of writing, as far as the bus is concerned."""

    def after_commit(self, hook: Callable[[], None]) -> None: ...


class Bus:
    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have `listener` called with every event after its commit; those added first hear it first."""
        self._listeners.append(listener)

    def publish(self, unit: Unit, event: Event) -> None:
        """Deliver `event` when `unit` is committed."""
        unit.after_commit(lambda: self._deliver(event))

    def announce(self, event: Event) -> None:
        """Deliver an event for which nothing is written, now: who is here, who types."""
        self._deliver(event)

    def _deliver(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)
