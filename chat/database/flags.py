"""SQL of flags and of what is unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.database.messages import Condition, int_array
from chat.database.people import Runs

ADD = """UPDATE user_message SET flags = flags | %s
    WHERE user_id = %s AND message_id = ANY(%s::int[]) AND flags & %s = 0 RETURNING message_id"""
REMOVE = """UPDATE user_message SET flags = flags & ~%s
    WHERE user_id = %s AND message_id = ANY(%s::int[]) AND flags & %s <> 0 RETURNING message_id"""
ADOPT = """INSERT INTO user_message (user_id, message_id, flags)
    SELECT %s, m.id, %s FROM (SELECT id FROM message WHERE id = ANY(%s::int[]) FOR KEY SHARE) AS m
    ON CONFLICT DO NOTHING RETURNING message_id"""
MARK_READ = """UPDATE user_message um SET flags = flags | 1 FROM message m
    WHERE um.user_id = %(reader)s AND um.flags & 1 = 0 AND m.id = um.message_id"""
MARK_ALL_READ = "UPDATE user_message SET flags = flags | 1 WHERE user_id = %s AND flags & 1 = 0 RETURNING message_id"

SELECT_UNREAD = """SELECT um.message_id, um.flags, m.channel_id, m.topic, m.sender_id,
        CASE WHEN m.channel_id IS NULL THEN (SELECT r.user_ids FROM recipient r WHERE r.id = m.recipient_id) END
    FROM user_message um JOIN message m ON m.id = um.message_id
    WHERE um.user_id = %s AND um.flags & 1 = 0 ORDER BY um.message_id DESC LIMIT %s"""
SELECT_STARRED = """SELECT message_id FROM user_message WHERE user_id = %s AND flags & 2 <> 0
    ORDER BY message_id DESC LIMIT %s"""
SELECT_DETAILS = """SELECT um.message_id, um.flags, m.channel_id, m.topic, m.sender_id,
        CASE WHEN m.channel_id IS NULL THEN (SELECT r.user_ids FROM recipient r WHERE r.id = m.recipient_id) END
    FROM user_message um JOIN message m ON m.id = um.message_id
    WHERE um.user_id = %s AND um.message_id = ANY(%s::int[]) ORDER BY um.message_id"""
SELECT_CONVERSATIONS = """SELECT r.user_ids, (SELECT max(m.id) FROM message m WHERE m.recipient_id = r.id)
    FROM recipient r WHERE r.user_ids @> ARRAY[%s] ORDER BY 2 DESC NULLS LAST LIMIT %s"""


@dataclass(frozen=True, slots=True)
class Unread:
    """What is needed to say where an unread message belongs."""

    message_id: int
    flags: int
    channel_id: int | None
    topic: str
    sender_id: int
    user_ids: tuple[int, ...]


async def add(unit: Runs, user_id: int, message_ids: Sequence[int], flag: int) -> list[int]:
    """Set a flag; the ids of the messages that did not have it."""
    return _ids(await unit.query(ADD, (flag, user_id, int_array(message_ids), flag)))


async def remove(unit: Runs, user_id: int, message_ids: Sequence[int], flag: int) -> list[int]:
    """Clear a flag; the ids of the messages that had it."""
    return _ids(await unit.query(REMOVE, (flag, user_id, int_array(message_ids), flag)))


async def adopt(unit: Runs, user_id: int, message_ids: Sequence[int], flags: int) -> list[int]:
    """Give a person rows of messages that they never received; the ids of those that were new to them."""
    return _ids(await unit.query(ADOPT, (user_id, flags, int_array(message_ids))))


async def mark_read(unit: Runs, user_id: int, conditions: Sequence[Condition]) -> list[int]:
    """Mark a person's unread messages within the conditions as read; their ids."""
    params: dict[str, object] = {"reader": user_id}
    for condition in conditions:
        params.update(condition.params)
    return _ids(await unit.query(
        MARK_READ + "".join(f" AND {condition.sql}" for condition in conditions) + " RETURNING um.message_id",
        params))


async def mark_all_read(unit: Runs, user_id: int) -> list[int]:
    return _ids(await unit.query(MARK_ALL_READ, (user_id,)))


async def unread(db: Runs, user_id: int, limit: int) -> list[Unread]:
    """The newest `limit` unread messages of a person, newest first."""
    return [_unread(row) for row in await db.query(SELECT_UNREAD, (user_id, limit))]


async def details(db: Runs, user_id: int, message_ids: Sequence[int]) -> list[Unread]:
    return [_unread(row) for row in await db.query(SELECT_DETAILS, (user_id, int_array(message_ids)))]


async def starred(db: Runs, user_id: int, limit: int) -> list[int]:
    """The newest `limit` starred messages, ascending."""
    return _ids(await db.query(SELECT_STARRED, (user_id, limit)))


async def direct_conversations(db: Runs, user_id: int, limit: int) -> list[tuple[list[int], int]]:
    """(participants, newest message id) of a person's direct conversations, newest first."""
    return [(list(user_ids), max_id) for user_ids, max_id in await db.query(SELECT_CONVERSATIONS, (user_id, limit))
            if max_id is not None]


def _ids(rows: Sequence[tuple[int, ...]]) -> list[int]:
    return sorted(message_id for (message_id,) in rows)


def _unread(row: tuple[int, int, int | None, str, int, list[int] | None]) -> Unread:
    message_id, flags, channel_id, topic, sender_id, user_ids = row
    return Unread(message_id, flags, channel_id, topic, sender_id, tuple(user_ids or ()))
