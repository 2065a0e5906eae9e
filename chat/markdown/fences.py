"""Fenced lines: lines between two fences of three or more backticks or tildes.

Owns where a fence opens and closes, and which kind of block it is; what a kind means is in its own room
(`code_blocks`, `spoilers`, ...), listed in `kinds`. A fence that is never closed runs to the end. Inside
a fenced quote or spoiler other fences nest: one with a word behind it opens, a bare one closes the
innermost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser

from chat.markdown.blocks import BlockRoom, LineParser, Lines

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})(.*)$")
CONTAINERS = frozenset({"quote", "spoiler"})
_MAX_INFO = 200

Kind = Callable[[LineParser, Element, str, list[str]], None]


class Fence:
    """A fence line: its character, how many, and the words behind it."""

    __slots__ = ("char", "info", "length")

    def __init__(self, m: re.Match[str]) -> None:
        self.char = m.group(1)[0]
        self.length = len(m.group(1))
        self.info = m.group(2).strip()

    @property
    def word(self) -> str:
        return self.info.split(None, 1)[0] if self.info else ""

    @property
    def is_container(self) -> bool:
        return self.word.lower() in CONTAINERS

    def closed_by(self, line: Fence) -> bool:
        return not line.info and line.char == self.char and line.length >= self.length


def read_fence(line: str) -> Fence | None:
    """The fence on this line, if it is one. Backticks behind backticks are a code span, not a fence."""
    m = _FENCE.match(line)
    if m is None or len(m.group(2)) > _MAX_INFO or (m.group(1)[0] == "`" and "`" in m.group(2)):
        return None
    return Fence(m)


class FenceRoom(BlockRoom):
    first = "`~"

    def __init__(self, parser: BlockParser) -> None:
        super().__init__(parser)
        self.kinds: dict[str, Kind] = {"quote": _quote}
        self.otherwise: Kind = _quote

    def opens(self, line: str) -> bool:
        return read_fence(line) is not None

    def take(self, parent: Element, lines: Lines) -> bool:
        opening = lines.pop(0)
        fence = read_fence(opening)
        assert fence is not None
        indent = len(opening) - len(opening.lstrip())
        inner = [_dedent(line, indent) for line in _take_inside(fence, lines)]
        kind = self.kinds.get(fence.word.lower(), self.otherwise)
        if fence.is_container and self.parser.too_deep:
            kind = self.otherwise
        kind(self.parser, parent, fence.info, inner)
        return True


def _take_inside(fence: Fence, lines: Lines) -> list[str]:
    """The lines up to the fence that closes `fence`, which is taken too."""
    open_fences = [fence]
    inside: list[str] = []
    while lines:
        line = lines.pop(0)
        found = read_fence(line) if "```" in line or "~~~" in line else None
        if found is not None:
            if open_fences[-1].closed_by(found):
                open_fences.pop()
                if not open_fences:
                    break
            elif open_fences[-1].is_container:
                open_fences.append(found)
        inside.append(line)
    return inside


def _dedent(line: str, indent: int) -> str:
    if not indent:
        return line
    stripped = line.lstrip()
    return line[min(indent, len(line) - len(stripped)) :]


def _quote(parser: LineParser, parent: Element, info: str, lines: list[str]) -> None:
    parser.read_blocks(SubElement(parent, "blockquote"), Lines(lines))


def fence_room(md: Markdown) -> FenceRoom:
    """Where kinds of fenced block are listed."""
    room = md.parser.blockprocessors["fence"]
    assert isinstance(room, FenceRoom)
    return room


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(FenceRoom(md.parser), "fence", 90)
