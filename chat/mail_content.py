"""A message's HTML as a mail can show it.

The reader is not signed in where they read mail, so nothing is loaded: links lead to the server, pictures and previews
become links or go, formulas become their source, what a spoiler hides stays hidden. It is read as a browser would read
it and written anew from a short list of elements, so nothing else can come through.
"""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

KEPT = frozenset({"a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
                  "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"})
_VOID = frozenset({"br", "hr", "img", "wbr", "input", "source"})
_DROPPED = frozenset({"script", "style", "svg", "video", "audio", "iframe", "object", "template"})
_DROPPED_CLASSES = frozenset({"message_embed", "message_inline_image", "message_inline_video", "spoiler-content"})
_EMOJI = re.compile(r"emoji-([0-9a-f]+(?:-[0-9a-f]+)*)$")
_DANGEROUS = re.compile(r"^(?!https?:|mailto:)", re.IGNORECASE)


def mail_html(rendered: str, url: str) -> str:
    """The HTML for a mail; `url` is the server's address."""
    writer = _Writer(url)
    writer.feed(rendered)
    writer.close()
    return writer.result()


def plain_text(rendered: str, url: str) -> str:
    """The same without any markup, a line a block, for where there is room for little."""
    text = re.sub(r"<br>|</(?:p|li|h\d|pre|tr|blockquote)>", "\n", mail_html(rendered, url))
    return re.sub(r"\n{2,}", "\n", unescape(re.sub(r"<[^>]*>", "", text))).strip()


def mail_text(content: str) -> str:
    """A message's source for the text part: as people wrote it, without what spoilers hide."""
    lines, fence, hidden = [], "", False
    for line in content.split("\n"):
        opening = re.match(r"\s*(`{3,}|~{3,})\s*(spoiler\b.*)?", line)
        if fence and opening and line.strip() == fence:
            fence, hidden = "", False
            continue
        if not fence and opening and opening[2]:
            fence, hidden = opening[1], True
            title = opening[2].removeprefix("spoiler").strip()
            lines.append(f"[{title or '...'}]")
        elif not hidden:
            lines.append(line)
    return "\n".join(lines)


class _Writer(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url + "/"
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        """Elements that are open: the name, and what closes them here."""
        self._silent = 0
        """The number of open elements from which on nothing is written; 0: everything is."""
        self._is_source = False

    def result(self) -> str:
        while self._open:
            self._end()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        if tag == "img" and not self._silent:
            self._out.append(escape(given.get("alt") or given.get("title", "")))
        if tag in _VOID:
            if tag in KEPT and not self._silent:
                self._out.append(f"<{tag}>")
            return
        starts, ends, silent = self._translated(tag, given, classes)
        if not self._silent:
            self._out.append(starts)
        self._open.append((tag, "" if self._silent else ends))
        if silent and not self._silent:
            self._silent = len(self._open)
        if tag == "annotation":
            self._is_source = True

    def _translated(self, tag: str, given: dict[str, str], classes: set[str]) -> tuple[str, str, bool]:
        """What is written for an element's start and end, and whether its content is left out."""
        if tag == "math":
            return "<code>", "</code>", True
        emoji = next((match for name in classes if (match := _EMOJI.fullmatch(name))), None)
        if emoji is not None:
            return "".join(chr(int(code, 16)) for code in emoji[1].split("-")), "", True
        if classes & _DROPPED_CLASSES or tag in _DROPPED:
            return ("<p>[…]</p>" if "spoiler-content" in classes else ""), "", True
        if tag == "a" and (address := self._address(given.get("href", ""))):
            return f'<a href="{escape(address)}">', "</a>", False
        if tag in KEPT and tag != "a":
            return f"<{tag}>", f"</{tag}>", False
        return ("<div>", "</div>", False) if tag == "div" else ("", "", False)

    def _address(self, href: str) -> str:
        try:
            address = urljoin(self._url, href)
        except ValueError:
            return ""
        return "" if _DANGEROUS.match(address) else address

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or all(name != tag for name, _ in self._open):
            return
        while self._open[-1][0] != tag:
            self._end()
        self._end()

    def _end(self) -> None:
        tag, ends = self._open.pop()
        if tag == "annotation":
            self._is_source = False
        if self._silent > len(self._open):
            self._silent = 0
        if not self._silent:
            self._out.append(ends)

    def handle_data(self, data: str) -> None:
        if not self._silent or self._is_source:
            self._out.append(escape(data, quote=False))
