"""Backslash escapes: a backslash makes the markup character after it literal.

Only characters that mean something are escaped, and those that mean something at the start of a line only
there; everywhere else a backslash is a backslash, as in `C:\\new` or `¯\\_(ツ)_/¯`.
"""

from __future__ import annotations

import re

from markdown import Markdown

from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading

_LINE_START = re.compile(r"[ \t]*(\d{1,9})?")


class EscapeRoom(InlineRoom):
    first = "\\"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\\([*`~\[\]@#:$<>|+.-])", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        char = m.group(1)
        if char in ">+.-|" and not _at_line_start(data, m.start(), after_number=char == "."):
            return NOT_OURS
        return char, m.start(), m.end()


def _at_line_start(data: str, at: int, after_number: bool) -> bool:
    line = data.rfind("\n", max(0, at - 40), at) + 1
    m = _LINE_START.match(data, line) if line or at < 40 else None
    return m is not None and m.end() == at and (m.group(1) is not None) == after_number


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(EscapeRoom(md), "escape", 195)
