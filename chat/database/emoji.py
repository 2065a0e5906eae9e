"""SQL of the organisation's own emoji."""

from __future__ import annotations

from chat.database.people import Runs
from chat.uploaded import CustomEmoji

_EMOJI = "id, name, token, extension, is_animated, author_id, is_deactivated"
SELECT_EMOJI = f"SELECT {_EMOJI} FROM custom_emoji ORDER BY id"
INSERT_EMOJI = f"""INSERT INTO custom_emoji (name, token, extension, is_animated, author_id)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING {_EMOJI}"""
DEACTIVATE_EMOJI = "UPDATE custom_emoji SET is_deactivated = true WHERE id = %s"


async def all_emoji(db: Runs) -> list[CustomEmoji]:
    """All there ever were, by id."""
    return [CustomEmoji(*row) for row in await db.query(SELECT_EMOJI)]


async def insert(unit: Runs, *, name: str, token: str, extension: str, is_animated: bool, author_id: int
                 ) -> CustomEmoji | None:
    """None where an active one has the name."""
    rows = await unit.query(INSERT_EMOJI, (name, token, extension, is_animated, author_id))
    return CustomEmoji(*rows[0]) if rows else None


async def deactivate(unit: Runs, emoji_id: int) -> None:
    await unit.query(DEACTIVATE_EMOJI, (emoji_id,))
