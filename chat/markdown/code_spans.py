"""Code spans: text between equally long runs of backticks is code, as typed.

Code binds tighter than anything but an escape, so the spans of a text are found once, before others ask.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import InlineRoom, InlineText, Match, Reading

_RUN_OR_ESCAPE = re.compile(r"\\`|`+")
_RUN = re.compile(r"`+")


def code_spans(data: InlineText) -> dict[int, tuple[int, int]]:
    """Start -> (length of the marks, end), of every code span in the text."""
    spans: dict[int, tuple[int, int]] | None = data.memo.get("code")
    if spans is None:
        spans = data.memo["code"] = _find(data) if "`" in data else {}
    return spans


def _find(data: str) -> dict[int, tuple[int, int]]:
    places: dict[int, list[int]] = {}  # length of a run -> where such runs are, from the last to the first
    for run in reversed(list(_RUN.finditer(data))):
        places.setdefault(run.end() - run.start(), []).append(run.start())
    spans = {}
    at = 0
    while (run_or_escape := _RUN_OR_ESCAPE.search(data, at)) is not None:
        start, at = run_or_escape.span()
        if data[start] == "\\":
            continue
        length = at - start
        partners = places.get(length, [])
        while partners and partners[-1] < at:
            partners.pop()
        if partners:
            at = partners.pop() + length
            spans[start] = (length, at)
    return spans


class CodeSpanRoom(InlineRoom):
    """A run of backticks that has a partner; one that has none is text."""

    first = "`"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"`+", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        span = code_spans(data).get(m.start())
        if span is None:
            return m.group(), m.start(), m.end()
        length, end = span
        element = Element("code")
        element.text = AtomicString(_trim(data[m.start() + length : end - length].replace("\n", " ")))
        return element, m.start(), end


def _trim(code: str) -> str:
    """One space at both ends is there to keep backticks apart, not part of the code."""
    return code[1:-1] if code[0] == " " == code[-1] and code.strip() else code


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(CodeSpanRoom(md), "code_span", 190)
