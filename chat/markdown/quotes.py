"""Quotes: lines that begin with `>`. The quote ends with the last such line; what follows is not drawn in.

A `>` that begins an emoticon or a comparison (`>:(`, `>.<`, `>= 5`) is text.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines

_QUOTED = re.compile(r" {0,3}> ?(?![.:;=_])(.*)")


class QuoteRoom(BlockRoom):
    first = ">"
    nests = True

    def opens(self, line: str) -> bool:
        m = _QUOTED.match(line)
        return m is not None and m.group(1).strip(" >") != ""

    def take(self, parent: Element, lines: Lines) -> bool:
        inner = []
        while lines and (m := _QUOTED.match(lines[0])):
            inner.append(m.group(1))
            lines.pop(0)
        self.parser.read_blocks(SubElement(parent, "blockquote"), Lines(inner))
        return True


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(QuoteRoom(md.parser), "quote", 60)
