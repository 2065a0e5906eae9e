"""SQL of scheduled messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.personal import ScheduledMessage

_SCHEDULED = """id, user_id, channel_id, user_ids, topic, content, rendered_content,
    floor(extract(epoch FROM deliver_at))::bigint, client, read_by_sender, failed, token"""
SELECT = f"SELECT {_SCHEDULED} FROM scheduled_message WHERE user_id = %s ORDER BY deliver_at, id"
SELECT_ONE = f"SELECT {_SCHEDULED} FROM scheduled_message WHERE id = %s"
SELECT_DUE = """SELECT id FROM scheduled_message WHERE NOT failed AND deliver_at <= to_timestamp(%s)
    ORDER BY deliver_at, id LIMIT %s"""
SELECT_NEXT = """SELECT floor(extract(epoch FROM min(deliver_at)))::bigint FROM scheduled_message WHERE NOT failed"""
WAS_SENT = "SELECT 1 FROM message WHERE sender_id = %s AND queue_id = 'key' AND local_id = %s"
COUNT = "SELECT count(*) FROM scheduled_message WHERE user_id = %s"
INSERT = f"""INSERT INTO scheduled_message (user_id, channel_id, user_ids, topic, content, rendered_content, deliver_at,
        client, read_by_sender, failed, token)
    VALUES (%s, %s, %s::int[], %s, %s, %s, to_timestamp(%s), %s, %s, %s, %s) RETURNING {_SCHEDULED}"""
UPDATE = """UPDATE scheduled_message SET channel_id = %s, user_ids = %s::int[], topic = %s, content = %s,
    rendered_content = %s, deliver_at = to_timestamp(%s), client = %s, read_by_sender = %s, failed = %s, token = %s
    WHERE id = %s"""
DELETE = "DELETE FROM scheduled_message WHERE id = %s"


async def scheduled_messages(db: Runs, user_id: int) -> list[ScheduledMessage]:
    """A person's scheduled messages, the soonest first."""
    return [_scheduled(row) for row in await db.query(SELECT, (user_id,))]


async def one(db: Runs, scheduled_id: int) -> ScheduledMessage | None:
    """Whosever it is."""
    rows = await db.query(SELECT_ONE, (scheduled_id,))
    return _scheduled(rows[0]) if rows else None


async def due(db: Runs, now: float, limit: int) -> list[int]:
    """Ids of those to be sent by now, the longest due first. Failed ones wait for their sender."""
    return [scheduled_id for (scheduled_id,) in await db.query(SELECT_DUE, (now, limit))]


async def next_time(db: Runs) -> int | None:
    """When the next one is to be sent; None where there is none."""
    ((time,),) = await db.query(SELECT_NEXT)
    return None if time is None else int(time)


async def was_sent(db: Runs, user_id: int, key: str) -> bool:
    """Whether the person sent a message under this Idempotency-Key."""
    return bool(await db.query(WAS_SENT, (user_id, key)))


async def count(db: Runs, user_id: int) -> int:
    ((number,),) = await db.query(COUNT, (user_id,))
    return int(number)


async def insert(unit: Runs, scheduled: ScheduledMessage) -> ScheduledMessage:
    """The message with the id it got; the given id counts for nothing."""
    (row,) = await unit.query(INSERT, (scheduled.user_id, *_values(scheduled)))
    return _scheduled(row)


async def update(unit: Runs, scheduled: ScheduledMessage) -> None:
    await unit.query(UPDATE, (*_values(scheduled), scheduled.id))


async def delete(unit: Runs, scheduled_id: int) -> None:
    await unit.query(DELETE, (scheduled_id,))


def _values(scheduled: ScheduledMessage) -> tuple[object, ...]:
    return (scheduled.channel_id, int_array(scheduled.user_ids), scheduled.topic, scheduled.content,
            scheduled.rendered_content, scheduled.deliver_at, scheduled.client, scheduled.read_by_sender,
            scheduled.failed, scheduled.token)


def _scheduled(row: Sequence[Any]) -> ScheduledMessage:
    scheduled_id, user_id, channel_id, user_ids, *rest = row
    return ScheduledMessage(scheduled_id, user_id, channel_id, tuple(user_ids), *rest)
