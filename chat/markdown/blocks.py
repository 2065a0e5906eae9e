"""Reads a message line by line into blocks.

Python-Markdown hands its block processors chunks cut at blank lines, which is why lists there need a
blank line above them and fences must be cut out beforehand. This parser keeps the library's contract
(processors that `test` and `run`, a registry by priority) and changes the unit: a block is one line. A
room looks at the first line, takes the lines it wants, and has what is inside them read by
`parser.read_blocks`. Reading is linear in the message's length for each level of nesting, and nesting is
bounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from xml.etree.ElementTree import Element, ElementTree

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

MAX_NESTING = 16


class Lines:
    """The lines still to be read: a list with a cheap `pop(0)`."""

    __slots__ = ("_at", "_lines")

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0

    def __len__(self) -> int:
        return len(self._lines) - self._at

    def __bool__(self) -> bool:
        return self._at < len(self._lines)

    def __getitem__(self, index: int) -> str:
        return self._lines[self._at + index]

    def pop(self, index: int = 0) -> str:
        assert index == 0, "lines are read from the front"
        line = self._lines[self._at]
        self._at += 1
        return line


class BlockRoom(BlockProcessor):
    """One block syntax. `first` holds the characters its first line can begin with (after spaces)."""

    parser: LineParser
    first: ClassVar[str] = ""
    sign: ClassVar[str] = ""  # instead of `first`: a character that stands anywhere in the first line
    nests: ClassVar[bool] = False  # contains other blocks: not opened any more at the deepest level

    def opens(self, line: str) -> bool:
        """Whether this line begins one of ours."""
        raise NotImplementedError

    def interrupts(self, lines: Lines) -> bool:
        """Whether the lines ahead end the paragraph above them without a blank line between."""
        return self.opens(lines[0])

    def take(self, parent: Element, lines: Lines) -> bool:
        """Take lines off the front and append what they mean; False when it is not ours after all."""
        raise NotImplementedError

    def test(self, parent: Element, block: str) -> bool:
        return self.opens(block)

    def run(self, parent: Element, blocks: Lines) -> bool:  # type: ignore[override]
        return self.take(parent, blocks)


class LineParser(BlockParser):
    """Hands each line to the rooms that may open with its first character; the paragraph takes the rest."""

    root: Element
    depth: int

    def freeze(self) -> None:
        """Index the registered rooms by first character; call after the last registration."""
        rooms = [room for room in self.blockprocessors if isinstance(room, BlockRoom)]
        self.otherwise = next(room for room in rooms if not room.first and not room.sign)
        self.signed = tuple((room.sign, room) for room in rooms if room.sign)
        self.rooms_by_first: dict[str, tuple[BlockRoom, ...]] = {}
        self.flat_rooms_by_first: dict[str, tuple[BlockRoom, ...]] = {}
        for first in {char for room in rooms for char in room.first}:
            fitting = tuple(room for room in rooms if first in room.first)
            self.rooms_by_first[first] = fitting
            self.flat_rooms_by_first[first] = tuple(room for room in fitting if not room.nests)

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802
        self.root = Element(self.md.doc_tag)
        self.depth = 0
        self.read_blocks(self.root, Lines(list(lines)))
        return ElementTree(self.root)

    def parseBlocks(self, parent: Element, blocks: Lines) -> None:  # type: ignore[override]  # noqa: N802
        self.read_blocks(parent, blocks)

    def read_blocks(self, parent: Element, lines: Lines) -> None:
        """Read all of `lines` into `parent`."""
        self.depth += 1
        while lines:
            line = lines[0]
            stripped = line.lstrip()
            if not stripped:
                lines.pop(0)
                continue
            if not any(room.opens(line) and room.take(parent, lines) for room in self.candidates(stripped)):
                self.otherwise.take(parent, lines)
        self.depth -= 1

    def candidates(self, stripped: str) -> tuple[BlockRoom, ...]:
        """The rooms that may want a line with this text."""
        rooms = self.rooms_for(stripped[0])
        for sign, room in self.signed:
            if sign in stripped:
                rooms = (*rooms, room)
        return rooms

    @property
    def too_deep(self) -> bool:
        """Whether no more blocks may be opened inside this one."""
        return self.depth > MAX_NESTING

    def rooms_for(self, first: str) -> tuple[BlockRoom, ...]:
        by_first = self.rooms_by_first if not self.too_deep else self.flat_rooms_by_first
        return by_first.get(first, ())

    def interrupted_by(self, lines: Lines) -> bool:
        """Whether a paragraph ends above these lines, the first of which is not blank."""
        return any(room.interrupts(lines) for room in self.candidates(lines[0].lstrip()))
