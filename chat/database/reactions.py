"""SQL of reactions."""

from __future__ import annotations

from chat.database.people import Runs
from chat.models import Reaction

INSERT = """INSERT INTO reaction (message_id, user_id, emoji_name, emoji_code, reaction_type)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1"""
DELETE = """DELETE FROM reaction WHERE message_id = %s AND user_id = %s AND reaction_type = %s AND emoji_code = %s
    RETURNING emoji_name"""


async def insert(unit: Runs, reaction: Reaction) -> bool:
    """False where the person reacted so already."""
    return bool(await unit.query(INSERT, (
        reaction.message_id, reaction.user_id, reaction.emoji_name, reaction.emoji_code, reaction.reaction_type)))


async def delete(unit: Runs, message_id: int, user_id: int, reaction_type: str, emoji_code: str) -> str | None:
    """The name under which the reaction had been added; None where there was none."""
    rows = await unit.query(DELETE, (message_id, user_id, reaction_type, emoji_code))
    return rows[0][0] if rows else None
