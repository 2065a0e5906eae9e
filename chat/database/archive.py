"""The whole database as text, a table at a time, and back: what an export is made of.

Blocking, on a connection of its own (psycopg2): the server's reactor is not concerned. It learns the tables from the
database itself, so that nothing can be forgotten; it knows no archive and no files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import IO, Any

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.sql import SQL, Composed, Identifier, Literal

from chat.models import NOTIFICATION_BOT_ID

CONNECT_TIMEOUT_S = 10
VERSIONS = "schema_version"

_TABLES = """SELECT c.oid::int, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname"""
_COLUMNS = """SELECT attname FROM pg_attribute
    WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
_KEY = """SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = %s AND i.indisprimary ORDER BY k.place"""
_REFERENCES = "SELECT conrelid::int, confrelid::int FROM pg_constraint WHERE contype = 'f'"
_SEQUENCES = """SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY sequencename"""
_IS_EMPTY = "SELECT to_regclass('user_profile') IS NULL"
_HAS_PEOPLE = f"""SELECT EXISTS (SELECT 1 FROM user_profile WHERE id <> {NOTIFICATION_BOT_ID})
    OR EXISTS (SELECT 1 FROM organisation)"""
_VERSION = "SELECT coalesce(max(version), 0) FROM schema_version"


@dataclass(frozen=True)
class Table:
    """A table, its columns in order (but for computed ones), and what its rows are sorted by."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@contextmanager
def snapshot(dsn: str) -> Iterator[Any]:
    """A cursor that sees the database as it is at this moment, whatever is written meanwhile; it cannot write."""
    with closing(psycopg2.connect(dsn, connect_timeout=CONNECT_TIMEOUT_S)) as connection:
        connection.set_session(ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        yield connection.cursor()


@contextmanager
def one_unit(dsn: str) -> Iterator[Any]:
    """A cursor whose writes are committed together at the end, or not at all."""
    with closing(psycopg2.connect(dsn, connect_timeout=CONNECT_TIMEOUT_S)) as connection, connection:
        yield connection.cursor()


def tables(cursor: Any) -> list[Table]:
    """All tables but that of the versions, in an order in which they can be filled: what is referred to comes first."""
    cursor.execute(_TABLES)
    names: dict[int, str] = {oid: name for oid, name in cursor.fetchall() if name != VERSIONS}
    cursor.execute(_REFERENCES)
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(names.values(), ()))
    for table, referred in cursor.fetchall():
        if table in names and referred in names and table != referred:
            order.add(names[table], names[referred])
    oids = {name: oid for oid, name in names.items()}
    return [_table(cursor, oids[name], name) for name in _stable(order)]


def _stable(order: TopologicalSorter[str]) -> Iterator[str]:
    """The same order each time, whatever order the database lists things in."""
    order.prepare()
    while order.is_active():
        ready = sorted(order.get_ready())
        yield from ready
        order.done(*ready)


def _table(cursor: Any, oid: int, name: str) -> Table:
    cursor.execute(_COLUMNS, (oid,))
    columns = tuple(column for (column,) in cursor.fetchall())
    cursor.execute(_KEY, (oid,))
    key = tuple(column for (column,) in cursor.fetchall())
    return Table(name, columns, key or columns)


def copy_out(cursor: Any, table: Table, file: IO[bytes]) -> None:
    """Write a table's rows as CSV, with a line of names first; the same rows give the same bytes."""
    query = SQL("COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT (FORMAT csv, HEADER)").format(
        columns=_list(table.columns), table=Identifier(table.name), key=_list(table.key))
    cursor.copy_expert(query, file)


def copy_in(cursor: Any, name: str, columns: Sequence[str], file: IO[bytes]) -> None:
    """Fill a table from what `copy_out` wrote."""
    query = SQL("COPY {table} ({columns}) FROM STDIN (FORMAT csv, HEADER)").format(
        table=Identifier(name), columns=_list(columns))
    cursor.copy_expert(query, file)


def sequences(cursor: Any) -> dict[str, int]:
    """The last number that each counter gave, of those that gave any."""
    cursor.execute(_SEQUENCES)
    return dict(cursor.fetchall())


def set_sequences(cursor: Any, values: dict[str, int]) -> None:
    """Have each counter go on after a number."""
    for name, value in values.items():
        cursor.execute(SQL("SELECT setval({}, %s)").format(Literal(name)), (value,))


def version(cursor: Any) -> int:
    """Of the schema."""
    cursor.execute(_VERSION)
    ((found,),) = cursor.fetchall()
    return int(found)


def is_empty(cursor: Any) -> bool:
    """Whether nobody's organisation is here yet."""
    cursor.execute(_IS_EMPTY)
    if cursor.fetchone() == (True,):
        return True
    cursor.execute(_HAS_PEOPLE)
    return bool(cursor.fetchone() == (False,))


def drop(cursor: Any) -> None:
    """Remove all our tables, so that a schema of another version can be made."""
    cursor.execute(_TABLES)
    for _, name in cursor.fetchall():
        cursor.execute(SQL("DROP TABLE {} CASCADE").format(Identifier(name)))


def empty(cursor: Any, names: Sequence[str]) -> None:
    """Remove what a new database was given by its migrations."""
    if names:
        cursor.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, names))))


def _list(names: Sequence[str]) -> Composed:
    return SQL(", ").join(map(Identifier, names))
