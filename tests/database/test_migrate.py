"""Migrations: whole or not at all, once, in order, and never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from chat.database.migrate import MIGRATIONS, MigrationError, known_migrations, migrate
from tests.support.postgres import drop_database, empty_database, fresh_database


@pytest.fixture
def dsn() -> Iterator[str]:
    made = empty_database()
    yield made
    drop_database(made)


def rows(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(dsn)) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(content)
    return folder


class MigrationTests:
    def test_each_file_is_applied_once_and_in_order(self, dsn: str, tmp_path: Path) -> None:
        write(tmp_path, m0001_one="CREATE TABLE a (n int)", m0002_two="INSERT INTO a VALUES (2)")
        assert migrate(dsn, tmp_path) == 2
        assert migrate(dsn, tmp_path) == 2
        assert rows(dsn, "SELECT n FROM a") == [(2,)]
        write(tmp_path, m0003_three="INSERT INTO a VALUES (3); INSERT INTO a VALUES (4)")
        assert migrate(dsn, tmp_path) == 3
        assert rows(dsn, "SELECT n FROM a ORDER BY n") == [(2,), (3,), (4,)]
        recorded = rows(dsn, "SELECT version, name FROM schema_version ORDER BY version")
        assert recorded == [(1, "0001_one"), (2, "0002_two"), (3, "0003_three")]

    def test_a_file_that_fails_leaves_nothing_of_itself(self, dsn: str, tmp_path: Path) -> None:
        write(tmp_path, m0001_one="CREATE TABLE a (n int)", m0002_two="CREATE TABLE b (n int); SELECT 1/0")
        with pytest.raises(MigrationError, match=r"Migration 0002_two\.sql failed: division by zero\.$"):
            migrate(dsn, tmp_path)
        assert rows(dsn, "SELECT to_regclass('a') IS NULL, to_regclass('b') IS NULL") == [(False, True)]
        write(tmp_path, m0002_two="CREATE TABLE b (n int)")
        assert migrate(dsn, tmp_path) == 2

    def test_servers_that_start_at_once_take_turns(self, dsn: str, tmp_path: Path) -> None:
        write(tmp_path, m0001_one="CREATE TABLE a (n int); SELECT pg_sleep(0.2)")
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda _: migrate(dsn, tmp_path), range(4))) == [1] * 4

    def test_a_newer_database_is_refused_and_left_alone(self, dsn: str, tmp_path: Path) -> None:
        write(tmp_path, m0001_one="CREATE TABLE a ()", m0002_two="CREATE TABLE b ()")
        migrate(dsn, tmp_path)
        (tmp_path / "0002_two.sql").unlink()
        with pytest.raises(MigrationError, match="The database is at version 2, this program knows 1:"):
            migrate(dsn, tmp_path)

    def test_a_database_that_does_not_answer(self, tmp_path: Path) -> None:
        with pytest.raises(MigrationError) as raised:
            migrate("host=/nonexistent dbname=x", tmp_path)
        assert str(raised.value).startswith("The database cannot be reached: ")
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize("dsn", ["no=such option", "x", "postgresql://[", "host=h port=none dbname=x"])
    def test_a_dsn_that_is_none(self, dsn: str, tmp_path: Path) -> None:
        with pytest.raises(MigrationError, match=r"The database cannot be (reached|prepared): [^\n]+\.$"):
            migrate(dsn, tmp_path)

    @pytest.mark.parametrize(
        "names", [["0002_late"], ["0001_one", "0001_too"], ["0001_one", "0003_three"], ["1_short"], ["0001"]]
    )
    def test_numbers_run_without_gap_or_twin(self, names: list[str], tmp_path: Path) -> None:
        for name in names:
            (tmp_path / f"{name}.sql").touch()
        with pytest.raises(MigrationError, match="should be called"):
            known_migrations(tmp_path)

    def test_our_own_apply_to_an_empty_database(self) -> None:
        dsn = fresh_database()
        ours = [(migration.version, migration.path.stem) for migration in known_migrations(MIGRATIONS)]
        assert ours
        assert rows(dsn, "SELECT version, name FROM schema_version ORDER BY version") == ours
        drop_database(dsn)
