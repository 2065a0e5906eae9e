"""Reads a block's text once, from left to right.

Python-Markdown applies its inline patterns one after the other, each over the whole text with the earlier
findings cut out; that costs a pass for each syntax and grows with the square of hostile input. This tree
processor keeps the library's contract for patterns (`InlineProcessor.handleMatch`, here called `read`;
`ANCESTOR_EXCLUDES`; `AtomicString`; a registry by priority) and changes the walk: it jumps to the next
character at which some room can begin, and asks those rooms in order of priority. What a room takes is
never read again by another, so the work is linear.

A room may return a `Mark` instead of an element: a delimiter whose meaning depends on what comes later.
Marks are settled by their room (`settle`) when the text is read to its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from chat.markdown.state import RenderState

MAX_INLINE_NESTING = 8
_LARGEST_GAP = 0x200

Match = re.Match[str]


class Mark:
    """A run of delimiters found in the text: literal unless its room pairs it."""

    __slots__ = ("can_close", "can_open", "text")

    def __init__(self, text: str, can_open: bool, can_close: bool) -> None:
        self.text = text
        self.can_open = can_open
        self.can_close = can_close


Piece = str | Element | Mark
Reading = tuple[Piece | None, int | None, int | None]
NOT_OURS: Reading = (None, None, None)


class InlineText(str):
    """The text under the reader's eye.

    `taken` is where the last finding ended; `memo` is for rooms to note what need not be searched for again.
    """

    taken: int
    memo: dict[str, Any]

    def __new__(cls, text: str) -> InlineText:
        self = super().__new__(cls, text)
        self.taken = 0
        self.memo = {}
        return self


class InlineRoom(InlineProcessor):
    """One inline syntax. `first` holds the characters it may begin with, `guard` what must follow them."""

    first: ClassVar[str] = ""
    guard: ClassVar[str] = ""
    ANCESTOR_EXCLUDES: ClassVar[tuple[str, ...]] = ()

    @property
    def state(self) -> RenderState:
        return self.md.state  # type: ignore[attr-defined]  # our Markdown has one

    def read(self, m: Match, data: InlineText) -> Reading:
        """What begins here: (piece, start, end), or NOT_OURS."""
        raise NotImplementedError

    def handleMatch(self, m: Match, data: InlineText) -> Reading:  # type: ignore[override]  # noqa: N802
        return self.read(m, data)


class MarkRoom(InlineRoom):
    """A room that leaves marks."""

    def settle(self, pieces: list[Piece]) -> list[Piece]:
        """Turn all marks in `pieces` into elements or text."""
        raise NotImplementedError


class Claim(NamedTuple):
    """A place in the text that a room would like to have as a link."""

    start: int
    end: int
    href: str


class ClaimRoom(InlineRoom):
    """A room that can't say with which characters it begins: it looks through the whole text beforehand.

    What it finds is taken where nothing else has begun before, by the order of reading.
    """

    def claims(self, data: InlineText) -> list[Claim]:
        raise NotImplementedError

    def element(self, claim: Claim, data: InlineText) -> Element:
        raise NotImplementedError


class OnePassReader(Treeprocessor):
    """Runs the inline rooms over every text of the tree that is not finished."""

    def freeze(self) -> None:
        """Index the registered rooms by first character; call after the last registration."""
        rooms = [room for room in self.md.inlinePatterns if isinstance(room, InlineRoom)]
        self.rooms_by_first: dict[str, tuple[InlineRoom, ...]] = {}
        for room in rooms:
            for char in room.first:
                self.rooms_by_first[char] = (*self.rooms_by_first.get(char, ()), room)
        self.next_start = _pattern_of_starts(rooms)
        self.claim_rooms = [room for room in rooms if isinstance(room, ClaimRoom)]
        self.mark_rooms = [room for room in rooms if isinstance(room, MarkRoom)]

    def run(self, root: Element) -> None:
        self.read_blocks(root, self.md.state)  # type: ignore[attr-defined]  # our Markdown has one

    def read_blocks(self, block: Element, state: RenderState) -> None:
        """Read the text of a block and of all blocks inside it."""
        quoted = block.tag == "blockquote"
        state.quote_depth += quoted
        inner_blocks = list(block)
        if _is_unread(block):
            self.read_into(block, block.text or "", ())
        for inner in inner_blocks:
            self.read_blocks(inner, state)
        state.quote_depth -= quoted

    def read_into(self, element: Element, text: str, ancestors: tuple[str, ...]) -> None:
        """Replace the element's text by what it means."""
        fill(element, self.read(text, (*ancestors, element.tag)))

    def read(self, text: str, ancestors: tuple[str, ...]) -> Iterable[Piece]:
        data = InlineText(text)
        pieces: list[Piece] = []
        marked = False
        at = 0
        search = self.next_start.search
        rooms_by_first = self.rooms_by_first
        claims = self.claims(data, ancestors)
        hit = search(data, 0)
        while True:
            if hit is not None and hit.start() < at:
                hit = search(data, at)
            if claims:
                next_start = len(data) if hit is None else hit.start()
                while claims and claims[-1][0].start < at:
                    claims.pop()
                if claims and claims[-1][0].start <= next_start:
                    claim, claimer = claims.pop()
                    pieces += (data[data.taken : claim.start], claimer.element(claim, data))
                    data.taken = at = claim.end
                    continue
            if hit is None:
                break
            at = hit.start()
            for room in rooms_by_first.get(data[at], ()):
                if room.ANCESTOR_EXCLUDES and any(tag in room.ANCESTOR_EXCLUDES for tag in ancestors):
                    continue
                m = room.compiled_re.match(data, at)
                if m is None:
                    continue
                piece, start, end = room.read(m, data)
                if piece is None or start is None or end is None:
                    continue
                if start > data.taken:
                    pieces.append(data[data.taken : start])
                if isinstance(piece, Mark):
                    marked = True
                elif not isinstance(piece, str):
                    self.read_inside(piece, ancestors)
                pieces.append(piece)
                data.taken = at = end
                break
            else:
                at += 1
        if data.taken < len(data):
            pieces.append(data[data.taken :])
        if marked:
            for mark_room in self.mark_rooms:
                pieces = mark_room.settle(pieces)
        return pieces

    def claims(self, data: InlineText, ancestors: tuple[str, ...]) -> list[tuple[Claim, ClaimRoom]]:
        """What the claiming rooms would like to have, the last first."""
        found = [
            (claim, room)
            for room in self.claim_rooms
            if not any(tag in room.ANCESTOR_EXCLUDES for tag in ancestors)
            for claim in room.claims(data)
        ]
        found.sort(key=lambda item: item[0].start)
        found.reverse()
        return found

    def read_inside(self, element: Element, ancestors: tuple[str, ...]) -> None:
        if len(ancestors) >= MAX_INLINE_NESTING:
            return
        for inner in list(element.iter()):
            if _is_unread(inner):
                self.read_into(inner, inner.text or "", (*ancestors, element.tag))


def _pattern_of_starts(rooms: Iterable[InlineRoom]) -> re.Pattern[str]:
    """Finds where some room may begin (and a few places more: ranges of rare characters are searched faster)."""
    plain = {char for room in rooms for char in room.first if not room.guard}
    guarded = {char for room in rooms for char in room.first if room.guard} - plain
    guards = [f"(?<=[{re.escape(room.first)}]){room.guard}" for room in rooms if room.guard]
    every = _character_class(plain | guarded)
    return re.compile(f"{every}(?:{'|'.join([f'(?<!{_character_class(guarded)})', *guards])})")


def _character_class(chars: Iterable[str]) -> str:
    ordinary: list[str] = []
    ranges: list[list[str]] = []
    for char in sorted(chars):
        if char < "\x80":
            ordinary.append(re.escape(char))
        elif ranges and ord(char) - ord(ranges[-1][1]) < _LARGEST_GAP:
            ranges[-1][1] = char
        else:
            ranges.append([char, char])
    return "[" + "".join(ordinary + [f"{first}-{last}" for first, last in ranges]) + "]"


def _is_unread(element: Element) -> bool:
    text = element.text
    return bool(text) and not isinstance(text, AtomicString) and not element.tag.startswith("raw-")


def fill(element: Element, pieces: Iterable[Piece]) -> None:
    """Make `pieces` the content of `element`, before the children it has already."""
    text: list[str] = []
    last: Element | None = None
    at = 0
    for piece in pieces:
        if isinstance(piece, str):
            text.append(piece)
            continue
        assert not isinstance(piece, Mark), "marks are settled before the tree is filled"
        _put_text(element, last, text)
        if piece.tail:
            text.append(piece.tail)
            piece.tail = None
        element.insert(at, piece)
        last = piece
        at += 1
    _put_text(element, last, text)


def _put_text(element: Element, last: Element | None, text: list[str]) -> None:
    joined: Any = "".join(text) or None
    text.clear()
    if last is None:
        element.text = joined
    else:
        last.tail = joined
