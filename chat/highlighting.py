"""Search results with what was found marked: `match_content` and `match_subject`.

PostgreSQL says where the words stand, in plain texts; the marks are put between tags here, so that no text can become
markup and no tag be broken.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from chat.database import search as sql
from chat.database.people import Runs
from chat.wire import MessageWire

_TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'">])*>)""")
_UNUSED = str.maketrans("", "", sql.START + sql.STOP)
_OPEN, _CLOSE = '<span class="highlight">', "</span>"


async def highlight(db: Runs, messages: Sequence[MessageWire], search: str) -> None:
    """Add match_content (HTML) and match_subject (HTML, escaped) to messages whose content is HTML or source."""
    pieces: list[str] = []
    shapes: list[list[str]] = []
    for message in messages:
        content = message["content"].translate(_UNUSED)
        if message["content_type"] != "text/html":
            content = html.escape(content, quote=False)
        parts = _TAG.split(content)
        shapes.append(parts)
        pieces.extend(html.unescape(text) for text in parts[::2])
        pieces.append(message["subject"].translate(_UNUSED))
    marked = iter(await sql.marked(db, pieces, search))
    for message, parts in zip(messages, shapes, strict=True):
        for place in range(0, len(parts), 2):
            parts[place] = _with_spans(next(marked))
        message["match_content"] = "".join(parts)
        message["match_subject"] = _with_spans(next(marked))


def _with_spans(text: str) -> str:
    return html.escape(text, quote=False).replace(sql.START, _OPEN).replace(sql.STOP, _CLOSE)
