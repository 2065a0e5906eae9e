"""Lists: `*`, `-` or `+` and a space, or a number with a dot and a space; no blank line is needed above.

An item holds what is indented below it by two columns or more (so two spaces nest), and its first line.
The list goes on over blank lines as long as items of its kind follow; an unindented line of text ends it.
`1) note`, `#5` and a marker with nothing behind it are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines

_ITEM = re.compile(r"([ \t]*)(?:([*+-])|(\d{1,9})\.)([ \t]+)(?=\S)")
_INDENT = re.compile(r"[ \t]*")
_TAB = 4
_LONGEST_INTERRUPTING_NUMBER = 3
_DEEPEST_FIRST_ITEM = 3


class ListRoom(BlockRoom):
    first = "*+-0123456789"
    nests = True

    def opens(self, line: str) -> bool:
        m = _ITEM.match(line)
        return m is not None and _columns(m.group(1)) <= _DEEPEST_FIRST_ITEM

    def interrupts(self, lines: Lines) -> bool:
        m = _ITEM.match(lines[0])
        if m is None or _columns(m.group(1)) > _DEEPEST_FIRST_ITEM:
            return False
        return m.group(3) is None or len(m.group(3)) <= _LONGEST_INTERRUPTING_NUMBER

    def take(self, parent: Element, lines: Lines) -> bool:
        m = _ITEM.match(lines[0])
        assert m is not None
        numbered = m.group(3) is not None
        element = SubElement(parent, "ol" if numbered else "ul")
        if numbered and int(m.group(3)) != 1:
            element.set("start", str(int(m.group(3))))
        margin = _columns(m.group(1))
        while lines and (m := self.item_start(lines, numbered, margin)) is not None:
            self.read_item(element, lines, m)
        return True

    def item_start(self, lines: Lines, numbered: bool, margin: int) -> re.Match[str] | None:
        """The next item of this list; blank lines before it are taken, and left when there is none."""
        ahead = 0
        while ahead < len(lines) and not lines[ahead].strip():
            ahead += 1
        if ahead == len(lines):
            return None
        m = _ITEM.match(lines[ahead])
        if m is None or (m.group(3) is not None) != numbered or _columns(m.group(1)) > margin + 1:
            return None
        if any(room.opens(lines[ahead]) for room in self.stronger_rooms(m)):
            return None
        for _ in range(ahead):
            lines.pop(0)
        return m

    def stronger_rooms(self, m: re.Match[str]) -> Iterator[BlockRoom]:
        """Those that come before this one: `- - -` is a break, not an item."""
        return takewhile(lambda room: room is not self, self.parser.rooms_for(m.string[m.end(1)]))

    def read_item(self, element: Element, lines: Lines, m: re.Match[str]) -> None:
        margin = _columns(m.group(1))
        width = _columns(m.string[m.start() : m.start(4)]) + min(len(m.group(4)), _TAB)
        inner = [lines.pop(0)[m.end() :]]
        while lines:
            line = lines[0]
            if line.strip():
                columns = _columns(_INDENT.match(line).group())  # type: ignore[union-attr]
                if columns < margin + 2:
                    break
                inner.append(_dedent(line, min(columns, width)))
                lines.pop(0)
                continue
            ahead = 1
            while ahead < len(lines) and not lines[ahead].strip():
                ahead += 1
            if ahead == len(lines) or _columns(_INDENT.match(lines[ahead]).group()) < margin + 2:  # type: ignore[union-attr]
                break
            for _ in range(ahead):
                inner.append("")
                lines.pop(0)
        item = SubElement(element, "li")
        self.parser.read_blocks(item, Lines(inner))
        _tighten(item)


def _columns(indent: str) -> int:
    """How wide this text is, tabs reaching to the next multiple of four."""
    return len(indent.expandtabs(_TAB))


def _dedent(line: str, columns: int) -> str:
    indent = _INDENT.match(line).group()  # type: ignore[union-attr]
    if "\t" not in indent:
        return line[columns:]
    return indent.expandtabs(_TAB)[columns:] + line[len(indent) :]


def _tighten(item: Element) -> None:
    """A single leading paragraph needs no `<p>` of its own."""
    if len(item) and item[0].tag == "p" and all(child.tag != "p" for child in item[1:]):
        item.text = item[0].text
        item.remove(item[0])


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(ListRoom(md.parser), "list", 50)
