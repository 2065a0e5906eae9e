"""Emphasis: `*em*`, `**strong**`, `***both***` and `~~del~~`, on one line; underscores mean nothing.

A run of stars opens only where a person would write an opening mark and closes only where they would
write a closing one, so that code and arithmetic typed without backticks (`char *p = *q`, `2 * 3 * 4`,
`x**2 + y**2`, `*.py, *.js`) come out as typed. Pairing keeps a stack; each run is looked at once.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown

from chat.markdown.inlines import InlineText, Mark, MarkRoom, Match, Piece, Reading, fill

MAX_OPEN = 12

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_NO_OPENER_AFTER = _WORD | frozenset("/\\")
_NO_CLOSER_BEFORE = _WORD | frozenset("/")
_FILE_ENDING = re.compile(r"\.\w")
_EMBRACING = frozenset({"()", "[]", "{}", "<>", "“”", "‘’", "«»"})


def mark_of(text: str, data: str, start: int, end: int) -> Mark:
    """The run data[start:end] with what its neighbours let it be."""
    before = data[start - 1] if start else " "
    after = data[end] if end < len(data) else " "
    embraced = before + after in _EMBRACING or (before == after and not before.isalnum())
    can_open = not embraced and before not in _NO_OPENER_AFTER and not after.isspace()
    can_close = (
        not embraced
        and not before.isspace()
        and after not in _NO_CLOSER_BEFORE
        and _FILE_ENDING.match(data, end) is None
    )
    return Mark(text, can_open, can_close)


class EmphasisRoom(MarkRoom):
    """Leaves a mark for every run of one to three stars, and for every two tildes."""

    first = "*~"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\*+|~+", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        run = m.group()
        if len(run) > 3 or (run[0] == "~" and len(run) != 2):
            return run, m.start(), m.end()
        mark = mark_of(run, data, m.start(), m.end())
        if not (mark.can_open or mark.can_close):
            return run, m.start(), m.end()
        return mark, m.start(), m.end()

    def settle(self, pieces: list[Piece]) -> list[Piece]:
        return _Pairing().pair(pieces)


class _Open:
    """An opening run and what came after it so far. A run of three may lose some stars to an inner pair."""

    __slots__ = ("content", "left", "star")

    def __init__(self, text: str) -> None:
        self.star = text[0]
        self.left = len(text)
        self.content: list[Piece] = []

    def closed_by(self, star: str, count: int) -> bool:
        return self.star == star and (self.left == count or (star == "*" and (self.left == 3 or count == 3)))


class _Pairing:
    def __init__(self) -> None:
        self.done: list[Piece] = []
        self.open: list[_Open] = []

    def pair(self, pieces: list[Piece]) -> list[Piece]:
        for piece in pieces:
            if isinstance(piece, Mark):
                self.take_mark(piece)
                continue
            if isinstance(piece, Element) and piece.tag == "br":
                self.give_up(0)
            self.content.append(piece)
        self.give_up(0)
        return self.done

    @property
    def content(self) -> list[Piece]:
        return self.open[-1].content if self.open else self.done

    def take_mark(self, mark: Mark) -> None:
        star, left = mark.text[0], len(mark.text)
        while left and mark.can_close and (at := self.opener_of(star, left)) is not None:
            left -= self.close(at, left)
        if not left:
            return
        if mark.can_open and len(self.open) < MAX_OPEN and left == len(mark.text):
            self.open.append(_Open(mark.text))
        else:
            self.content.append(star * left)

    def opener_of(self, star: str, count: int) -> int | None:
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at].content and self.open[at].closed_by(star, count):
                return at
        return None

    def close(self, at: int, count: int) -> int:
        """Close the opener at `at` with at most `count` characters; how many were used."""
        self.give_up(at + 1)
        opener = self.open[at]
        used = min(opener.left, count)
        element = _element(opener.star, used)
        fill(element if used < 3 else element[0], opener.content)
        opener.left -= used
        if opener.left:
            opener.content = [element]
        else:
            self.open.pop()
            self.content.append(element)
        return used

    def give_up(self, first: int) -> None:
        """The openers from `first` on found no partner: they are text."""
        lost = self.open[first:]
        del self.open[first:]
        content = self.content
        for opener in lost:
            content.append(opener.star * opener.left)
            content.extend(opener.content)


def _element(star: str, used: int) -> Element:
    if star == "~":
        return Element("del")
    if used == 3:
        element = Element("strong")
        element.append(Element("em"))
        return element
    return Element("em" if used == 1 else "strong")


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(EmphasisRoom(md), "emphasis", 100)
