"""The embedded PostgreSQL: made, found again after every kind of end, private, and kept running."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import psycopg2.extras
import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from chat.database.account import Account, let_pass
from chat.database.cluster import Cluster, ClusterError
from chat.database.embedded import EmbeddedPostgres
from chat.database.server_settings import configuration
from tests.support.folders import make_folder, remove_folder

IS_ROOT = os.geteuid() == 0


def ask(dsn: str, *statements: str) -> Any:
    """The first value of the last statement's first row."""
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def crash(cluster: Cluster) -> None:
    """End the server as the kernel does when memory is short."""
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)
    while cluster.is_running():
        time.sleep(0.01)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made / "postgres"
    remove_folder(made)


class ClusterTests:
    def test_it_is_durable_and_speaks_unicode(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert ask(cluster.dsn(), f"SHOW {name}") == "on"
        assert ask(cluster.dsn(), "SHOW server_encoding") == "UTF8"
        assert ask(cluster.dsn(), "SELECT lower('ÄÉÅΣ')") == "äéåσ"
        cluster.stop()

    def test_only_its_own_account_can_reach_it(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        assert ask(cluster.dsn(), "SHOW listen_addresses") == ""
        for private in (folder / "socket", folder / "data"):
            assert stat.S_IMODE(private.stat().st_mode) == 0o700
        cluster.stop()

    def test_it_never_runs_as_root(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        assert cluster.pid is not None
        assert psutil.Process(cluster.pid).uids().real != 0
        cluster.stop()

    def test_a_terminals_interrupt_does_not_reach_it(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        assert cluster.pid is not None
        assert os.getsid(cluster.pid) == cluster.pid != os.getsid(0)
        cluster.stop()

    def test_after_a_stop_nothing_runs_and_the_data_is_there_again(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        pid = cluster.pid
        assert pid is not None
        ask(cluster.dsn(), "CREATE TABLE kept AS SELECT 7 AS n")
        cluster.stop()
        assert not psutil.pid_exists(pid)
        assert not cluster.is_running()
        cluster.start()
        assert ask(cluster.dsn(), "SELECT n FROM kept") == 7
        cluster.stop()

    def test_what_was_committed_is_there_after_a_crash(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        ask(cluster.dsn(), "CREATE TABLE kept AS SELECT 7 AS n")
        crash(cluster)
        cluster.start()
        assert ask(cluster.dsn(), "SELECT n FROM kept") == 7
        cluster.stop()

    def test_a_session_that_outlives_a_crash_is_ended(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        with closing(psycopg2.connect(cluster.dsn(), async_=1)) as busy:
            psycopg2.extras.wait_select(busy)
            session = psutil.Process(busy.info.backend_pid)
            busy.cursor().execute("SELECT count(*) FROM generate_series(1, 1e15) n")
            while "SELECT" not in session.cmdline()[0]:
                time.sleep(0.01)
            crash(cluster)
            assert session.is_running(), "without this the test shows nothing"
            cluster.start()
            assert not session.is_running() or session.status() == psutil.STATUS_ZOMBIE
        assert ask(cluster.dsn(), "SELECT 1") == 1
        cluster.stop()

    def test_a_server_left_by_a_killed_process_is_stopped_first(self, folder: Path) -> None:
        left = Cluster(folder)
        left.start()
        left_pid = left.pid
        assert left_pid is not None
        with closing(psycopg2.connect(left.dsn())) as connection:
            connection.cursor().execute("CREATE TABLE unfinished (n int)")
            cluster = Cluster(folder)
            cluster.start()
            assert cluster.pid != left_pid
            assert not left.is_running()
            with pytest.raises(psycopg2.OperationalError):
                connection.commit()
        assert ask(cluster.dsn(), "SELECT to_regclass('unfinished')") is None
        cluster.stop()

    def test_a_pid_file_naming_some_other_program_is_not_believed(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        pid_file = folder / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        crash(cluster)
        # As after a restart of a container, where the numbers begin anew.
        pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
        cluster.start()
        assert ask(cluster.dsn(), "SELECT 1") == 1
        assert psutil.pid_exists(os.getppid())
        cluster.stop()

    def test_a_half_made_data_folder_is_made_anew(self, folder: Path) -> None:
        half = folder / "data.new"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")
        cluster = Cluster(folder)
        cluster.start()
        assert ask(cluster.dsn(), "SELECT 1") == 1
        assert not half.exists()
        cluster.stop()

    def test_a_folder_name_too_long_for_a_socket(self, folder: Path) -> None:
        cluster = Cluster(folder.parent / ("x" * 110) / "postgres")
        cluster.start()
        dsn = cluster.dsn()
        socket_folder = Path(psycopg2.extensions.parse_dsn(dsn)["host"])
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
        crash(cluster)
        local = cluster.folder / "local.conf"
        local.write_text("nonsense = on\n")
        with pytest.raises(ClusterError):
            cluster.start()
        local.write_text("")
        cluster.start()
        assert cluster.dsn() == dsn, "the pool connects again to the address it knows"
        crash(cluster)
        after = Cluster(cluster.folder)
        after.start()
        assert not socket_folder.exists(), "what a killed server left is removed"
        after_folder = Path(psycopg2.extensions.parse_dsn(after.dsn())["host"])
        after.stop()
        assert not after_folder.exists()
        local.write_text("nonsense = on\n")
        with pytest.raises(ClusterError):
            after.start()
        after_folder = Path(psycopg2.extensions.parse_dsn(after.dsn())["host"])
        after.stop()
        assert not after_folder.exists(), "nor does a start that failed leave one"

    def test_data_of_another_postgresql_is_refused(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        cluster.stop()
        (folder / "data" / "PG_VERSION").write_text("17\n")
        with pytest.raises(ClusterError, match="holds the data of PostgreSQL 17, and this Plait brings"):
            cluster.start()

    def test_the_operators_settings_win(self, folder: Path) -> None:
        cluster = Cluster(folder)
        cluster.start()
        cluster.stop()
        (folder / "local.conf").write_text("work_mem = '7MB'\n")
        cluster.start()
        assert ask(cluster.dsn(), "SHOW work_mem") == "7MB"
        cluster.stop()

    def test_a_setting_that_postgresql_refuses_is_told_in_one_sentence(self, folder: Path) -> None:
        cluster = Cluster(folder, {"work_mem": "much"})
        with pytest.raises(ClusterError) as raised:
            cluster.start()
        assert "configuration file" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert not cluster.is_running()

    def test_a_folder_that_cannot_be_made(self) -> None:
        with pytest.raises(ClusterError, match="PostgreSQL cannot be started in /proc/none/postgres"):
            Cluster(Path("/proc/none/postgres")).start()

    def test_values_are_quoted(self) -> None:
        text = configuration({"a": "it's \\ fine"}, Path("/f"))
        assert "a = 'it''s \\\\ fine'" in text
        with pytest.raises(ValueError, match="line breaks"):
            configuration({"a": "1'\nfsync = off"}, Path("/f"))


@pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another account")
class AccountTests:
    def test_only_the_folders_that_were_closed_are_opened_and_only_for_passing(self, folder: Path) -> None:
        closed, half_open = folder / "closed", folder / "closed" / "half"
        half_open.mkdir(parents=True)
        closed.chmod(0o700)
        half_open.chmod(0o751)
        let_pass(Account(uid=65_000, gid=65_000), half_open / "data")
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701
        assert stat.S_IMODE(half_open.stat().st_mode) == 0o751

    def test_the_owners_and_the_groups_bits_count_for_them(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o710)
        os.chown(folder, 65_001, 65_002)
        let_pass(Account(uid=65_001, gid=65_000), folder / "data")
        let_pass(Account(uid=65_000, gid=65_002), folder / "data")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o710


class EmbeddedPostgresTests(TestCase):
    """The supervisor, on the real clock: its subject is a real process."""

    timeout = 60

    def setUp(self) -> None:
        self.folder = make_folder()
        self.addCleanup(remove_folder, self.folder)

    async def wait_for_answer(self, dsn: str, seconds: float = 15.0) -> None:
        end = reactor.seconds() + seconds
        while True:
            try:
                assert ask(dsn, "SELECT 1") == 1
                return
            except psycopg2.OperationalError:
                assert reactor.seconds() < end, "PostgreSQL did not come back"
                await deferLater(reactor, 0.05)

    def test_it_is_started_again_when_it_dies(self) -> Deferred[None]:
        async def scenario() -> None:
            embedded = EmbeddedPostgres(reactor, self.folder)
            dsn = await embedded.start()
            try:
                for number in (signal.SIGKILL, signal.SIGTERM):
                    pid = embedded.pid
                    assert pid is not None
                    os.kill(pid, number)
                    while embedded.pid == pid:
                        await deferLater(reactor, 0.01)
                    await self.wait_for_answer(dsn)
                    assert embedded.pid not in (None, pid)
            finally:
                await embedded.stop()
            assert embedded.pid is None

        return Deferred.fromCoroutine(scenario())

    def test_it_is_tried_again_until_it_starts(self) -> Deferred[None]:
        async def scenario() -> None:
            embedded = EmbeddedPostgres(reactor, self.folder)
            dsn = await embedded.start()
            local = self.folder / "postgres" / "local.conf"
            local.write_text("nonsense = on\n")
            assert embedded.pid is not None
            os.kill(embedded.pid, signal.SIGKILL)
            log = self.folder / "postgres" / "log"
            while "nonsense" not in log.read_text():
                await deferLater(reactor, 0.05)
            local.write_text("")
            try:
                await self.wait_for_answer(dsn)
            finally:
                await embedded.stop()

        return Deferred.fromCoroutine(scenario())

    def test_a_stop_while_it_starts_leaves_nothing_running(self) -> Deferred[None]:
        async def scenario() -> None:
            embedded = EmbeddedPostgres(reactor, self.folder)
            starting = Deferred.fromCoroutine(embedded.start())
            await deferLater(reactor, 0.3)
            await embedded.stop()
            with pytest.raises(ClusterError):
                await starting
            assert embedded.pid is None
            assert not (self.folder / "postgres" / "data" / "postmaster.pid").exists()

        return Deferred.fromCoroutine(scenario())
