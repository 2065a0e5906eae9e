"""The browser client's own page in someone's language: the file as it lies, with language, direction and catalogue.

The catalogue stands in the page as data, which no browser runs, so that the client can speak from its first line on.
"""

from __future__ import annotations

from functools import cache
from html import escape

import orjson

from chat.i18n import client_catalogue, translate
from chat.i18n import gettext as _
from chat.languages import ENGLISH, Language

_HTML = b'<html lang="en">'
_TEXTS = (_("Channels and conversations"), _("Messages"), _("People"),
          _("Plait needs JavaScript to show your conversations."))
"""What `index.html` itself says, in attributes and elements."""


def client_page(page: bytes, language: Language) -> bytes:
    """`index.html` for a reader of `language`."""
    if language is ENGLISH:
        return page
    opening = f'<html lang="{language.tag}" dir="{language.direction}">'.encode()
    for text in _TEXTS:
        translated = escape(translate(language, text))
        page = page.replace(f'"{text}"'.encode(), f'"{translated}"'.encode())
        page = page.replace(f">{text}<".encode(), f">{translated}<".encode())
    return page.replace(_HTML, opening, 1).replace(b"</head>", _data(language) + b"</head>", 1)


@cache
def _data(language: Language) -> bytes:
    data = orjson.dumps({"tag": language.tag, "messages": client_catalogue(language)})
    # The only thing that could end the element early.
    return b'<script type="application/json" id="catalogue">' + data.replace(b"<", b"\\u003c") + b"</script>\n  "
