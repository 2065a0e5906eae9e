"""Code spans: text between equally long runs of backticks is code, as typed."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import InlineRoom, InlineText, Match, Reading

_RUN = re.compile(r"`+")


class CodeSpanRoom(InlineRoom):
    """A run of backticks that has a partner; one that has none is text.

    The first run notes where each length occurs last, so that nothing is searched for in vain.
    """

    first = "`"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"`+", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        start, after = m.start(), m.end()
        length = after - start
        memo = data.memo
        if "`" not in memo:
            memo["`"] = 0
            for run in _RUN.finditer(data):
                memo[f"`{run.end() - run.start()}"] = run.start()
        if memo.get(f"`{length}", -1) < after:
            return m.group(), start, after
        for run in _RUN.finditer(data, after):
            if run.end() - run.start() == length:
                return _code(data[after : run.start()]), start, run.end()
        raise AssertionError("a run noted by the memo was not found")


def _code(inner: str) -> Element:
    inner = inner.replace("\n", " ")
    if len(inner) > 2 and inner[0] == " " == inner[-1] and inner.strip():
        inner = inner[1:-1]
    element = Element("code")
    element.text = AtomicString(inner)
    return element


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(CodeSpanRoom(md), "code_span", 190)
