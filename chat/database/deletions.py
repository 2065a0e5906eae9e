"""SQL of deleting messages, with everything that hangs on them but the names that their senders gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.database.messages import int_array
from chat.database.people import Runs

DELETE = """WITH doomed AS (SELECT unnest(%(ids)s::int[]) AS id),
    received AS (DELETE FROM user_message WHERE message_id IN (SELECT id FROM doomed) RETURNING user_id),
    shown AS (DELETE FROM attachment_message WHERE message_id IN (SELECT id FROM doomed) RETURNING attachment_id),
    gone AS (DELETE FROM message WHERE id IN (SELECT id FROM doomed)
        RETURNING id, sender_id, queue_id, local_id, recipient_id),
    named AS (INSERT INTO deleted_message (sender_id, queue_id, local_id, message_id, recipient_id)
        SELECT sender_id, queue_id, local_id, id, recipient_id FROM gone WHERE queue_id <> ''),
    forgotten AS (DELETE FROM deleted_message WHERE date_deleted < now() - interval '30 days')
    SELECT coalesce((SELECT array_agg(id ORDER BY id) FROM gone), '{}'),
        coalesce((SELECT array_agg(DISTINCT user_id) FROM received), '{}'),
        coalesce((SELECT array_agg(DISTINCT a.path_id) FROM attachment a WHERE a.id IN (
            SELECT attachment_id FROM shown)), '{}')"""
SELECT_NEWEST = """SELECT id FROM message WHERE channel_id = %s AND lower(topic) = lower(%s)
    ORDER BY id DESC LIMIT %s"""
# Ids grow with time, so the oldest messages of a place are its first; only these are looked at.
SELECT_OLDER_IN_CHANNEL = """SELECT id, recipient_id, topic FROM (
        SELECT id, recipient_id, topic, date_sent FROM message WHERE recipient_id = %(recipient)s
        ORDER BY id LIMIT %(limit)s) AS oldest
    WHERE date_sent < to_timestamp(%(before)s) ORDER BY id"""
SELECT_OLDER_DIRECT = """SELECT id, recipient_id, topic FROM (
        SELECT id, recipient_id, topic, date_sent FROM message WHERE channel_id IS NULL
        ORDER BY id LIMIT %(limit)s) AS oldest
    WHERE date_sent < to_timestamp(%(before)s) ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Older:
    """A message that is older than it is to be kept."""

    id: int
    recipient_id: int
    topic: str


async def delete(unit: Runs, message_ids: Sequence[int]) -> tuple[list[int], list[int], list[str]]:
    """Delete messages; (ids of those that were there, who had received one of them, path_ids of the files they
    showed)."""
    ((gone, holders, paths),) = await unit.query(DELETE, {"ids": int_array(message_ids)})
    return list(gone), list(holders), list(paths)


async def newest_in_topic(unit: Runs, channel_id: int, topic: str, limit: int) -> list[int]:
    """Ids of a topic's newest messages, newest first."""
    return [message_id for (message_id,) in await unit.query(SELECT_NEWEST, (channel_id, topic, limit))]


async def older(unit: Runs, recipient_id: int | None, before: float, limit: int) -> list[Older]:
    """The oldest messages of a channel (by its recipient), or among people (None), that were sent before then."""
    select = SELECT_OLDER_DIRECT if recipient_id is None else SELECT_OLDER_IN_CHANNEL
    rows = await unit.query(select, {"recipient": recipient_id, "before": before, "limit": limit})
    return [Older(*row) for row in rows]
