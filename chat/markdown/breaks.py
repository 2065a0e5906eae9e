"""Thematic breaks: three or more `-`, `*` or `_` alone on a line."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines

_BREAK = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")


class BreakRoom(BlockRoom):
    first = "-*_"

    def opens(self, line: str) -> bool:
        return _BREAK.match(line) is not None

    def take(self, parent: Element, lines: Lines) -> bool:
        lines.pop(0)
        SubElement(parent, "hr")
        return True


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(BreakRoom(md.parser), "break", 70)
