"""SQL of editing: a message's text, where messages are, and what they were before.

`now()` is one moment within a unit, so that history, event and message tell the same time. What an edit changed is put
before the earlier entries by the statement that makes the change; the newest `chat.edits.MAX_ENTRIES` are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.edits import MAX_ENTRIES, RENDERED_VERSION

NOW = "SELECT floor(extract(epoch FROM now()))::int"
SELECT_SOURCE = """SELECT m.sender_id, m.channel_id, m.topic, m.content, m.rendered_content, m.content_version
    FROM message m WHERE m.id = %s FOR UPDATE"""
UPDATE_TEXT = f"""UPDATE message SET content = %(content)s, rendered_content = %(rendered)s, has_link = %(has_link)s,
        has_image = %(has_image)s, has_attachment = %(has_attachment)s, content_version = content_version + 1,
        search = to_tsvector('english', topic || ' ' || %(content)s), last_edit_time = now(),
        edit_history = jsonb_path_query_array(jsonb_build_array(jsonb_build_object(
            'user_id', %(user)s, 'timestamp', floor(extract(epoch FROM now()))::int, 'prev_content', content,
            'prev_rendered_content', rendered_content, 'prev_rendered_content_version', {RENDERED_VERSION}))
            || coalesce(edit_history, '[]'), '$[0 to {MAX_ENTRIES - 1}]')
    WHERE id = %(id)s RETURNING content_version"""
UPDATE_RENDERED = """UPDATE message SET rendered_content = %s WHERE id = %s AND content_version = %s
    AND rendered_content <> %s RETURNING content, channel_id, floor(extract(epoch FROM now()))::int"""

HOLDERS = "SELECT user_id, flags FROM user_message WHERE message_id = %s"
UPDATE_FLAGS = """UPDATE user_message um SET flags = (um.flags & ~%(mask)s) | coalesce(concerned.flags, 0)
    FROM user_message old LEFT JOIN unnest(%(people)s::int[], %(flags)s::int[]) AS concerned (user_id, flags)
        ON concerned.user_id = old.user_id
    WHERE old.message_id = %(id)s AND old.flags & %(mask)s <> coalesce(concerned.flags, 0)
        AND um.message_id = old.message_id AND um.user_id = old.user_id RETURNING um.user_id, um.flags"""
INSERT_ROWS = """INSERT INTO user_message (user_id, message_id, flags)
    SELECT who.id, %s, who.flags FROM unnest(%s::int[], %s::int[]) AS who (id, flags) ON CONFLICT DO NOTHING"""
UPDATE_ATTACHMENTS = """WITH wanted AS (SELECT id, path_id FROM attachment WHERE path_id = ANY(%(paths)s)),
    gone AS (DELETE FROM attachment_message am WHERE am.message_id = %(id)s
        AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = am.attachment_id) RETURNING am.attachment_id),
    come AS (INSERT INTO attachment_message (attachment_id, message_id) SELECT id, %(id)s FROM wanted
        ON CONFLICT DO NOTHING RETURNING attachment_id)
    SELECT a.path_id FROM attachment a WHERE a.id IN (SELECT * FROM gone UNION ALL SELECT * FROM come)"""


@dataclass(frozen=True, slots=True)
class Source:
    """What a rendering is made of, and what an edit starts from."""

    sender_id: int
    channel_id: int | None
    topic: str
    content: str
    rendered_content: str
    content_version: int


@dataclass(frozen=True, slots=True)
class NewText:
    """A text that a message is to have."""

    content: str
    rendered: str
    has_link: bool
    has_image: bool
    has_attachment: bool


async def now(unit: Runs) -> int:
    """The unit's moment, in Unix seconds."""
    ((moment,),) = await unit.query(NOW)
    return int(moment)


async def source(unit: Runs, message_id: int) -> Source | None:
    """A message as it is; nobody else changes it until the unit ends."""
    rows = await unit.query(SELECT_SOURCE, (message_id,))
    return Source(*rows[0]) if rows else None


async def update_text(unit: Runs, message_id: int, user_id: int, text: NewText) -> int:
    """Give a message another text and note the old one; its new content version."""
    ((version,),) = await unit.query(UPDATE_TEXT, {
        "id": message_id, "user": user_id, "content": text.content, "rendered": text.rendered,
        "has_link": text.has_link, "has_image": text.has_image, "has_attachment": text.has_attachment})
    return int(version)


async def update_rendered(unit: Runs, message_id: int, content_version: int, rendered: str
                          ) -> tuple[str, int | None, int] | None:
    """Give a message other HTML; (content, channel_id, timestamp), or None where its text is another by now, or the
    HTML the same."""
    rows = await unit.query(UPDATE_RENDERED, (rendered, message_id, content_version, rendered))
    return rows[0] if rows else None


async def holders(unit: Runs, message_id: int) -> dict[int, int]:
    """Who received a message, with their flags."""
    return dict(await unit.query(HOLDERS, (message_id,)))


async def update_flags(unit: Runs, message_id: int, mask: int, flags: Mapping[int, int]) -> dict[int, int]:
    """Within `mask`, give those who received a message these flags (0 where none are named); all flags of those for
    whom that made a difference."""
    return dict(await unit.query(UPDATE_FLAGS, {
        "id": message_id, "mask": mask, "people": int_array(flags), "flags": int_array(flags.values())}))


async def insert_rows(unit: Runs, message_id: int, flags: Mapping[int, int]) -> None:
    """Have these people receive a message, with their flags."""
    if flags:
        await unit.query(INSERT_ROWS, (message_id, int_array(flags), int_array(flags.values())))


async def update_attachments(unit: Runs, message_id: int, path_ids: Sequence[str]) -> list[str]:
    """A message shows these files, and no others; the path_ids of those for which that is new, or over."""
    return [path for (path,) in await unit.query(UPDATE_ATTACHMENTS, {"id": message_id, "paths": list(path_ids)})]


def ids(rows: Collection[tuple[int, ...]]) -> list[int]:
    return sorted(row[0] for row in rows)
