"""Linkifiers (patterns that become links) and playgrounds (places where code can be run), as records and on the wire.
Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

MAX_LINKIFIERS = 200
MAX_PLAYGROUNDS = 200
MAX_PLAYGROUND_NAME = 100
MAX_LANGUAGE_NAME = 40
MAX_URL_TEMPLATE = 1000


@dataclass(frozen=True, slots=True)
class Linkifier:
    id: int
    pattern: str
    url_template: str


@dataclass(frozen=True, slots=True)
class Playground:
    id: int
    name: str
    pygments_language: str
    url_template: str


class LinkifierWire(TypedDict):
    id: int
    pattern: str
    url_template: str


class PlaygroundWire(TypedDict):
    id: int
    name: str
    pygments_language: str
    url_template: str


def linkifier_wire(linkifier: Linkifier) -> LinkifierWire:
    return {"id": linkifier.id, "pattern": linkifier.pattern, "url_template": linkifier.url_template}


def playground_wire(playground: Playground) -> PlaygroundWire:
    return {"id": playground.id, "name": playground.name, "pygments_language": playground.pygments_language,
            "url_template": playground.url_template}
