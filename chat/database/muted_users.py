"""SQL of muted people."""

from __future__ import annotations

from chat.database.messages import Condition
from chat.database.people import Runs
from chat.personal import MutedUser

_MUTED = "user_id, muted_user_id, floor(extract(epoch FROM date_muted))::int"
SELECT = f"SELECT {_MUTED} FROM muted_user ORDER BY date_muted, muted_user_id"
INSERT = f"""INSERT INTO muted_user (user_id, muted_user_id) VALUES (%s, %s)
    ON CONFLICT DO NOTHING RETURNING {_MUTED}"""
DELETE = "DELETE FROM muted_user WHERE user_id = %s AND muted_user_id = %s RETURNING 1"


async def muted_users(db: Runs) -> list[MutedUser]:
    """Everyone's, the first muted first."""
    return [MutedUser(*row) for row in await db.query(SELECT)]


async def insert(unit: Runs, user_id: int, muted_user_id: int) -> MutedUser | None:
    """None where they are muted already."""
    rows = await unit.query(INSERT, (user_id, muted_user_id))
    return MutedUser(*rows[0]) if rows else None


async def delete(unit: Runs, user_id: int, muted_user_id: int) -> bool:
    """False where they were not muted."""
    return bool(await unit.query(DELETE, (user_id, muted_user_id)))


def sent_by(user_id: int) -> Condition:
    """The messages of one sender."""
    return Condition("m.sender_id = %(sender)s", {"sender": user_id})
