"""SQL of moving messages between topics and channels: so many statements a move, however many messages it has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.edits import MAX_ENTRIES
from chat.models import Channel, Flag

_TOPIC = "m.channel_id = %(channel)s AND lower(m.topic) = lower(%(topic)s)"
_READABLE = """ AND (%(whole)s OR EXISTS (SELECT FROM user_message um
    WHERE um.user_id = %(reader)s AND um.message_id = m.id))"""
SELECT_TOPIC = f"""SELECT m.id FROM message m WHERE {_TOPIC} AND m.id >= %(from)s {_READABLE}
    ORDER BY m.id LIMIT %(limit)s"""
SELECT_YOUNG = f"""SELECT count(*), count(*) FILTER (WHERE young), min(id) FILTER (WHERE young) FROM (
    SELECT m.id, m.date_sent >= now() - %(limit_s)s * interval '1 second' AS young FROM message m
    WHERE {_TOPIC} {_READABLE}) AS asked"""
HAS_MESSAGES = f"SELECT EXISTS (SELECT FROM message m WHERE {_TOPIC})"
SELECT_FIRST = "SELECT min(id) FROM message WHERE recipient_id = %s"
MOVE = f"""WITH change AS (SELECT m.id, jsonb_build_object(
            'user_id', %(user)s, 'timestamp', floor(extract(epoch FROM now()))::int)
        || CASE WHEN %(topic)s::text IS NULL THEN '{{}}'
            ELSE jsonb_build_object('topic', %(topic)s::text, 'prev_topic', m.topic) END
        || CASE WHEN %(channel)s = m.channel_id THEN '{{}}'
            ELSE jsonb_build_object('stream', %(channel)s, 'prev_stream', m.channel_id) END AS entry
        FROM message m WHERE m.id = ANY(%(ids)s::int[]))
    UPDATE message m SET channel_id = %(channel)s, recipient_id = %(recipient)s,
        topic = coalesce(%(topic)s, m.topic), search = CASE WHEN %(topic)s::text IS NULL THEN m.search
            ELSE to_tsvector('english', %(topic)s || ' ' || m.content) END,
        last_edit_time = now(), edit_history = CASE WHEN m.id = %(edited)s
            THEN jsonb_set(m.edit_history, '{{0}}', m.edit_history -> 0 || change.entry)
            ELSE jsonb_path_query_array(jsonb_build_array(change.entry) || coalesce(m.edit_history, '[]'),
                '$[0 to {MAX_ENTRIES - 1}]') END
    FROM change WHERE change.id = m.id"""

SELECT_HOLDERS = "SELECT DISTINCT user_id FROM user_message WHERE message_id = ANY(%s::int[])"
INSERT_DORMANT = """INSERT INTO user_message (user_id, message_id, flags)
    SELECT who.id, moved.id, %s FROM unnest(%s::int[], %s::int[]) AS who (id, caught_up_to)
    CROSS JOIN unnest(%s::int[]) AS moved (id) WHERE moved.id > who.caught_up_to ON CONFLICT DO NOTHING"""
_AS_HISTORY = int(Flag.READ | Flag.HISTORICAL)
INSERT_GAINING = f"""INSERT INTO user_message (user_id, message_id, flags)
    SELECT who.id, moved.id, {_AS_HISTORY} FROM unnest(%s::int[]) AS who (id)
    CROSS JOIN unnest(%s::int[]) AS moved (id) ON CONFLICT DO NOTHING"""
DELETE_ROWS = "DELETE FROM user_message WHERE message_id = ANY(%s::int[]) AND user_id = ANY(%s::int[])"
MARK_READ = """UPDATE user_message SET flags = flags | 1
    WHERE message_id = ANY(%s::int[]) AND flags & 1 = 0 AND user_id <> ALL(%s::int[]) RETURNING user_id, message_id"""


@dataclass(frozen=True, slots=True)
class Young:
    """How much of a topic was sent within a limit of time."""

    total: int
    young: int
    first: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """A topic as someone sees it: all of it (`whole`), or what they received."""

    channel_id: int
    topic: str
    reader_id: int
    whole: bool

    def params(self) -> dict[str, object]:
        return {"channel": self.channel_id, "topic": self.topic, "reader": self.reader_id, "whole": self.whole}


async def in_topic(unit: Runs, place: Place, from_id: int, limit: int) -> list[int]:
    """Ids of a topic's messages from `from_id` on, ascending."""
    return [message_id for (message_id,) in await unit.query(
        SELECT_TOPIC, {**place.params(), "from": from_id, "limit": limit})]


async def young(unit: Runs, place: Place, limit_s: int) -> Young:
    """How much of a topic is younger than `limit_s`."""
    ((total, count, first),) = await unit.query(SELECT_YOUNG, {**place.params(), "limit_s": limit_s})
    return Young(total, count, first)


async def has_messages(unit: Runs, channel_id: int, topic: str) -> bool:
    """Whether there is anything in a topic."""
    ((found,),) = await unit.query(HAS_MESSAGES, {"channel": channel_id, "topic": topic})
    return bool(found)


async def first_id(unit: Runs, recipient_id: int) -> int | None:
    """The oldest message of a conversation."""
    ((message_id,),) = await unit.query(SELECT_FIRST, (recipient_id,))
    return None if message_id is None else int(message_id)


async def move(unit: Runs, message_ids: Sequence[int], user_id: int, channel: Channel, topic: str | None,
               edited_id: int | None) -> None:
    """Put messages into a channel and (unless None) a topic, noting where they were. The text of `edited_id` was
    changed in the same edit: it gets no entry of its own."""
    await unit.query(MOVE, {
        "ids": int_array(message_ids), "user": user_id, "channel": channel.id, "recipient": channel.recipient_id,
        "topic": topic, "edited": edited_id})


async def holders(unit: Runs, message_ids: Sequence[int]) -> set[int]:
    """Everyone who received one of the messages."""
    return {user_id for (user_id,) in await unit.query(SELECT_HOLDERS, (int_array(message_ids),))}


async def insert_dormant(unit: Runs, caught_up_to: Mapping[int, int], message_ids: Sequence[int], *,
                         as_history: bool = False) -> None:
    """Give dormant people the rows that they would have, had they been awake: of what they received, or
    (`as_history`) of what is nothing new to them."""
    if caught_up_to:
        await unit.query(INSERT_DORMANT, (
            _AS_HISTORY if as_history else 0, int_array(caught_up_to), int_array(caught_up_to.values()),
            int_array(message_ids)))


async def insert_gaining(unit: Runs, user_ids: Collection[int], message_ids: Sequence[int]) -> None:
    """Give people messages that are new to them, as history."""
    if user_ids:
        await unit.query(INSERT_GAINING, (int_array(user_ids), int_array(message_ids)))


async def delete_rows(unit: Runs, user_ids: Collection[int], message_ids: Sequence[int]) -> None:
    """Take messages away from people who may not read them any more."""
    if user_ids:
        await unit.query(DELETE_ROWS, (int_array(message_ids), int_array(user_ids)))


async def mark_read(unit: Runs, message_ids: Sequence[int], but: Collection[int]) -> dict[int, list[int]]:
    """Mark messages as read for everyone else; what that changed, by person."""
    changed: dict[int, list[int]] = {}
    for user_id, message_id in await unit.query(MARK_READ, (int_array(message_ids), int_array(but))):
        changed.setdefault(user_id, []).append(message_id)
    return {user_id: sorted(message_ids) for user_id, message_ids in changed.items()}
