"""Links with a text of their own: `[text](url)`. No reference links, no titles, no images."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown

from chat.markdown.addresses import MAX_URL, link_target, note_target
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading

_DESTINATION = re.compile(r"\(\s{0,4}(?:<([^<>\n]{1,2000})>|([^\s<>]{1,2000}))")
_BRACKET = re.compile(r"[\[\]\\`\n]")
MAX_LINK_TEXT = 1_000


class LinkRoom(InlineRoom):
    first = "["
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\[", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        start = m.start()
        close = _closing_bracket(data, start)
        if close is None or not data.startswith("(", close + 1):
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


def _closing_bracket(data: InlineText, start: int) -> int | None:
    """Where the bracket opened at `start` closes, on the same line or the next ones of the paragraph."""
    if data.memo.get("[", len(data)) <= start:
        return None
    depth = 0
    at = start
    limit = min(len(data), start + MAX_LINK_TEXT)
    while (hit := _BRACKET.search(data, at, limit)) is not None:
        char = hit.group()
        at = hit.end()
        if char == "\\":
            at += 1
        elif char == "[":
            depth += 1
        elif char == "]":
            depth -= 1
            if not depth:
                return hit.start()
    return None


def _destination(data: str, at: int) -> tuple[str, int] | None:
    """The address in the parentheses that open at `at`, and where these end. Inner ones may be balanced."""
    m = _DESTINATION.match(data, at)
    if m is None:
        return None
    if m.group(1) is not None:
        end = m.end()
        return (m.group(1), end + 1) if data.startswith(")", end) else None
    depth = 0
    start = m.start(2)
    for index in range(start, min(m.end(), start + MAX_URL)):
        char = data[index]
        if char == "(":
            depth += 1
        elif char == ")":
            if not depth:
                return (data[start:index], index + 1) if index > start else None
            depth -= 1
    at = m.end()
    while at < len(data) and data[at] in " \t" and at < m.end() + 4:
        at += 1
    return (data[start : m.end()], at + 1) if not depth and data.startswith(")", at) else None


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(LinkRoom(md), "link", 150)
