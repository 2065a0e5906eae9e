"""SQL of full-text search: where the words that were looked for stand in a text."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.people import Runs

START, STOP = "\x02", "\x03"
"""Stand before and after a match; the texts themselves have no such characters."""

_OPTIONS = f"StartSel={START}, StopSel={STOP}, HighlightAll=true"
SELECT_MARKED = """SELECT ts_headline('english', piece, websearch_to_tsquery('english', %s), %s)
    FROM unnest(%s::text[]) WITH ORDINALITY AS pieces (piece, place) ORDER BY place"""


async def marked(db: Runs, texts: Sequence[str], search: str) -> list[str]:
    """The texts with START and STOP around what matches the search."""
    if not texts:
        return []
    return [text for (text,) in await db.query(SELECT_MARKED, (search, _OPTIONS, list(texts)))]
