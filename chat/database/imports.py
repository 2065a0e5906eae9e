"""SQL of moving in: whole tables written at once, and how far an import has come.

Blocking, on a cursor of psycopg2. What is loaded goes through a staging table where the database computes a part.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg2.sql import SQL, Identifier

_PROGRESS = """CREATE TABLE IF NOT EXISTS import_progress (
    source text PRIMARY KEY, salt bytea NOT NULL, batch text NOT NULL DEFAULT '')"""
_SELECT_PROGRESS = "SELECT salt, batch FROM import_progress WHERE source = %s"
_OTHERS = "SELECT source FROM import_progress WHERE source <> %s"
_INSERT_PROGRESS = "INSERT INTO import_progress (source, salt) VALUES (%s, %s)"
_SET_PROGRESS = "UPDATE import_progress SET batch = %s WHERE source = %s"
_STAGE = """CREATE TEMPORARY TABLE IF NOT EXISTS arriving (
    id int, sender_id int, recipient_id int, channel_id int, topic text, content text, rendered_content text,
    date_sent float8, client text, has_link bool, has_image bool, has_attachment bool, last_edit_time float8,
    edit_history jsonb)"""
ARRIVING = ("id", "sender_id", "recipient_id", "channel_id", "topic", "content", "rendered_content", "date_sent",
            "client", "has_link", "has_image", "has_attachment", "last_edit_time", "edit_history")
_ARRIVE = """INSERT INTO message (id, sender_id, recipient_id, channel_id, topic, content, rendered_content, date_sent,
        client, has_link, has_image, has_attachment, last_edit_time, edit_history, queue_id, local_id, search)
    OVERRIDING SYSTEM VALUE
    SELECT id, sender_id, recipient_id, channel_id, topic, content, rendered_content, to_timestamp(date_sent),
        client, has_link, has_image, has_attachment, to_timestamp(last_edit_time), edit_history, 'import', id::text,
        to_tsvector('english', topic || ' ' || content)
    FROM arriving ORDER BY arriving.id"""
_RECIPIENT = "SELECT id FROM recipient WHERE user_ids = %s"
_NEW_RECIPIENT = "INSERT INTO recipient (user_ids) VALUES (%s) RETURNING id"
_IDENTITIES = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_identity = 'YES'"""
_SPACE = "UPDATE upload_space SET bytes = (SELECT coalesce(sum(size), 0) FROM attachment)"
_ORGANISATION = """INSERT INTO organisation (name, description, date_created, settings)
    VALUES (%s, %s, to_timestamp(%s), %s)"""
_CAUGHT_UP = "UPDATE user_profile SET last_active = now()"


def progress(cursor: Any, source: str) -> tuple[bytes, str] | None:
    """How far an import of this source has come: its salt and the last batch that was written; None where it was not
    begun."""
    cursor.execute(_PROGRESS)
    cursor.execute(_SELECT_PROGRESS, (source,))
    row = cursor.fetchone()
    return None if row is None else (bytes(row[0]), row[1])


def begin(cursor: Any, source: str, salt: bytes) -> None:
    """An import begins; its salt is kept for when it goes on."""
    cursor.execute(_PROGRESS)
    cursor.execute(_INSERT_PROGRESS, (source, salt))


def other_source(cursor: Any, source: str) -> bool:
    """Whether another archive's import was begun here."""
    cursor.execute(_PROGRESS)
    cursor.execute(_OTHERS, (source,))
    return cursor.fetchone() is not None


def reached(cursor: Any, source: str, batch: str) -> None:
    cursor.execute(_SET_PROGRESS, (batch, source))


def write(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table, with the ids they have. None is NULL; lists are arrays."""
    text = io.StringIO("".join(",".join(map(_text, row)) + "\n" for row in rows))
    cursor.copy_expert(SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        Identifier(table), SQL(", ").join(map(Identifier, columns))), text)


def _text(value: Any) -> str:
    """A value of a CSV line: nothing at all is NULL, and every text stands in quotation marks."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        value = "{" + ",".join(map(str, value)) + "}"
    if isinstance(value, str):
        return '"' + value.replace('"', '""').replace("\x00", "") + '"'
    return str(value)


def conversation(cursor: Any, user_ids: Sequence[int]) -> int:
    """The id of the conversation among these people (ids ascending)."""
    cursor.execute(_RECIPIENT, (list(user_ids),))
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_NEW_RECIPIENT, (list(user_ids),))
        row = cursor.fetchone()
    return int(row[0])


def hurry(cursor: Any) -> None:
    """Commits need not wait for the disk: what a crash takes, the next try writes again."""
    cursor.execute("SET synchronous_commit = off")


def new_recipient(cursor: Any) -> int:
    """A conversation for a channel."""
    cursor.execute("INSERT INTO recipient DEFAULT VALUES RETURNING id")
    return int(cursor.fetchone()[0])


def recipients(cursor: Any) -> dict[int, int]:
    """Each channel's conversation."""
    cursor.execute("SELECT id, recipient_id FROM channel")
    return dict(cursor.fetchall())


def attachments(cursor: Any) -> dict[str, int]:
    """Each file's id, by its path_id."""
    cursor.execute("SELECT path_id, id FROM attachment")
    return dict(cursor.fetchall())


def messages(cursor: Any, rows: Iterable[Sequence[Any]]) -> None:
    """Messages with the columns of ARRIVING, times in Unix seconds."""
    cursor.execute(_STAGE)
    cursor.execute("TRUNCATE arriving")
    write(cursor, "arriving", ARRIVING, rows)
    cursor.execute(_ARRIVE)


def finish(cursor: Any, *, name: str, description: str, date_created: float, settings: str) -> None:
    """The organisation is here: counters go on after what was loaded, and no progress is remembered."""
    cursor.execute(_SPACE)
    cursor.execute(_IDENTITIES)
    for table, column in cursor.fetchall():
        cursor.execute(SQL(
            "SELECT setval(pg_get_serial_sequence(%s, %s), greatest(max({column}), 1)) FROM {table} "
            "WHERE {column} < 2000000000").format(column=Identifier(column), table=Identifier(table)),
            (table, column))
    cursor.execute(_CAUGHT_UP)
    cursor.execute(_ORGANISATION, (name, description, date_created, settings))
    cursor.execute("DROP TABLE import_progress")
    cursor.execute("ANALYZE")
