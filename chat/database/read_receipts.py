"""SQL of who has read a message."""

from __future__ import annotations

from chat.database.people import Runs

SELECT_READERS = "SELECT user_id FROM user_message WHERE message_id = %s AND flags & 1 <> 0 ORDER BY user_id"


async def readers(db: Runs, message_id: int) -> list[int]:
    """Who received a message and has read it, by id."""
    return [user_id for (user_id,) in await db.query(SELECT_READERS, (message_id,))]
