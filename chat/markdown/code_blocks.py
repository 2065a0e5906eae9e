"""Fenced code, coloured by Pygments.

Owns the choice of lexer and the HTML around the code. Lexers are found by Pygments' table of names alone
(its search through installed plug-ins takes longer than a whole message), and each is made once.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from importlib import import_module
from xml.etree.ElementTree import Element

from markdown import Markdown
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers._mapping import LEXERS

from chat.markdown.blocks import LineParser
from chat.markdown.fences import fence_room
from chat.markdown.serializer import escape_attribute, raw_html
from chat.markdown.state import RenderState

MAX_COLOURED = 20_000
_PLAIN_NAMES = frozenset({"text", "txt", "plain", "plaintext", "none"})

_formatter = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=1)
def _lexers_by_alias() -> dict[str, tuple[str, str, str]]:
    """alias in lower case -> (module, class, canonical name)"""
    found: dict[str, tuple[str, str, str]] = {}
    for class_name, (module, name, aliases, _, _) in LEXERS.items():
        for alias in (*aliases, name):
            found.setdefault(alias.lower(), (module, class_name, name))
    return found


@lru_cache(maxsize=64)
def _lexer(module: str, class_name: str) -> Lexer:
    lexer: Lexer = getattr(import_module(module), class_name)(stripnl=False)
    return lexer


def is_coloured(word: str) -> bool:
    """Whether code in a language typed as `word` goes through a lexer."""
    return word.lower() in _lexers_by_alias() and word.lower() not in _PLAIN_NAMES


def language_word(info: str) -> str:
    """The language in the words behind a fence."""
    return info.split(None, 1)[0].strip("{}").lstrip(".") if info else ""


def language_name(word: str) -> str:
    """The canonical name of a language typed as `word`; the word itself when it is unknown."""
    known = _lexers_by_alias().get(word.lower())
    return known[2] if known else word


def _highlighted(code: str, word: str) -> str:
    if not is_coloured(word) or len(code) > MAX_COLOURED:
        return escape(code, quote=False).replace("\xa0", "&nbsp;")
    module, class_name, _ = _lexers_by_alias()[word.lower()]
    html: str = highlight(code, _lexer(module, class_name), _formatter)
    return html.replace("&quot;", '"').replace("&#39;", "'").replace("\xa0", "&nbsp;")


def code_block(parser: LineParser, parent: Element, info: str, lines: list[str]) -> None:
    """Append the code block for a fence with these words behind it, or else in the organisation's language."""
    state: RenderState = parser.md.state  # type: ignore[attr-defined]  # our Markdown has one
    word = language_word(info) or state.default_code_language
    code = "\n".join(lines) + "\n"
    language = f' data-code-language="{escape_attribute(language_name(word))}"' if word else ""
    inner = f"<pre><span></span><code>{_highlighted(code, word)}</code></pre>"
    parent.append(raw_html(f'<div class="codehilite"{language}>{inner}</div>', code, block=True))


def extend(md: Markdown) -> None:
    fence_room(md).otherwise = code_block
