"""The last gate: every rendered piece of HTML passes here.

The rooms only build elements from this vocabulary, so cleaning changes nothing in ordinary life (a test
says so); it is here for the day one of them has a bug. It knows tags and attributes, no syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from chat.markdown.external_images import EXTERNAL_ADDRESS

MATHML_TAGS = frozenset(
    {
        "math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msup", "msub",
        "msubsup", "mfrac", "msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd",
        "mstyle", "mpadded", "mphantom", "menclose", "mfenced", "mmultiscripts", "mprescripts", "none",
    }
)  # fmt: skip
MATHML_ATTRIBUTES = frozenset(
    {
        "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display",
        "displaystyle", "encoding", "fence", "form", "height", "largeop", "linethickness", "lspace",
        "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits", "notation",
        "rowalign", "rowlines", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy",
        "symmetric", "voffset", "width", "xmlns",
    }
)  # fmt: skip
_HTML_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"class", "data-id", "data-stream-id", "href", "title"},
    "div": {"aria-hidden", "class", "data-code-language"},
    "img": {"alt", "class", "data-animated", "data-original-dimensions", "src", "title"},
    "ol": {"start"},
    "span": {"aria-label", "class", "data-user-group-id", "data-user-id", "role", "title"},
    "time": {"datetime"},
    "video": {"preload", "src"},
}
_HTML_TAGS = frozenset(
    {
        "p", "br", "em", "strong", "del", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li",
        "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td",
    }
)  # fmt: skip

_ALIGNMENTS = {"style": {f"text-align: {side}" for side in ("left", "right", "center")}}

URL_SCHEMES = frozenset(
    {"http", "https", "mailto", "ftp", "ftps", "tel", "sip", "sips", "xmpp", "matrix", "irc", "ircs"}
)

_CARD_IMAGE = "message_embed_image"
_CARD_STYLE = re.compile(r'background-image: url\("' + EXTERNAL_ADDRESS.pattern + r'"\)')


def _cleaner(attributes: dict[str, set[str]], keep: Callable[[str, str, str], str | None] | None = None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_HTML_TAGS | MATHML_TAGS | set(_HTML_ATTRIBUTES)),
        attributes=attributes | {tag: set(MATHML_ATTRIBUTES) for tag in MATHML_TAGS},
        url_schemes=set(URL_SCHEMES),
        tag_attribute_values={"td": _ALIGNMENTS, "th": _ALIGNMENTS},
        attribute_filter=keep,
        link_rel=None,
        strip_comments=True,
    )


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """The one style that varies: a card's picture, of our own server."""
    if tag == "a" and attribute == "style" and _CARD_STYLE.fullmatch(value) is None:
        return None
    return value


_plain = _cleaner(_HTML_ATTRIBUTES)
_with_cards = _cleaner(_HTML_ATTRIBUTES | {"a": _HTML_ATTRIBUTES["a"] | {"style"}}, _keep)


def sanitize(html: str) -> str:
    """The same HTML with everything outside our vocabulary taken out."""
    return (_with_cards if _CARD_IMAGE in html else _plain).clean(html)
