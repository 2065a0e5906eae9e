"""Headings: one to six `#`, a space, and text. `#5` and `#channel` are text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_CLOSING = re.compile(r"[ \t]#+$")


class HeadingRoom(BlockRoom):
    first = "#"

    def opens(self, line: str) -> bool:
        return _HEADING.match(line) is not None

    def take(self, parent: Element, lines: Lines) -> bool:
        m = _HEADING.match(lines[0])
        assert m is not None
        text = lines.pop(0)[m.end() :].rstrip()
        if (closing := _CLOSING.search(text)) is not None:
            text = text[: closing.start()].rstrip()
        SubElement(parent, f"h{len(m.group(1))}").text = text
        return True


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(HeadingRoom(md.parser), "heading", 80)
