"""Tables: a row of cells parted by `|`, a row of dashes under it, and the rows that follow.

A table ends with the first line that has no `|`. Pipes in code or behind a backslash part nothing. The
number of columns and of filled-in cells is bounded, so that a short message cannot become an endless
table.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from chat.markdown.blocks import BlockRoom, Lines
from chat.markdown.code_spans import code_spans
from chat.markdown.inlines import InlineText

MAX_COLUMNS = 50
MAX_FILLED_CELLS = 2_000
_DELIMITERS = re.compile(r"[ \t]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_PIPE = re.compile(r"\||\\.|`")


class TableRoom(BlockRoom):
    sign = "|"

    def opens(self, line: str) -> bool:
        return True

    def interrupts(self, lines: Lines) -> bool:
        return _columns_ahead(lines) is not None

    def take(self, parent: Element, lines: Lines) -> bool:
        columns = _columns_ahead(lines)
        if columns is None:
            return False
        header = _cells(lines.pop(0))
        lines.pop(0)
        table = SubElement(parent, "table")
        _add_row(SubElement(table, "thead"), "th", header, columns)
        filled = 0
        body: Element | None = None
        while lines and "|" in lines[0]:
            cells = _cells(lines.pop(0))[: len(columns)]
            missing = len(columns) - len(cells)
            filled += missing
            if filled <= MAX_FILLED_CELLS:
                cells += [""] * missing
            body = SubElement(table, "tbody") if body is None else body
            _add_row(body, "td", cells, columns)
        return True


def _columns_ahead(lines: Lines) -> list[str] | None:
    """How the columns of the table that begins here are aligned; None when none begins."""
    if len(lines) < 2 or "-" not in lines[1] or _DELIMITERS.match(lines[1]) is None:
        return None
    delimiters = _cells(lines[1])
    if len(delimiters) > MAX_COLUMNS or len(_cells(lines[0])) != len(delimiters):
        return None
    return [_alignment(cell) for cell in delimiters]


def _alignment(delimiter: str) -> str:
    left, right = delimiter.startswith(":"), delimiter.endswith(":")
    if left and right:
        return "center"
    return "left" if left else "right" if right else ""


def _cells(line: str) -> list[str]:
    """What stands between the pipes of a row."""
    row = InlineText(line.strip())
    spans = code_spans(row)
    cells: list[str] = []
    start = at = 0
    while (hit := _PIPE.search(row, at)) is not None:
        at = hit.end()
        if hit.group() == "|":
            cells.append(row[start : hit.start()])
            start = at
        elif hit.start() in spans:
            at = spans[hit.start()][1]
    cells.append(row[start:])
    if row.startswith("|"):
        del cells[0]
    if cells and not cells[-1].strip():
        del cells[-1]
    return [cell.strip().replace("\\|", "|") for cell in cells]


def _add_row(parent: Element, tag: str, cells: list[str], columns: list[str]) -> None:
    row = SubElement(parent, "tr")
    for text, alignment in zip(cells, columns, strict=False):
        cell = SubElement(row, tag, {"style": f"text-align: {alignment}"} if alignment else {})
        cell.text = text


def extend(md: Markdown) -> None:
    md.parser.blockprocessors.register(TableRoom(md.parser), "table", 40)
