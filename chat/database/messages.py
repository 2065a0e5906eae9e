"""SQL of sending and fetching messages.

A send is one prepared statement: it writes the message, one user_message row a recipient, and finds the earlier message
where this is a retransmission. It is the same statement for one recipient and for thousands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.database import jobs
from chat.database.jobs import NewJob
from chat.database.people import Runs
from chat.models import Message, Reaction, Submessage

MAX_ID = 2**31 - 1
"""The largest message id there can be."""

_SEND_BODY = """
    gone AS (
        SELECT message_id, recipient_id FROM deleted_message
        WHERE sender_id = $1 AND queue_id = $11 AND local_id = $12),
    sent AS (
        INSERT INTO message (sender_id, recipient_id, channel_id, topic, content, rendered_content, client,
            has_link, has_image, has_attachment, queue_id, local_id, search, has_widget)
        SELECT $1, conversation.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            to_tsvector('english', $4 || ' ' || $5), $20 IS NOT NULL
        FROM conversation WHERE NOT EXISTS (SELECT FROM gone)
        ON CONFLICT (sender_id, queue_id, local_id) DO NOTHING
        RETURNING id, recipient_id, floor(extract(epoch FROM date_sent))::int AS timestamp),
    received AS (
        INSERT INTO user_message (user_id, message_id, flags)
        SELECT reader.id, sent.id, coalesce(special.flags, 0)
        FROM sent CROSS JOIN unnest($13) AS reader (id)
        LEFT JOIN unnest($14, $15) AS special (user_id, flags) ON special.user_id = reader.id),
    shown AS (
        INSERT INTO attachment_message (attachment_id, message_id)
        SELECT attachment.id, sent.id
        FROM sent CROSS JOIN unnest($16) AS linked (path_id) JOIN attachment ON attachment.path_id = linked.path_id),
    begun AS (
        INSERT INTO submessage (message_id, sender_id, msg_type, content)
        SELECT sent.id, $1, 'widget', $20 FROM sent WHERE $20 IS NOT NULL RETURNING id),
    caused AS (
        INSERT INTO job (queue, payload, not_before)
        SELECT new.queue, new.payload::jsonb || jsonb_build_object('message_id', sent.id), to_timestamp(new.not_before)
        FROM sent CROSS JOIN unnest($17, $18, $19) WITH ORDINALITY AS new (queue, payload, not_before, place)
        ORDER BY new.place RETURNING id)
    SELECT id, recipient_id, timestamp, true, (SELECT array_agg(id ORDER BY id) FROM caused),
        (SELECT id FROM begun) FROM sent
    UNION ALL
    SELECT id, recipient_id, floor(extract(epoch FROM date_sent))::int, false, NULL, NULL FROM message
    WHERE sender_id = $1 AND queue_id = $11 AND local_id = $12
    UNION ALL SELECT message_id, recipient_id, 0, false, NULL, NULL FROM gone"""

_SEND_TYPES = """text, text, text, text, bool, bool, bool, text, text, int[], int[], int[],
    text[], text[], text[], float8[], text"""

PREPARE_SEND_TO_CHANNEL = f"""PREPARE send_to_channel (int, int, int, {_SEND_TYPES}) AS
    WITH conversation AS (SELECT $2 AS id), {_SEND_BODY}"""

PREPARE_SEND_TO_PEOPLE = f"""PREPARE send_to_people (int, int[], int, {_SEND_TYPES}) AS
    WITH known AS (SELECT id FROM recipient WHERE user_ids = $2),
    made AS (INSERT INTO recipient (user_ids) SELECT $2 WHERE NOT EXISTS (SELECT FROM known)
        ON CONFLICT DO NOTHING RETURNING id),
    conversation AS (SELECT id FROM known UNION ALL SELECT id FROM made), {_SEND_BODY}"""

PREPARED = (PREPARE_SEND_TO_CHANNEL, PREPARE_SEND_TO_PEOPLE)

_PLACES = ", ".join(["%s"] * 20)
EXECUTE_SEND_TO_CHANNEL = f"EXECUTE send_to_channel ({_PLACES})"
EXECUTE_SEND_TO_PEOPLE = f"EXECUTE send_to_people ({_PLACES})"

_MESSAGE = """m.id, m.sender_id, m.recipient_id, m.channel_id, m.topic, m.content, m.rendered_content,
    floor(extract(epoch FROM m.date_sent))::int, m.client,
    CASE WHEN m.channel_id IS NULL THEN (SELECT r.user_ids FROM recipient r WHERE r.id = m.recipient_id) END,
    (SELECT array_agg(ARRAY[r.user_id::text, r.emoji_name, r.emoji_code, r.reaction_type]
        ORDER BY r.date_added) FROM reaction r WHERE r.message_id = m.id),
    floor(extract(epoch FROM m.last_edit_time))::int, m.edit_history, m.content_version,
    CASE WHEN m.has_widget THEN (SELECT array_agg(ARRAY[s.id::text, s.sender_id::text, s.msg_type, s.content]
        ORDER BY s.id) FROM submessage s WHERE s.message_id = m.id) END, um.flags"""
_OWN = "FROM user_message um JOIN message m ON m.id = um.message_id WHERE um.user_id = %(reader)s"
_ALL = """FROM message m LEFT JOIN LATERAL (SELECT flags, message_id FROM user_message
        WHERE user_id = %(reader)s AND message_id = m.id OFFSET 0) um ON true
    WHERE true"""
"""OFFSET 0 keeps the reader's rows from being merged with all messages: they are looked up for those found."""

SELECT_MESSAGE = f"""SELECT {_MESSAGE} FROM message m
    LEFT JOIN user_message um ON um.user_id = %(reader)s AND um.message_id = m.id WHERE m.id = %(id)s"""
SELECT_TOPICS = """WITH RECURSIVE name (key) AS (
        (SELECT lower(topic) FROM message WHERE channel_id = %(channel)s ORDER BY lower(topic) LIMIT 1)
        UNION ALL
        SELECT (SELECT lower(m.topic) FROM message m WHERE m.channel_id = %(channel)s AND lower(m.topic) > name.key
            ORDER BY lower(m.topic) LIMIT 1) FROM name WHERE name.key IS NOT NULL)
    SELECT newest.topic, newest.id FROM name CROSS JOIN LATERAL (
        SELECT topic, id FROM message m WHERE m.channel_id = %(channel)s AND lower(m.topic) = name.key
        ORDER BY id DESC LIMIT 1) AS newest
    WHERE name.key IS NOT NULL ORDER BY newest.id DESC LIMIT %(limit)s"""
"""Goes from topic to topic along the index, so it costs by topics, not by messages."""
SELECT_OWN_TOPICS = """SELECT (array_agg(m.topic ORDER BY m.id DESC))[1], max(m.id)
    FROM message m JOIN user_message um ON um.message_id = m.id AND um.user_id = %s
    WHERE m.channel_id = %s GROUP BY lower(m.topic) ORDER BY max(m.id) DESC LIMIT %s"""
SELECT_NEWEST_SENT = """SELECT greatest(
    (SELECT max(id) FROM message), (SELECT max(message_id) FROM deleted_message), 0)"""
SELECT_MAX_ID = "SELECT coalesce(max(message_id), -1) FROM user_message WHERE user_id = %s"
SELECT_PARTICIPANTS = """SELECT sender_id FROM message
        WHERE channel_id = %(channel)s AND lower(topic) = lower(%(topic)s)
    UNION SELECT r.user_id FROM reaction r JOIN message m ON m.id = r.message_id
        WHERE m.channel_id = %(channel)s AND lower(m.topic) = lower(%(topic)s)"""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A checked message on its way into the database."""

    sender_id: int
    channel_id: int | None
    recipient_id: int | None
    """The channel's conversation; None for direct messages."""
    user_ids: tuple[int, ...]
    """The participants of a direct message."""
    topic: str
    content: str
    rendered_content: str
    client: str
    has_link: bool
    has_image: bool
    has_attachment: bool
    queue_id: str
    local_id: str
    path_ids: tuple[str, ...] = ()
    """Of the uploaded files that it shows."""
    widget: str | None = None
    """What a poll or a todo list begins with, as JSON."""
    jobs: tuple[NewJob, ...] = ()
    """What it causes; the message's id is added to each payload."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message came to lie; `is_new` is False for one that had been sent before."""

    id: int
    recipient_id: int
    timestamp: int
    is_new: bool
    job_ids: Sequence[int] | None
    """Of the jobs written with it, in their order; None where it caused none, or they were written before."""
    submessage_id: int | None
    """Of what it begins as a widget."""


def int_array(numbers: Collection[int]) -> str:
    """A PostgreSQL array literal."""
    return "{" + ",".join(map(str, numbers)) + "}"


HAS_EARLIER = """SELECT EXISTS (SELECT FROM message WHERE channel_id = %s AND lower(topic) = lower(%s) AND id < %s)"""
HAS_MESSAGES = """SELECT 1 FROM message m JOIN recipient r ON r.id = m.recipient_id
    WHERE r.user_ids = %s::int[] LIMIT 1"""


async def insert_message(unit: Runs, new: NewMessage, readers: str, flags: Mapping[int, int], now: float
                         ) -> Stored | None:
    """Store a message and a row for each of `readers` (an array literal); `flags` has those that are not 0.

    None where another process was making the same new conversation just then: ask again.
    """
    direct = new.recipient_id is None
    rows = await unit.query(EXECUTE_SEND_TO_PEOPLE if direct else EXECUTE_SEND_TO_CHANNEL, (
        new.sender_id, int_array(new.user_ids) if direct else new.recipient_id, new.channel_id, new.topic,
        new.content, new.rendered_content, new.client, new.has_link, new.has_image, new.has_attachment,
        new.queue_id, new.local_id, readers, int_array(flags), int_array(flags.values()), list(new.path_ids),
        *jobs.columns(new.jobs, now), new.widget))
    return Stored(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Page:
    """Which messages of a narrow are wanted: so many before and after an anchor."""

    anchor: int
    num_before: int
    num_after: int
    include_anchor: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """Part of a WHERE over `m` (message) and `um` (the reader's row, where there is one)."""

    sql: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Read:
    """A message together with the reader's flags; None where the reader never received it."""

    message: Message
    flags: int | None


async def select_page(db: Runs, reader_id: int, page: Page, conditions: Sequence[Condition], *, own_history: bool
                      ) -> list[Read]:
    """Messages in ascending order: up to `num_before` before the anchor, then the rest.

    With `own_history` only what the reader received.
    """
    return [_read(row) for row in await _page(db, _MESSAGE, reader_id, page, conditions, own_history)]


async def select_ids(db: Runs, reader_id: int, page: Page, conditions: Sequence[Condition], *, own_history: bool
                     ) -> list[int]:
    """The ids of the same messages."""
    return [row[0] for row in await _page(db, "m.id", reader_id, page, conditions, own_history)]


async def select_among(db: Runs, reader_id: int, message_ids: Sequence[int], conditions: Sequence[Condition], *,
                       own_history: bool) -> list[Read]:
    """Those of the messages that meet the conditions, ascending."""
    where = (_OWN if own_history else _ALL) + "".join(f" AND {condition.sql}" for condition in conditions)
    params: dict[str, object] = {"reader": reader_id, "among": int_array(message_ids)}
    for condition in conditions:
        params.update(condition.params)
    rows = await db.query(f"SELECT {_MESSAGE} {where} AND m.id = ANY(%(among)s::int[]) ORDER BY 1", params)
    return [_read(row) for row in rows]


async def _page(db: Runs, columns: str, reader_id: int, page: Page, conditions: Sequence[Condition],
                own_history: bool) -> Sequence[tuple[Any, ...]]:
    source = _OWN if own_history else _ALL
    column = "um.message_id" if own_history else "m.id"
    where = source + "".join(f" AND {condition.sql}" for condition in conditions)
    params: dict[str, object] = {"reader": reader_id, "anchor": page.anchor,
                                 "before": page.num_before,
                                 "after": page.num_after + (1 if page.include_anchor else 0)}
    for condition in conditions:
        params.update(condition.params)
    sides = []
    if page.num_before:
        sides.append(f"(SELECT {columns} {where} AND {_bound('<', own_history)} ORDER BY {column} DESC "
                     "LIMIT %(before)s)")
    if params["after"]:
        start = ">=" if page.include_anchor else ">"
        sides.append(f"(SELECT {columns} {where} AND {_bound(start, own_history)} ORDER BY {column} "
                     "LIMIT %(after)s)")
    if not sides:
        return []
    return await db.query(f"SELECT * FROM ({' UNION ALL '.join(sides)}) AS page ORDER BY 1", params)


def _bound(comparison: str, own_history: bool) -> str:
    """On which side of the anchor; said of both tables that are ordered by id: the planner infers but equality."""
    bound = f"m.id {comparison} %(anchor)s"
    return f"um.message_id {comparison} %(anchor)s AND {bound}" if own_history else bound


async def first_unread(db: Runs, reader_id: int, conditions: Sequence[Condition]) -> int | None:
    """The id of the oldest unread message the reader has within the conditions."""
    params: dict[str, object] = {"reader": reader_id}
    for condition in conditions:
        params.update(condition.params)
    rows = await db.query(
        "SELECT um.message_id " + _OWN + " AND um.flags & 1 = 0"
        + "".join(f" AND {condition.sql}" for condition in conditions) + " ORDER BY 1 LIMIT 1", params)
    return rows[0][0] if rows else None


async def select_message(db: Runs, reader_id: int, message_id: int) -> Read | None:
    """One message, whoever may read it."""
    rows = await db.query(SELECT_MESSAGE, {"reader": reader_id, "id": message_id})
    return _read(rows[0]) if rows else None


async def topics(db: Runs, channel_id: int, reader_id: int | None, limit: int) -> list[tuple[str, int]]:
    """(name, newest message id) of a channel's topics, newest first; with a reader, only of what they received."""
    rows = await (db.query(SELECT_TOPICS, {"channel": channel_id, "limit": limit}) if reader_id is None
                  else db.query(SELECT_OWN_TOPICS, (reader_id, channel_id, limit)))
    return [(name, max_id) for name, max_id in rows]


async def participants(db: Runs, channel_id: int, topic: str) -> set[int]:
    """Ids of those who wrote or reacted in a topic."""
    return {user_id for (user_id,) in await db.query(SELECT_PARTICIPANTS, {"channel": channel_id, "topic": topic})}


async def newest_sent(db: Runs) -> int:
    """The newest message there ever was, as far as anything is known of it."""
    ((message_id,),) = await db.query(SELECT_NEWEST_SENT)
    return int(message_id)


async def newest_id(db: Runs, reader_id: int) -> int:
    """The newest message the reader received; -1 where there is none."""
    ((message_id,),) = await db.query(SELECT_MAX_ID, (reader_id,))
    return int(message_id)


def _read(row: tuple[object, ...]) -> Read:
    (message_id, sender_id, recipient_id, channel_id, topic, content, rendered, timestamp, client, user_ids,
     reactions, last_edit, edit_history, content_version, submessages, flags) = row
    return Read(Message(
        message_id, sender_id, recipient_id, channel_id, tuple(user_ids or ()),  # type: ignore[arg-type]
        topic, content, rendered, timestamp, client,  # type: ignore[arg-type]
        tuple(Reaction(message_id, int(user), name, code, kind)  # type: ignore[arg-type]
              for user, name, code, kind in reactions or ()),  # type: ignore[attr-defined]
        last_edit, edit_history or (), content_version,  # type: ignore[arg-type]
        tuple(Submessage(int(number), int(sender), kind, text)
              for number, sender, kind, text in submessages or ())), flags)  # type: ignore[attr-defined,arg-type]


async def has_earlier(db: Runs, channel_id: int, topic: str, message_id: int) -> bool:
    """Whether a topic had messages before this one."""
    ((earlier,),) = await db.query(HAS_EARLIER, (channel_id, topic, message_id))
    return bool(earlier)


async def has_messages(db: Runs, user_ids: Sequence[int]) -> bool:
    """Whether there is a conversation of exactly these people (ids ascending)."""
    return bool(await db.query(HAS_MESSAGES, (list(user_ids),)))
