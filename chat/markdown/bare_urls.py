"""Addresses typed as they are: `https://...`, `www....` and e-mail addresses.

The sentence's punctuation behind an address is not part of it; a closing bracket is, if it was opened
inside.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.addresses import link_target, note_target
from chat.markdown.channel_links import conversation_link
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading

_STOP = r"\s<>\"`\\^{}|\u3000-\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u2018-\u201f\u00ab\u00bb\u2026"
URL = (
    r"(?:https?://(?:[\w.~%!$&'*+,;=:-]{1,100}@)?(?:\[[0-9A-Fa-f:.]{2,45}\]|\w[\w.-]{0,253})(?::\d{1,5})?"
    r"|www\.\w[\w-]{0,62}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?)"
    rf"(?:[/?#][^{_STOP}]{{0,1900}})?"
)
_TRAILING = frozenset(".,;:!?'*~)]&")
_OPENING = {")": "(", "]": "["}
_LOCAL_PART = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = rf"@((?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,63}})(?![A-Za-z0-9@_-]|[:/]\w)"
_WORD_BEFORE = re.compile(r"[A-Za-z0-9_@.]")


class BareUrlRoom(InlineRoom):
    first = "hHwW"
    guard = r"(?:(?<=[hH])[tT][tT][pP][sS]?://|(?<=[wW])[wW][wW]\.)"
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(URL, md)
        self.compiled_re = re.compile(URL, re.IGNORECASE)

    def read(self, m: Match, data: InlineText) -> Reading:
        start = m.start()
        if start > data.taken and _WORD_BEFORE.match(data, start - 1):
            return NOT_OURS
        url = trim(m.group())
        if url is None:
            return NOT_OURS
        href = link_target(("http://" + url) if url[0] in "wW" else url, self.state)
        if href is None:
            return NOT_OURS
        conversation = conversation_link(href, self.state)
        if conversation is not None:
            return conversation, start, start + len(url)
        note_target(href, self.state)
        return _anchor(href, url), start, start + len(url)


class EmailRoom(InlineRoom):
    """Begins at the `@` and looks back for the name before it."""

    first = "@"
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(_DOMAIN, md)

    def read(self, m: Match, data: InlineText) -> Reading:
        at = m.start()
        start = at
        floor = max(data.taken, at - 64)
        while start > floor and data[start - 1] in _LOCAL_PART:
            start -= 1
        while start < at and data[start] in "._%+-":
            start += 1
        if start == at or data[at - 1] == "." or (start and data[start - 1].isalnum()):
            return NOT_OURS
        self.state.has_link = True
        address = data[start : m.end()]
        return _anchor("mailto:" + address, address), start, m.end()


def trim(url: str) -> str | None:
    """The address without the sentence's punctuation behind it; None when no host is left."""
    opened = {char: url.count(char) for char in "()[]"}
    end = len(url)
    while end and url[end - 1] in _TRAILING:
        char = url[end - 1]
        if char in _OPENING:
            if opened[_OPENING[char]] >= opened[char]:
                break
            opened[char] -= 1
        end -= 1
    url = url[:end]
    host = url.split("//", 1)[-1]
    return url if host and host[0] not in "/?#" else None


def _anchor(href: str, text: str) -> Element:
    element = Element("a", {"href": href})
    element.text = AtomicString(text)
    return element


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(BareUrlRoom(md), "bare_url", 140)
    md.inlinePatterns.register(EmailRoom(md), "email", 130)
