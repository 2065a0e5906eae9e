"""SQL of who was here when, and of catching up."""

from __future__ import annotations

from collections.abc import Collection

from chat.database.messages import int_array
from chat.database.people import Runs

SELECT_DORMANT = "SELECT id, caught_up_to FROM user_profile WHERE caught_up_to IS NOT NULL"
TOUCH = "UPDATE user_profile SET last_active = now() WHERE id = ANY(%s::int[])"
MARK_DORMANT = """UPDATE user_profile SET caught_up_to = (SELECT coalesce(max(id), 0) FROM message)
    WHERE is_active AND NOT is_bot AND caught_up_to IS NULL AND last_active < now() - %s * interval '1 second'
    RETURNING id, caught_up_to"""
CATCH_UP = """INSERT INTO user_message (user_id, message_id, flags)
    SELECT %s, id, 0 FROM message WHERE id > %s AND recipient_id = ANY(%s::int[]) ON CONFLICT DO NOTHING"""
WAKE = "UPDATE user_profile SET caught_up_to = NULL, last_active = now() WHERE id = %s"


async def dormant(db: Runs) -> dict[int, int]:
    """Who is dormant, and up to which message they have rows for all they received."""
    return dict(await db.query(SELECT_DORMANT))


async def touch(unit: Runs, user_ids: Collection[int]) -> None:
    """These people were here just now."""
    await unit.query(TOUCH, (int_array(user_ids),))


async def mark_dormant(unit: Runs, away_s: float) -> dict[int, int]:
    """Those who were not here for `away_s` are dormant from the newest message on."""
    return dict(await unit.query(MARK_DORMANT, (away_s,)))


async def catch_up(unit: Runs, user_id: int, after_id: int, recipient_ids: Collection[int]) -> None:
    """Give a person the rows of all messages after `after_id` in these conversations; they are dormant no more."""
    await unit.query(CATCH_UP, (user_id, after_id, int_array(recipient_ids)))
    await unit.query(WAKE, (user_id,))
