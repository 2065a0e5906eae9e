"""SQL of uploaded files, of the messages that show them, and of the space they take."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chat.database.people import Runs
from chat.uploaded import Attachment

_ATTACHMENT = """a.id, a.path_id, a.owner_id, a.name, a.content_type, a.size,
    floor(extract(epoch FROM a.date_created) * 1000)::bigint, a.width, a.height, a.is_animated"""
INSERT_ATTACHMENT = f"""INSERT INTO attachment AS a
    (path_id, owner_id, name, content_type, size, width, height, is_animated)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING {_ATTACHMENT}"""
DELETE_ATTACHMENT = """WITH gone AS (
        DELETE FROM attachment WHERE id = %s AND owner_id = %s RETURNING id, path_id, size),
    hidden AS (DELETE FROM attachment_message WHERE attachment_id IN (SELECT id FROM gone))
    SELECT path_id, size FROM gone"""
# Drafts and scheduled messages name a file by its path as somebody typed it; its token is in there whatever they typed.
_IS_USED = """(EXISTS (SELECT FROM attachment_message am WHERE am.attachment_id = a.id)
    OR EXISTS (SELECT FROM draft d WHERE strpos(d.content, split_part(a.path_id, '/', 3)) > 0)
    OR EXISTS (SELECT FROM scheduled_message s WHERE strpos(s.content, split_part(a.path_id, '/', 3)) > 0))"""
MARK_UNUSED = f"""WITH looked AS (
        SELECT a.id, a.unused_since, {_IS_USED} AS is_used
        FROM (SELECT * FROM attachment WHERE id > %(after)s ORDER BY id LIMIT %(limit)s) AS a),
    marked AS (UPDATE attachment a SET unused_since = CASE WHEN l.is_used THEN NULL ELSE to_timestamp(%(now)s) END
        FROM looked l WHERE a.id = l.id AND l.is_used = (l.unused_since IS NOT NULL))
    SELECT id, NOT is_used AND coalesce(unused_since < to_timestamp(%(before)s), false) FROM looked ORDER BY id"""
DELETE_UNUSED = f"""DELETE FROM attachment a WHERE id = %s AND unused_since IS NOT NULL AND NOT {_IS_USED}
    RETURNING path_id, size, owner_id"""
ADD_SPACE = """UPDATE upload_space SET bytes = bytes + %(size)s
    WHERE %(size)s < 0 OR %(quota)s::bigint IS NULL OR bytes + %(size)s <= %(quota)s RETURNING bytes"""
SELECT_SPACE = "SELECT bytes FROM upload_space"

# Where a file can be read: one row for its owner alone, one for each place where it was shown.
SELECT_SHOWN = f"""SELECT {_ATTACHMENT}, shown.* FROM attachment a
    LEFT JOIN LATERAL (
        SELECT DISTINCT true, m.channel_id, um.user_id IS NOT NULL
        FROM attachment_message am JOIN message m ON m.id = am.message_id
        LEFT JOIN user_message um ON um.message_id = m.id AND um.user_id = %(reader)s
        WHERE am.attachment_id = a.id AND a.owner_id <> %(reader)s) AS shown (is_shown, channel_id, received) ON true
    WHERE a.path_id = ANY(%(paths)s)"""

_WITH_MESSAGES = f"""SELECT {_ATTACHMENT}, coalesce((
        SELECT array_agg(ARRAY[m.id::bigint, floor(extract(epoch FROM m.date_sent) * 1000)::bigint] ORDER BY m.id)
        FROM attachment_message am JOIN message m ON m.id = am.message_id WHERE am.attachment_id = a.id), '{{}}')
    FROM attachment a"""
SELECT_OWN = f"{_WITH_MESSAGES} WHERE a.owner_id = %s ORDER BY a.id DESC LIMIT %s"
SELECT_BY_PATH = f"{_WITH_MESSAGES} WHERE a.path_id = ANY(%s) ORDER BY a.id"
SELECT_KNOWN_TOKENS = """SELECT split_part(path_id, '/', 3) FROM attachment
        WHERE split_part(path_id, '/', 3) = ANY(%(tokens)s)
    UNION ALL SELECT token FROM custom_emoji WHERE token = ANY(%(tokens)s)
    UNION ALL SELECT avatar_token FROM user_profile WHERE avatar_token = ANY(%(tokens)s)
    UNION ALL SELECT own.token FROM organisation o, unnest(ARRAY[
        o.settings ->> 'icon', o.settings ->> 'logo', o.settings ->> 'night_logo']) AS own (token)
        WHERE own.token = ANY(%(tokens)s)"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file was shown: a channel (None: among people), and whether the reader received it there."""

    channel_id: int | None
    received: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A file and the places where it was shown; none are told to its owner, who may always read it."""

    attachment: Attachment
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """A file and the messages that show it: (id, milliseconds)."""

    attachment: Attachment
    messages: tuple[tuple[int, int], ...]


async def insert(unit: Runs, *, path_id: str, owner_id: int, name: str, content_type: str, size: int,
                 width: int | None, height: int | None, is_animated: bool) -> Attachment:
    ((row),) = await unit.query(
        INSERT_ATTACHMENT, (path_id, owner_id, name, content_type, size, width, height, is_animated))
    return Attachment(*row)


async def delete(unit: Runs, attachment_id: int, owner_id: int) -> tuple[str, int] | None:
    """(path_id, size) of what was deleted; None where the person has no such file."""
    rows = await unit.query(DELETE_ATTACHMENT, (attachment_id, owner_id))
    return (rows[0][0], rows[0][1]) if rows else None


async def mark_unused(unit: Runs, after: int, limit: int, now: float, before: float) -> list[tuple[int, bool]]:
    """Note of the next files after that id whether anything shows them; (id, unused since before then) of each."""
    return [(found, is_old) for found, is_old in await unit.query(
        MARK_UNUSED, {"after": after, "limit": limit, "now": now, "before": before})]


async def delete_unused(unit: Runs, attachment_id: int) -> tuple[str, int, int] | None:
    """(path_id, size, owner's id) of a file that was deleted; None where it is gone, or used by now."""
    rows = await unit.query(DELETE_UNUSED, (attachment_id,))
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


async def add_space(unit: Runs, size: int, quota: int | None) -> int | None:
    """Count `size` bytes in (or out); the new sum, or None where it would exceed `quota`."""
    rows = await unit.query(ADD_SPACE, {"size": size, "quota": quota})
    return int(rows[0][0]) if rows else None


async def space_used(db: Runs) -> int:
    ((size,),) = await db.query(SELECT_SPACE)
    return int(size)


async def shown(db: Runs, path_ids: Sequence[str], reader_id: int) -> list[Shown]:
    """The files of these paths that there are, with where they were shown."""
    found: dict[str, tuple[Attachment, list[Place]]] = {}
    for row in await db.query(SELECT_SHOWN, {"reader": reader_id, "paths": list(path_ids)}):
        attachment = Attachment(*row[:-3])
        is_shown, channel_id, received = row[-3:]
        _, places = found.setdefault(attachment.path_id, (attachment, []))
        if is_shown:
            places.append(Place(channel_id, received))
    return [Shown(attachment, tuple(places)) for attachment, places in found.values()]


async def of_owner(db: Runs, owner_id: int, limit: int) -> list[Used]:
    """A person's files, newest first."""
    return [_used(row) for row in await db.query(SELECT_OWN, (owner_id, limit))]


async def by_path(db: Runs, path_ids: Collection[str]) -> list[Used]:
    return [_used(row) for row in await db.query(SELECT_BY_PATH, (list(path_ids),))]


async def known_tokens(db: Runs, tokens: Sequence[str]) -> set[str]:
    """Those of the tokens that anything in the database speaks of."""
    return {token for (token,) in await db.query(SELECT_KNOWN_TOKENS, {"tokens": list(tokens)})}


def _used(row: Sequence[object]) -> Used:
    *columns, messages = row
    return Used(Attachment(*columns), tuple((message_id, date) for message_id, date in messages))  # type: ignore
