"""Brings a database to the schema of this program.

Owns the numbered files in `migrations/` and the table `schema_version`, which holds a row for each file
that was applied. A file is applied whole or not at all; two servers that start on one database take turns;
a database that a newer program has migrated is refused. Blocking: the server calls it in a thread.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812
from twisted.logger import Logger

from chat.settings import StartError

MIGRATIONS = Path(__file__).parent / "migrations"
OLDEST_POSTGRESQL = 14
CONNECT_TIMEOUT_S = 10
_LOCK = 0x506C616974  # "Plait"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")

_HAS_TABLE = "SELECT to_regclass('schema_version') IS NOT NULL"
_CREATE_TABLE = """
CREATE TABLE schema_version (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""
_CURRENT = "SELECT coalesce(max(version), 0) FROM schema_version"
_RECORD = "INSERT INTO schema_version (version, name) VALUES (%s, %s)"

_log = Logger()


class MigrationError(StartError):
    """The database cannot be used by this program."""


@dataclass(frozen=True)
class Migration:
    """One file."""

    version: int
    path: Path


def known_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The files in order. Their numbers run from 1 without a gap, so that two of the same cannot hide."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise MigrationError(f"Migration {path.name} should be called {len(found) + 1:04}_SOME_NAME.sql.")
        found.append(Migration(len(found) + 1, path))
    return found


def migrate(dsn: str, folder: Path = MIGRATIONS, *, last: int | None = None) -> int:
    """Apply what is missing in the database `dsn`, up to `last` where it is given; its version then. Raises
    MigrationError."""
    migrations = known_migrations(folder)[:last]
    try:
        with closing(psycopg2.connect(dsn, connect_timeout=CONNECT_TIMEOUT_S)) as connection:
            return _migrate(connection, migrations)
    except psycopg2.OperationalError as error:
        raise MigrationError(f"The database cannot be reached: {one_line(error)}.") from error
    except psycopg2.Error as error:
        raise MigrationError(f"The database cannot be prepared: {one_line(error)}.") from error


def _migrate(connection: Connection, migrations: list[Migration]) -> int:
    major = connection.server_version // 10000
    if major < OLDEST_POSTGRESQL:
        raise MigrationError(f"Plait needs PostgreSQL {OLDEST_POSTGRESQL} or newer; the database is {major}.")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # held until the connection closes
    cursor.execute(_HAS_TABLE)
    if cursor.fetchone() == (False,):
        cursor.execute(_CREATE_TABLE)
    cursor.execute(_CURRENT)
    (version,) = cursor.fetchone() or (0,)
    if version > len(migrations):
        raise MigrationError(
            f"The database is at version {version}, this program knows {len(migrations)}: "
            "it was used by a newer Plait, which alone can use it."
        )
    connection.autocommit = False
    for migration in migrations[version:]:
        _log.info("Migrating the database: {name}", name=migration.path.stem)
        try:
            cursor.execute(migration.path.read_text())
        except psycopg2.Error as error:
            raise MigrationError(f"Migration {migration.path.name} failed: {one_line(error)}.") from error
        cursor.execute(_RECORD, [migration.version, migration.path.stem])
        connection.commit()
    return len(migrations)


def one_line(error: Exception) -> str:
    """The first thing that libpq or PostgreSQL said, fit to stand in a sentence."""
    lines = str(error).strip().splitlines()
    return lines[0].strip().rstrip(".") if lines else type(error).__name__
