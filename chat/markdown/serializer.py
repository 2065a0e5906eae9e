"""Writes the element tree as HTML.

Python-Markdown's own serializer lets typed character references through ("&lt;" would show as "<"); a
chat shows what was typed, so this one escapes everything, writes attributes in alphabetical order and
puts the line feeds that clients expect between blocks. Its output is what the sanitizer would write for
it: cleaning changes nothing.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

VOID = frozenset({"br", "hr", "img"})
BLOCKS = frozenset(
    {
        "p", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
        "table", "thead", "tbody", "tr", "th", "td", "div",
    }
)  # fmt: skip
_AIRY_DIVS = frozenset({"spoiler-header", "spoiler-content"})
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;", "\0": "\ufffd"})
_ATTRIBUTE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\xa0": "&nbsp;", "\0": "\ufffd"}
)


def raw_html(html: str, source: str, *, block: bool = False) -> Element:
    """An element that stands for finished HTML of our own making; `source` is its plain-text form."""
    element = Element("raw-block" if block else "raw-html")
    element.text = html
    element.set("source", source)
    return element


def escape_text(text: str) -> str:
    return text.translate(_TEXT_ESCAPES)


def escape_attribute(text: str) -> str:
    return text.translate(_ATTRIBUTE_ESCAPES)


def to_html(root: Element) -> str:
    """The HTML inside `root`, blocks joined by line feeds."""
    out: list[str] = []
    _write_children(root, out, airy=True)
    if out and out[-1] == "\n":
        out.pop()
    return "".join(out)


def _write_children(element: Element, out: list[str], airy: bool) -> None:
    for child in element:
        tag = child.tag
        if tag == "raw-html" or tag == "raw-block":
            out.append(child.text or "")
            is_block = tag == "raw-block"
        else:
            _write(child, tag, out)
            is_block = tag in BLOCKS
        if is_block and airy:
            out.append("\n")
        if child.tail:
            out.append(child.tail.translate(_TEXT_ESCAPES))


def _write(element: Element, tag: str, out: list[str]) -> None:
    attributes = element.attrib
    if attributes:
        out.append("<" + tag)
        out += [f' {name}="{attributes[name].translate(_ATTRIBUTE_ESCAPES)}"' for name in sorted(attributes)]
        out.append(">")
    else:
        out.append(f"<{tag}>")
    if tag in VOID:
        return
    text = element.text
    if text:
        out.append(text.translate(_TEXT_ESCAPES))
    airy = tag in BLOCKS and (tag != "div" or attributes.get("class") in _AIRY_DIVS)
    if airy and not text and _opens_with_block(element, tag):
        out.append("\n")
    _write_children(element, out, airy)
    out.append(f"</{tag}>")


def _opens_with_block(element: Element, tag: str) -> bool:
    if len(element):
        first = element[0].tag
        return first in BLOCKS or first == "raw-block"
    return tag == "div" or tag == "blockquote"
