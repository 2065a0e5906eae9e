"""SQL of messages that people are to be told of by e-mail, if they are still unread when the time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.database.messages import int_array
from chat.database.people import Runs

INSERT = """WITH wanted AS (
        SELECT * FROM unnest(%(users)s::int[], %(reasons)s::text[], %(groups)s::int[])
            AS new (user_id, reason, group_id)),
    known AS (SELECT DISTINCT user_id FROM missed_email WHERE user_id = ANY(%(users)s::int[])),
    added AS (
        INSERT INTO missed_email (user_id, message_id, reason, group_id)
        SELECT user_id, %(message)s, reason, group_id FROM wanted
        WHERE EXISTS (SELECT FROM message WHERE id = %(message)s)
        ON CONFLICT DO NOTHING RETURNING user_id)
    SELECT user_id FROM added WHERE user_id NOT IN (SELECT user_id FROM known)"""
TAKE = """WITH taken AS (DELETE FROM missed_email WHERE user_id = %(user)s RETURNING message_id, reason, group_id)
    SELECT m.id, taken.reason, taken.group_id, m.sender_id, m.recipient_id, m.channel_id, m.topic, m.content,
        m.rendered_content, floor(extract(epoch FROM m.date_sent))::bigint, r.user_ids, um.flags
    FROM taken JOIN message m ON m.id = taken.message_id JOIN recipient r ON r.id = m.recipient_id
    LEFT JOIN user_message um ON um.user_id = %(user)s AND um.message_id = m.id
    ORDER BY m.id"""


@dataclass(frozen=True, slots=True)
class Missed:
    """A message that someone is to be told of, as it is now. `flags` is None where they have no row of it."""

    message_id: int
    reason: str
    group_id: int | None
    sender_id: int
    recipient_id: int
    channel_id: int | None
    topic: str
    content: str
    rendered_content: str
    timestamp: int
    user_ids: list[int] | None
    """Of a direct message's conversation."""
    flags: int | None


async def insert(unit: Runs, message_id: int, people: Sequence[tuple[int, str, int | None]]) -> list[int]:
    """Remember (user_id, reason, group_id); the ids of those for whom there was nothing to remember before. A message
    that was deleted meanwhile is not remembered."""
    return [user_id for (user_id,) in await unit.query(INSERT, {
        "message": message_id, "users": int_array([user_id for user_id, _, _ in people]),
        "reasons": [why for _, why, _ in people], "groups": [group_id for _, _, group_id in people]})]


async def take(unit: Runs, user_id: int) -> list[Missed]:
    """All that was remembered for someone, in the order of sending; it is forgotten by this."""
    rows = await unit.query(TAKE, {"user": user_id})
    return [Missed(*row) for row in rows]
