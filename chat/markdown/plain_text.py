"""The plain-text form of a rendered message, for alert words and notifications.

Read off the element tree, so it costs no second parse. What a spoiler hides stays hidden; an emoji is
itself.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from chat import emoji
from chat.markdown.serializer import BLOCKS

_EMOJI_CLASS = re.compile(r"emoji emoji-([0-9a-f-]+)$")


class TextTaker(Treeprocessor):
    """Runs between the reading of the text and what is added for the eye alone."""

    def run(self, root: Element) -> None:
        self.md.state.text = to_text(root)  # type: ignore[attr-defined]  # our Markdown has one


def to_text(root: Element) -> str:
    """The text of all blocks, one line a line."""
    return "\n".join(_lines(root))


def _lines(element: Element) -> list[str]:
    """The lines of a container: its own text first, then its blocks'."""
    lines: list[str] = []
    running: list[str] = [element.text or ""]
    number = int(element.get("start", "1"))
    for child in element:
        tag = child.tag
        if tag in BLOCKS or tag == "raw-block":
            if "".join(running).strip():
                lines.extend("".join(running).split("\n"))
            running.clear()
            lines.extend(_block_lines(element, child, number))
            number += 1
        else:
            _add_inline(child, running)
        running.append(child.tail or "")
    if "".join(running).strip():
        lines.extend("".join(running).split("\n"))
    return lines


def _block_lines(parent: Element, block: Element, number: int) -> list[str]:
    tag = block.tag
    if tag == "raw-block":
        return block.get("source", "").rstrip("\n").split("\n")
    if tag == "hr":
        return ["---"]
    if block.get("class") == "spoiler-block":
        return [" ".join([*_lines(block[0]), "(…)"])]
    if tag == "tr":
        return [" | ".join(" ".join(_lines(cell)) for cell in block)]
    lines = _lines(block)
    if tag == "blockquote":
        return ["> " + line for line in lines]
    if tag == "li":
        bullet = f"{number}. " if parent.tag == "ol" else "- "
        return [(bullet if not at else " " * len(bullet)) + line for at, line in enumerate(lines or [""])]
    return lines


def _add_inline(element: Element, out: list[str]) -> None:
    tag = element.tag
    if tag == "raw-html":
        out.append(element.get("source", ""))
        return
    if tag == "math":
        out.append(element.findtext("semantics/annotation") or "")
        return
    if tag == "img":
        out.append(element.get("alt", ""))
        return
    if tag == "span" and (m := _EMOJI_CLASS.match(element.get("class", ""))) is not None:
        out.append(emoji.characters(m.group(1)))
        return
    if element.text:
        out.append(element.text)
    for child in element:
        _add_inline(child, out)
        if child.tail:
            out.append(child.tail)


def extend(md: Markdown) -> None:
    md.treeprocessors.register(TextTaker(md), "text", 10)
