"""Spoilers: a fence with `spoiler` and perhaps a header behind it. What is inside stays out of plain
text.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import LineParser, Lines
from chat.markdown.fences import fence_room


def _spoiler(parser: LineParser, parent: Element, info: str, lines: list[str]) -> None:
    block = SubElement(parent, "div", {"class": "spoiler-block"})
    header = SubElement(block, "div", {"class": "spoiler-header"})
    parser.read_blocks(header, Lines(info.split(None, 1)[1:]))
    content = SubElement(block, "div", {"aria-hidden": "true", "class": "spoiler-content"})
    parser.read_blocks(content, Lines(lines))


def extend(md: Markdown) -> None:
    fence_room(md).kinds["spoiler"] = _spoiler
