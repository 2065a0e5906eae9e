"""The people, channels, groups and emoji that the markdown corpus speaks of.

They stand in `tests/fixtures/markdown_cast.json`, where the browser's tests find them too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "fixtures"


@dataclass(frozen=True)
class Person:
    id: int
    full_name: str
    is_active: bool = True


@dataclass(frozen=True)
class Channel:
    id: int
    name: str


@dataclass(frozen=True)
class Group:
    id: int
    name: str


@dataclass(frozen=True)
class Emoji:
    id: int
    name: str
    source_url: str


@dataclass(frozen=True)
class Linkifier:
    pattern: str
    url_template: str


class Cast:
    """A `MarkdownNames` over plain lists."""

    def __init__(self, cast: dict, linkifiers: Sequence[Linkifier] | None = None) -> None:
        self.external_url: str = cast["external_url"]
        self.people = [Person(**person) for person in cast["people"]]
        self.channels = [Channel(**channel) for channel in cast["channels"]]
        self.groups = [Group(**group) for group in cast["groups"]]
        self.emoji = [Emoji(**emoji) for emoji in cast["custom_emoji"]]
        self.linkifiers = (
            [Linkifier(**linkifier) for linkifier in cast["linkifiers"]] if linkifiers is None else linkifiers
        )

    def user_by_id(self, user_id: int) -> Person | None:
        return next((person for person in self.people if person.id == user_id), None)

    def users_by_name(self, full_name: str) -> list[Person]:
        return [person for person in self.people if person.full_name.lower() == full_name.lower()]

    def channel_by_name(self, name: str) -> Channel | None:
        return next((channel for channel in self.channels if channel.name.lower() == name.lower()), None)

    def channel_by_id(self, channel_id: int) -> Channel | None:
        return next((channel for channel in self.channels if channel.id == channel_id), None)

    def group_by_name(self, name: str) -> Group | None:
        return next((group for group in self.groups if group.name == name), None)

    def custom_emoji(self, name: str) -> Emoji | None:
        return next((emoji for emoji in self.emoji if emoji.name == name), None)


def read_corpus() -> list[dict]:
    return json.loads((FIXTURES / "markdown.json").read_text())


def cast(linkifiers: Sequence[Linkifier] | None = None) -> Cast:
    return Cast(json.loads((FIXTURES / "markdown_cast.json").read_text()), linkifiers)
