"""Databases for tests: one PostgreSQL a test process, started when first asked for, copies at once.

Plain functions, so that trial's TestCases use them as well as pytest's.
"""

from __future__ import annotations

import atexit
import itertools
from contextlib import closing

import psycopg2
from psycopg2.extensions import parse_dsn

from chat.database.cluster import Cluster
from chat.database.migrate import migrate
from tests.support.folders import make_folder, remove_folder, remove_folders_of_the_dead

# What is written here need not last: tests are about what our server does, not about the disk.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}
_TEMPLATE = "plait_template"


class _Postgres:
    """The running server."""

    def __init__(self) -> None:
        remove_folders_of_the_dead()
        self.folder = make_folder()
        self.cluster = Cluster(self.folder / "postgres", FAST_SETTINGS)
        self.names = (f"test_{number}" for number in itertools.count(1))
        self.has_template = False
        try:
            self.cluster.start()
        except BaseException:
            self.stop()
            raise

    def make_template(self) -> None:
        if not self.has_template:
            self.execute(f"DROP DATABASE IF EXISTS {_TEMPLATE}")
            self.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(self.cluster.dsn(_TEMPLATE))
            self.has_template = True

    def execute(self, statement: str) -> None:
        with closing(psycopg2.connect(self.cluster.dsn("postgres"))) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def stop(self) -> None:
        self.cluster.stop()
        remove_folder(self.folder)


_postgres: _Postgres | None = None


def _running() -> _Postgres:
    global _postgres
    if _postgres is None:
        _postgres = _Postgres()
        atexit.register(stop_postgres)
    return _postgres


def postgres_cluster() -> Cluster:
    """This process's PostgreSQL, running: for tests that end it or look into its folder."""
    return _running().cluster


def fresh_database() -> str:
    """The DSN of a new database with the schema of this program and no rows."""
    _running().make_template()
    return _create(f"TEMPLATE {_TEMPLATE}")


def empty_database() -> str:
    """The DSN of a new database without any table."""
    return _create("")


def drop_database(dsn: str) -> None:
    """Drop the database, also under those who are still connected to it."""
    _running().execute(f"DROP DATABASE IF EXISTS {parse_dsn(dsn)['dbname']} WITH (FORCE)")


def stop_postgres() -> None:
    """End this process's PostgreSQL; nothing where none was started."""
    global _postgres
    if _postgres is not None:
        postgres, _postgres = _postgres, None
        postgres.stop()


def _create(template: str) -> str:
    server = _running()
    name = next(server.names)
    server.execute(f"CREATE DATABASE {name} {template}")
    return server.cluster.dsn(name)
