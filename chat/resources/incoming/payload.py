"""What a service sent, read by path: a missing or strange part is refused by its name, never a crash.

Text from outside mentions nobody: what would be a mention in our markdown is taken apart here, once for all services.
"""

from __future__ import annotations

import re
from typing import Any

from chat.errors import JsonableError

MAX_TEXT = 4000
"""Characters of any one text; what is longer is cut."""
_MENTION = re.compile(r"@(?=_?\*)")
_Missing: Any = object()


class AnomalousPayload(JsonableError):
    """What came is not what the service sends."""

    code = "ANOMALOUS_WEBHOOK_PAYLOAD"


class Payload:
    """A part of what was sent. Paths are dotted; a number picks from a list: `commits.0.author.name`."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self._path = path

    def __getitem__(self, path: str) -> Payload:
        """The part at a path. Raises AnomalousPayload where there is none."""
        found = self.find(path)
        if found is None:
            raise AnomalousPayload(f"The payload has no {self._name(path)}")
        return found

    def find(self, path: str) -> Payload | None:
        """The part at a path; None where there is none, or it is null."""
        value = self.value
        for name in path.split("."):
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
                value = value[int(name)]
            else:
                return None
        return None if value is None else Payload(value, self._name(path))

    def has(self, path: str) -> bool:
        """Whether there is something that is not empty, false or nought."""
        found = self.find(path)
        return found is not None and bool(found.value)

    def text(self, path: str, default: str = _Missing) -> str:
        """A text, or a number as one. Raises AnomalousPayload for another kind; where there is none, if there is no
        `default`."""
        found = self.find(path)
        if found is None and default is not _Missing:
            return default
        value = self[path].value
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise AnomalousPayload(f"The payload's {self._name(path)} is no text")
        return harmless(str(value))

    @property
    def plain(self) -> str:
        """This part itself as text, whatever it is."""
        return harmless(str(self.value))

    def number(self, path: str, default: float = _Missing) -> float:
        """A number, or a text that is one."""
        found = self.find(path)
        if found is None and default is not _Missing:
            return default
        value = self[path].value
        try:
            if isinstance(value, bool):
                raise ValueError
            return float(value) if not isinstance(value, int) else value
        except (TypeError, ValueError, OverflowError):
            raise AnomalousPayload(f"The payload's {self._name(path)} is no number") from None

    def each(self, path: str) -> list[Payload]:
        """The parts of a list; none where there is no list."""
        found = self.find(path)
        if found is None:
            return []
        if not isinstance(found.value, list):
            raise AnomalousPayload(f"The payload's {self._name(path)} is no list")
        return [Payload(value, f"{self._name(path)}.{place}") for place, value in enumerate(found.value)]

    def _name(self, path: str) -> str:
        return f"{self._path}.{path}" if self._path else path


def harmless(text: str) -> str:
    """Text from outside, of a bounded length, that mentions nobody and holds nothing a message may not."""
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + "…"
    return _MENTION.sub("@\u200b", text).encode("utf-8", "replace").decode()
