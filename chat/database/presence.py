"""SQL of presence: who was here when, as of the last time it was written down."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.models import Presence

SELECT = """SELECT user_id, floor(extract(epoch FROM active_at))::int, floor(extract(epoch FROM connected_at))::int,
    update_id FROM presence"""
UPSERT = """INSERT INTO presence (user_id, active_at, connected_at, update_id)
    SELECT user_id, to_timestamp(active_at), to_timestamp(connected_at), update_id
    FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[]) AS n (user_id, active_at, connected_at, update_id)
    ON CONFLICT (user_id) DO UPDATE SET active_at = excluded.active_at, connected_at = excluded.connected_at,
        update_id = excluded.update_id"""


async def presences(db: Runs) -> list[Presence]:
    return [Presence(*row) for row in await db.query(SELECT)]


async def upsert(unit: Runs, rows: Sequence[Presence]) -> None:
    """Write these, in one statement."""
    await unit.query(UPSERT, (
        int_array([row.user_id for row in rows]), int_array([row.active_at for row in rows]),
        int_array([row.connected_at for row in rows]), int_array([row.update_id for row in rows])))
