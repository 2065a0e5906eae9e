"""Formulas in TeX: `$$x^2$$` inside a line, a `math` fence as a block of its own; both become MathML.

latex2mathml writes text into its elements unescaped or already escaped; so its tree is taken, brought
down to the vocabulary of our sanitizer and written by our serializer. The package is large: it is loaded
at first use.
"""

from __future__ import annotations

import re
from html import unescape
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.blocks import LineParser
from chat.markdown.fences import fence_room
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading
from chat.markdown.sanitizer import MATHML_ATTRIBUTES, MATHML_TAGS

MAX_TEX = 2_000
_MAX_DEPTH = 60
_PARTS = {
    "mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip
_ATTRIBUTE_VALUE = re.compile(r"[\w.%#+ -]{1,60}$")


def formula(tex: str, *, block: bool) -> Element | None:
    """The formula as clients expect it: `span.katex` around MathML; None when it is no formula."""
    math = _mathml(tex, block=block)
    if math is None:
        return None
    katex = Element("span", {"class": "katex"})
    SubElement(katex, "span", {"class": "katex-mathml"}).append(math)
    if not block:
        return katex
    display = Element("span", {"class": "katex-display"})
    display.append(katex)
    return display


def _mathml(tex: str, *, block: bool) -> Element | None:
    from latex2mathml.converter import convert_to_element

    if not tex.strip() or len(tex) > MAX_TEX:
        return None
    try:
        made = convert_to_element(tex, display="block" if block else "inline")
        content = _clean(made[0], 0)
    except Exception:  # whatever the converter stumbles over, the formula is shown as typed
        return None
    if content is None:
        return None
    attributes = {"xmlns": "http://www.w3.org/1998/Math/MathML"}
    math = Element("math", attributes | ({"display": "block"} if block else {}))
    semantics = SubElement(math, "semantics")
    semantics.append(content)
    annotation = SubElement(semantics, "annotation", {"encoding": "application/x-tex"})
    annotation.text = AtomicString(tex)
    return math


def _clean(element: Element, depth: int) -> Element | None:
    """A copy with our vocabulary alone; None when something in it has no meaning to us."""
    if element.tag not in MATHML_TAGS or depth > _MAX_DEPTH:
        return None
    if len(element) != _PARTS.get(element.tag, len(element)):
        return None
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name in MATHML_ATTRIBUTES and _ATTRIBUTE_VALUE.match(value)
    }
    copy = Element(element.tag, attributes)
    if element.text:
        copy.text = AtomicString(unescape(element.text))
    for child in element:
        cleaned = _clean(child, depth + 1)
        if cleaned is None:
            return None
        copy.append(cleaned)
    return copy


def _failed(tex: str) -> Element:
    element = Element("span", {"class": "tex-error"})
    element.text = AtomicString(tex)
    return element


class FormulaRoom(InlineRoom):
    first = "$"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"\$\$([^$\n]{1,2000})\$\$(?!\$)", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        tex = m.group(1)
        if m.start() and data[m.start() - 1] == "$":
            return NOT_OURS
        element = formula(tex, block=False)
        return _failed(m.group()) if element is None else element, m.start(), m.end()


def _block(parser: LineParser, parent: Element, info: str, lines: list[str]) -> None:
    tex = "\n".join(lines)
    element = formula(tex, block=True)
    SubElement(parent, "p").append(_failed(tex) if element is None else element)


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(FormulaRoom(md), "formula", 180)
    for word in ("math", "latex", "tex"):
        fence_room(md).kinds[word] = _block
