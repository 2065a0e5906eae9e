"""What an embedded bot is: a function from what is said to it, and what it remembers, to what it answers.

A bot is pure: it knows no database, no clock and no network, and changes nothing but its memory. Whoever runs it reads
the memory before and writes it, with everything the answer causes, in one transaction after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Memory = MutableMapping[str, str]
"""The values of the keys that the bot asked for, where there are any; what is set or deleted is kept so."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Something said to a bot, without the mention; or (`is_wake`) the note of an alarm it set."""

    text: str
    sender_id: int
    sender_name: str
    place: str
    """The conversation, as a key: "channel 7", "people 3,9"."""
    topic: str
    now: int
    timezone: str
    """Of who asks; may be empty."""
    config: Mapping[str, str]
    random: Callable[[], float]
    """From 0 to less than 1."""
    is_wake: bool = False

    @property
    def mention(self) -> str:
        """Who asks, in markdown, so that they notice."""
        return f"@**{self.sender_name}|{self.sender_id}**"


@dataclass(frozen=True, slots=True)
class Alarm:
    """The bot wants to be woken at a time, in this conversation, with this note."""

    at: int
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bot says (nothing where that is empty), and when it wants to be woken."""

    text: str = ""
    alarms: Sequence[Alarm] = field(default=())


class EmbeddedBot(Protocol):
    name: str
    summary: str
    """One line, for people who choose a bot."""
    config: Mapping[str, str]
    """What can be set, with the values that a new bot has."""

    def keys(self, ask: Ask) -> list[str]:
        """What of the memory is needed."""
        ...

    def answer(self, ask: Ask, memory: Memory) -> Answer:
        """What to say. Quick whatever is asked: it runs on the reactor."""
        ...
