"""Paragraphs: text up to a blank line, or to a block that needs none above it. A line feed is a line
break.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines
from chat.markdown.inlines import InlineRoom, InlineText, Match, Reading


class ParagraphRoom(BlockRoom):
    """Takes what no other room wanted."""

    def opens(self, line: str) -> bool:
        return True

    def take(self, parent: Element, lines: Lines) -> bool:
        text = [lines.pop(0).strip()]
        while lines:
            line = lines[0].strip()
            if not line or self.parser.interrupted_by(lines):
                break
            text.append(line)
            lines.pop(0)
        SubElement(parent, "p").text = "\n".join(text)
        return True


class LineBreakRoom(InlineRoom):
    """A line feed inside a paragraph becomes `<br>` and a line feed."""

    first = "\n"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"[ \t]*\n", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        element = Element("br")
        element.tail = "\n"
        return element, m.start(), m.end()


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(ParagraphRoom(md.parser), "paragraph", 0)
    md.inlinePatterns.register(LineBreakRoom(md), "line_break", 200)
