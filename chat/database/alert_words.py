"""SQL of alert words."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.people import Runs

SELECT = "SELECT user_id, array_agg(word ORDER BY id) FROM alert_word GROUP BY user_id"
INSERT = """INSERT INTO alert_word (user_id, word) SELECT %s, word FROM unnest(%s::text[]) AS wanted (word)
    ON CONFLICT DO NOTHING"""
DELETE = "DELETE FROM alert_word WHERE user_id = %s AND word = ANY(%s::text[])"
SELECT_OF = "SELECT word FROM alert_word WHERE user_id = %s ORDER BY id"


async def everyones(db: Runs) -> dict[int, list[str]]:
    """By person, the first added first."""
    return dict(await db.query(SELECT))


async def add(unit: Runs, user_id: int, words: Sequence[str]) -> list[str]:
    """Add words, those that are there already aside; all of the person's words then."""
    await unit.query(INSERT, (user_id, list(words)))
    return await _of(unit, user_id)


async def remove(unit: Runs, user_id: int, words: Sequence[str]) -> list[str]:
    """Remove words, spelled as they were added; all of the person's words then."""
    await unit.query(DELETE, (user_id, list(words)))
    return await _of(unit, user_id)


async def _of(unit: Runs, user_id: int) -> list[str]:
    return [word for (word,) in await unit.query(SELECT_OF, (user_id,))]
