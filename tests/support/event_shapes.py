"""The documented shapes of events (tests/fixtures/events.json), and whether an event has its shape.

A key that is documented may be missing, as many come only sometimes; a key that is not documented, or a value of
another kind, is wrong. The notation: `string`, `integer|null`, `array<T>`, `map<string,T>`, `{name:T, ...}`,
`enum("a","b")`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

FIXTURE = Path(__file__).parent.parent / "fixtures" / "events.json"
BESIDE = {"type", "op", "id", "operation"}
"""Keys that any event may have."""
CLEARED = {("user_status", "reaction_type")}
"""Keys whose value may be an empty text, which means that nothing is set any more."""
HARMLESS = {"email_address"}
"""Keys of channels that are not documented, and that an older terminal client cannot do without."""
Check = Callable[[Any], bool]
_TOKEN = re.compile(r'\s*([{}<>(),:|]|"[^"]*"|[\w-]+)')


class ShapeError(AssertionError):
    """An event that is not as the documentation has it."""


@cache
def shapes() -> dict[tuple[str, str | None], dict[str, list[Check]]]:
    """By type and op: each documented key with the kinds of value it may have."""
    found: dict[tuple[str, str | None], dict[str, list[Check]]] = {}
    for event in json.loads(FIXTURE.read_text()):
        keys = found.setdefault((event["type"], event["op"]), {})
        for name, notation in event["keys"].items():
            keys.setdefault(name, []).append(_Parser(notation).parse())
    return found


def check_event(event: dict[str, Any]) -> None:
    """Raises ShapeError where the event is of an unknown type, has an unknown key, or a value of another kind."""
    kind = (event["type"], event.get("op"))
    keys = shapes().get(kind) or shapes().get((event["type"], None))
    if keys is None:
        raise ShapeError(f"no such event is documented: {kind}")
    for name, value in event.items():
        if name in BESIDE or (value == "" and (event["type"], name) in CLEARED):
            continue
        if name not in keys:
            raise ShapeError(f"{kind} has an unknown key {name!r}")
        if not any(fits(value) for fits in keys[name]):
            raise ShapeError(f"{kind} has {name} = {str(value)[:300]}")


class _Parser:
    """Reads the notation of one type."""

    def __init__(self, notation: str) -> None:
        self._tokens = _TOKEN.findall(notation)
        self._place = 0

    def parse(self) -> Check:
        choices = [self._one()]
        while self._take("|"):
            choices.append(self._one())
        return lambda value: any(fits(value) for fits in choices)

    def _one(self) -> Check:
        token = self._next()
        if token == "{":
            return self._object()
        if token == "array":
            return self._array()
        if token == "map":
            return self._map()
        if token == "enum":
            return self._enum()
        return _PLAIN[token]

    def _object(self) -> Check:
        names: dict[str, Check] = {}
        while not self._take("}"):
            name = self._next()
            assert self._take(":"), name
            names[name] = self.parse()
            self._take(",")
        return lambda value: isinstance(value, dict) and all(
            name in names and names[name](part) for name, part in value.items() if name not in HARMLESS)

    def _array(self) -> Check:
        assert self._take("<")
        part = self.parse()
        assert self._take(">")
        return lambda value: isinstance(value, list) and all(part(one) for one in value)

    def _map(self) -> Check:
        assert self._take("<")
        self.parse()
        assert self._take(",")
        part = self.parse()
        assert self._take(">")
        return lambda value: isinstance(value, dict) and all(part(one) for one in value.values())

    def _enum(self) -> Check:
        assert self._take("(")
        choices = []
        while not self._take(")"):
            choices.append(json.loads(self._next()))
            self._take(",")
        return lambda value: value in choices

    def _next(self) -> str:
        self._place += 1
        return str(self._tokens[self._place - 1])

    def _take(self, token: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place] == token:
            self._place += 1
            return True
        return False


_PLAIN: dict[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}
