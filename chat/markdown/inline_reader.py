"""Reads a block's text once, from left to right.

Python-Markdown applies its inline patterns one after the other, each over the whole text with the earlier
findings cut out; that costs a pass for each syntax and grows with the square of hostile input. This tree
processor jumps to the next character at which some room can begin, and asks those rooms in order of priority.
What a room takes is never read again by another, so the work is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from chat.markdown.inlines import Claim, ClaimRoom, InlineRoom, InlineText, Mark, MarkRoom, Piece, fill
from chat.markdown.state import RenderState

MAX_INLINE_NESTING = 8
_LARGEST_GAP = 0x200


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
