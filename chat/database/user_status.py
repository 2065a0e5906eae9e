"""SQL of people's statuses."""

from __future__ import annotations

from chat.database.people import Runs
from chat.personal import UserStatus

SELECT = "SELECT user_id, text, emoji_name, emoji_code, reaction_type FROM user_status"
UPSERT = """INSERT INTO user_status (user_id, text, emoji_name, emoji_code, reaction_type) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (user_id) DO UPDATE SET text = excluded.text, emoji_name = excluded.emoji_name,
        emoji_code = excluded.emoji_code, reaction_type = excluded.reaction_type, last_updated = now()"""
DELETE = "DELETE FROM user_status WHERE user_id = %s"


async def statuses(db: Runs) -> list[UserStatus]:
    """Of all who have set one."""
    return [UserStatus(*row) for row in await db.query(SELECT)]


async def put(unit: Runs, status: UserStatus) -> None:
    """Set a person's status; an empty one is none."""
    if status.is_empty:
        await unit.query(DELETE, (status.user_id,))
    else:
        await unit.query(UPSERT, (
            status.user_id, status.text, status.emoji_name, status.emoji_code, status.reaction_type))
