"""Linkifiers: the organisation's own patterns that turn text such as `#1234` into links.

Patterns are RE2's, which matches in linear time whatever the pattern; what RE2 can't do is refused when
the linkifier is made (`check_linkifier`). The address is an RFC 6570 template filled from the pattern's
named groups. A match counts after the start, a space or one of `'"(,:<`, and before a character that is
no part of a word. The two libraries are loaded at first use: most organisations have no linkifier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.addresses import link_target, note_target
from chat.markdown.errors import MarkdownFailed
from chat.markdown.inlines import Claim, ClaimRoom, InlineText
from chat.markdown.names import Linkifier
from chat.markdown.state import RenderState

MAX_PATTERN = 1_000
MAX_LINKIFIED = 300
_MAX_PATTERN_MEMORY = 1 << 20
_BEFORE = frozenset("'\"(,:<")
_WORD = re.compile(r"\w")
_TEMPLATE_START = re.compile(r"(?:https?|mailto|ftp|tel|sip|irc)[:+][^{]|https?://\{", re.IGNORECASE)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any | None:
    """The pattern for RE2, or None when RE2 refuses it (it was checked when it was made)."""
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_PATTERN_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def check_linkifier(pattern: str, url_template: str) -> None:
    """Raises MarkdownFailed, with a sentence for the administrator, when these can't be a linkifier."""
    if not pattern or len(pattern) > MAX_PATTERN or len(url_template) > MAX_PATTERN:
        raise MarkdownFailed(f"A linkifier's pattern and address have 1 to {MAX_PATTERN} characters.")
    compiled = _compiled(pattern)
    if compiled is None:
        raise MarkdownFailed("RE2 does not understand this pattern; it has no lookarounds and back references.")
    if compiled.match("") is not None:
        raise MarkdownFailed("This pattern matches an empty text.")
    from uritemplate import variables

    groups = set(compiled.groupindex)
    used = set(variables(url_template))
    if not used:
        raise MarkdownFailed("The address does not use anything of the pattern: it needs a {variable}.")
    if missing := sorted(used - groups):
        raise MarkdownFailed(f"The address uses {{{missing[0]}}}, which is no named group of the pattern.")
    if unused := sorted(groups - used):
        raise MarkdownFailed(f"The pattern's group {unused[0]} is not used in the address.")
    if not _TEMPLATE_START.match(url_template):
        raise MarkdownFailed("The address must begin with https:// or another scheme that messages may link to.")


def find_links(text: str, linkifiers: Sequence[Linkifier], state: RenderState) -> list[Claim]:
    """Where the linkifiers match in `text`, with what they link to; the earlier linkifier wins."""
    from uritemplate import expand

    claims: list[Claim] = []
    for linkifier in linkifiers:
        compiled = _compiled(linkifier.pattern)
        if compiled is None:
            continue
        for m in compiled.finditer(text):
            start, end = m.span()
            if start == end or not _stands_alone(text, start, end):
                continue
            if state.linkified >= MAX_LINKIFIED:
                return claims
            state.linkified += 1
            values = {name: value for name, value in m.groupdict().items() if value is not None}
            href = link_target(expand(linkifier.url_template, values), state)
            if href is not None:
                claims.append(Claim(start, end, href))
    return claims


def _stands_alone(text: str, start: int, end: int) -> bool:
    before_fits = not start or text[start - 1].isspace() or text[start - 1] in _BEFORE
    return before_fits and (end == len(text) or _WORD.match(text, end) is None)


class LinkifierRoom(ClaimRoom):
    ANCESTOR_EXCLUDES = ("a",)

    def claims(self, data: InlineText) -> list[Claim]:
        linkifiers = self.state.names.linkifiers
        return find_links(data, linkifiers, self.state) if linkifiers else []

    def element(self, claim: Claim, data: InlineText) -> Element:
        note_target(claim.href, self.state)
        element = Element("a", {"href": claim.href})
        element.text = AtomicString(data[claim.start : claim.end])
        return element


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(LinkifierRoom("", md), "linkifier", 115)
