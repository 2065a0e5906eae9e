"""What inline rooms are made of: a room, the text it reads, and what it may find there.

The contract is Python-Markdown's for inline patterns (`InlineProcessor.handleMatch`, here called `read`;
`ANCESTOR_EXCLUDES`; `AtomicString` for text that is finished), with three additions. A room says with which
characters it begins. It may return a `Mark`, a delimiter whose meaning depends on what comes later, and settle
its marks when the text is read to its end. And a room that can't say with what it begins lays `Claim`s.
`inline_reader` walks the text and calls the rooms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import InlineProcessor

from chat.markdown.state import RenderState

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
