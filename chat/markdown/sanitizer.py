"""The last gate: every rendered piece of HTML passes here.

The rooms only build elements from this vocabulary, so cleaning changes nothing in ordinary life (a test
says so); it is here for the day one of them has a bug. It knows tags and attributes, no syntax.
"""

from __future__ import annotations

import nh3

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
    "a": {"class", "data-stream-id", "href", "title"},
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

_cleaner = nh3.Cleaner(
    tags=set(_HTML_TAGS | MATHML_TAGS | set(_HTML_ATTRIBUTES)),
    attributes=_HTML_ATTRIBUTES | {tag: set(MATHML_ATTRIBUTES) for tag in MATHML_TAGS},
    url_schemes=set(URL_SCHEMES),
    tag_attribute_values={"td": _ALIGNMENTS, "th": _ALIGNMENTS},
    link_rel=None,
    strip_comments=True,
)


def sanitize(html: str) -> str:
    """The same HTML with everything outside our vocabulary taken out."""
    return _cleaner.clean(html)
