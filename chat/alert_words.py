"""Whose alert words occur in a text: one index of everyone's words, one pass over the text.

A text falls into pieces: words (letters, digits, marks, underscore) and single other characters; white space counts for
nothing. The phrases form a tree of pieces, so at each place of the text only the phrases that begin there are followed.
A phrase matches where its pieces follow each other, regardless of case: whole words by construction ("cat" is no piece
of "catalogue"), and phrases that break over lines too. It knows no permissions and no database.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAX_STEPS = 100_000
"""Steps along the tree for one text. Ordinary texts take one a piece; what is made to take more is searched no further,
so nobody's words can hold up others."""

_MARKS = "".join(re.escape(chr(code)) for code in range(min(sys.maxunicode, 0xFFFF))
                 if unicodedata.category(chr(code)).startswith("M"))
_PIECE = re.compile(rf"[\w{_MARKS}]+|[^\w\s{_MARKS}]")


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)
    """Whose phrase ends here."""


def pieces(text: str) -> list[str]:
    """What is compared: the same for two texts that differ in case, white space or the encoding of an accent."""
    return _PIECE.findall(unicodedata.normalize("NFC", text).casefold())


class AlertWords:
    def __init__(self) -> None:
        self._words: dict[int, tuple[str, ...]] = {}
        self._root = _Node()

    def of(self, user_id: int) -> Sequence[str]:
        """A person's words, as they wrote them, the first added first."""
        return self._words.get(user_id, ())

    def put(self, user_id: int, words: Iterable[str]) -> None:
        """These are the person's words now."""
        before, after = self._words.get(user_id, ()), tuple(words)
        for word in set(before) - set(after):
            self._remove(user_id, pieces(word))
        # A word that stays may share its pieces with one that goes ("re-do", "re - do").
        for word in after:
            node = self._root
            for piece in pieces(word):
                node = node.children.setdefault(piece, _Node())
            if node is not self._root:
                node.people.add(user_id)
        if after:
            self._words[user_id] = after
        else:
            self._words.pop(user_id, None)

    def people_alerted(self, text: str) -> set[int]:
        """Ids of the people one of whose words occurs in `text`."""
        found: set[int] = set()
        if not self._words:
            return found
        parts = pieces(text)
        end = len(parts)
        steps = 0
        for start in range(end):
            node = self._root.children.get(parts[start])
            place = start + 1
            while node is not None:
                if node.people:
                    found |= node.people
                steps += 1
                node = node.children.get(parts[place]) if place < end else None
                place += 1
            if steps > MAX_STEPS:
                break
        return found

    def _remove(self, user_id: int, phrase: Sequence[str]) -> None:
        path = [self._root]
        for piece in phrase:
            node = path[-1].children.get(piece)
            if node is None:
                return  # another word of the same pieces went just before
            path.append(node)
        path[-1].people.discard(user_id)
        for parent, piece, node in reversed(list(zip(path, phrase, path[1:], strict=False))):
            if node.children or node.people:
                return
            del parent.children[piece]
