"""Links with a text of their own: `[text](url)`. No reference links, no titles, no images.

Brackets and parentheses are paired once for a whole text, so that hostile ones cost no more than others.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown

from chat.markdown.addresses import link_target, note_target
from chat.markdown.code_spans import code_spans
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading

_ENCLOSED = re.compile(r"\(<([^<>\n]{1,2000})>\)")
_BRACKET = re.compile(r"[\[\]`]|\\.")
_PARENTHESIS = re.compile(r"[()`\s<>]")
MAX_LINK_TEXT = 1_000


class LinkRoom(InlineRoom):
    first = "["
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\[", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        start = m.start()
        close = _closing_brackets(data).get(start)
        if close is None or close - start > MAX_LINK_TEXT or not data.startswith("(", close + 1):
            return NOT_OURS
        found = _destination(data, close + 1)
        if found is None:
            return NOT_OURS
        typed, end = found
        href = link_target(typed, self.state)
        if href is None:
            return NOT_OURS
        note_target(href, self.state)
        element = Element("a", {"href": href})
        element.text = data[start + 1 : close].strip() or typed
        return element, start, end


def _closing_brackets(data: InlineText) -> dict[int, int]:
    """Where each bracket that is opened closes. Code is passed over."""
    pairs: dict[int, int] | None = data.memo.get("brackets")
    if pairs is None:
        pairs = data.memo["brackets"] = {}
        spans = code_spans(data)
        opened: list[int] = []
        at = 0
        while (hit := _BRACKET.search(data, at)) is not None:
            start, at = hit.span()
            char = data[start]
            if char == "[":
                opened.append(start)
            elif char == "]":
                if opened:
                    pairs[opened.pop()] = start
            elif char == "`" and start in spans:
                at = spans[start][1]
    return pairs


def _closing_parentheses(data: InlineText) -> dict[int, int]:
    """Where each parenthesis that is opened closes, if nothing parts the two that can't be in an address."""
    pairs: dict[int, int] | None = data.memo.get("parentheses")
    if pairs is None:
        pairs = data.memo["parentheses"] = {}
        opened: list[int] = []
        for hit in _PARENTHESIS.finditer(data):
            char = hit.group()
            if char == "(":
                opened.append(hit.start())
            elif char != ")":
                opened.clear()
            elif opened:
                pairs[opened.pop()] = hit.start()
    return pairs


def _destination(data: InlineText, at: int) -> tuple[str, int] | None:
    """The address in the parentheses that open at `at`, and where these end."""
    close = _closing_parentheses(data).get(at)
    if close is not None:
        return data[at + 1 : close], close + 1
    enclosed = _ENCLOSED.match(data, at)
    return None if enclosed is None else (enclosed.group(1), enclosed.end())


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(LinkRoom(md), "link", 150)
