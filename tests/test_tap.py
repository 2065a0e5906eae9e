"""`twistd chat` seen from outside: its help, its refusals, its start and its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest
import requests
import websocket

from chat import __version__
from chat.database.postmaster import read_pid_file
from chat.settings import options
from tests.support.folders import make_folder, remove_folder
from tests.support.postgres import drop_database, empty_database
from tests.support.server import ROOT, TWISTD, free_port, start_server

QUICK_S = 30.0


def run_twistd(
    *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`twistd -n chat` with these arguments, to its end."""
    return subprocess.run(
        [TWISTD, "-n", "--pidfile=", "chat", *arguments],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=QUICK_S,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + QUICK_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


def postgres_pid(data: Path) -> int:
    state = read_pid_file(data / "postgres" / "data")
    assert state is not None, "PostgreSQL does not run"
    return state.pid


@pytest.fixture
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made
    remove_folder(made)


class HelpTests:
    def test_it_tells_every_option_that_the_command_line_takes(self) -> None:
        done = run_twistd("--help")
        assert done.returncode == 0
        assert "Plait is a team chat server." in done.stdout
        for item in options():
            assert (item.flag in done.stdout) is not item.secret

    def test_version_is_ours(self) -> None:
        assert run_twistd("--version").stdout == f"Plait {__version__}\n"

    def test_the_plugin_names_itself_among_twistds_commands(self) -> None:
        done = subprocess.run([TWISTD, "--help"], cwd="/", check=True, capture_output=True, text=True)
        assert "Plait: team chat" in done.stdout


class RefusalTests:
    def refused(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        """The one sentence on standard error."""
        done = run_twistd(*arguments, environment=environment)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        (sentence,) = done.stderr.splitlines()
        assert sentence.startswith("Plait cannot start: ")
        return sentence.removeprefix("Plait cannot start: ")

    def test_an_option_that_does_not_exist(self) -> None:
        assert "--colour not recognized" in self.refused("--colour", "red")

    def test_a_word_that_is_no_option(self) -> None:
        assert "'serve' is not an option" in self.refused("serve")

    def test_an_endpoint_that_is_none(self, folder: Path) -> None:
        sentence = self.refused("--data", str(folder), "--listen", "carrier:1")
        assert "Unknown endpoint type: 'carrier'" in sentence

    def test_a_bad_file(self, folder: Path) -> None:
        file = folder / "plait.toml"
        file.write_text("[broken")
        assert "is not valid TOML" in self.refused("--config", str(file))

    def test_a_bad_variable(self) -> None:
        assert "PLAIT_DEMO must be true or false" in self.refused(environment={"PLAIT_DEMO": "perhaps"})

    def test_a_port_in_use(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
            sentence = self.refused("--data", str(folder), "--listen", f"tcp:{port}:interface=127.0.0.1")
        assert sentence == f"Cannot listen on 127.0.0.1:{port}: Address already in use."

    def test_a_unix_socket_that_cannot_be(self, folder: Path) -> None:
        sentence = self.refused("--data", str(folder / "data"), "--listen", f"unix:{folder}/none/socket")
        assert sentence.startswith(f"Cannot listen on unix:{folder}/none/socket: ")
        assert read_pid_file(folder / "data" / "postgres" / "data") is None, "PostgreSQL was stopped again"

    def test_a_data_folder_that_cannot_be_written(self, folder: Path) -> None:
        (folder / "file").touch()
        sentence = self.refused("--data", str(folder / "file"), "--listen", f"tcp:{free_port()}")
        assert sentence == f"The data folder {folder}/file cannot be written: File exists."

    def test_a_data_folder_in_use(self) -> None:
        with start_server() as server:
            sentence = self.refused("--data", str(server.data), "--listen", f"tcp:{free_port()}")
            assert sentence.endswith(f"{server.data} is in use by another Plait server (process {server.pid}).")
            assert urllib.request.urlopen(f"{server.url}/login/").status == 200

    def test_a_database_that_does_not_answer(self, folder: Path) -> None:
        dsn = f"host={folder} dbname=plait"
        sentence = self.refused("--data", str(folder), "--listen", f"tcp:{free_port()}", "--database", dsn)
        assert sentence.startswith("The database cannot be reached: ")

    def test_a_database_of_a_newer_program(self, folder: Path) -> None:
        dsn = empty_database()
        with closing(psycopg2.connect(dsn)) as connection:
            cursor = connection.cursor()
            cursor.execute("CREATE TABLE schema_version (version int)")
            cursor.execute("INSERT INTO schema_version VALUES (9000)")
            connection.commit()
        sentence = self.refused("--data", str(folder), "--listen", f"tcp:{free_port()}", "--database", dsn)
        assert sentence.startswith("The database is at version 9000, this program knows ")
        drop_database(dsn)


class LifeTests:
    def test_it_says_when_it_is_ready_and_how_to_sign_in(self) -> None:
        with start_server(demo=True) as server:
            lines = server.log.splitlines()
            ready = lines.index(f"Plait is ready at {server.url}")
            assert "ada@plait.example" in "\n".join(lines[ready + 1 : ready + 10])

    def test_sigterm_ends_it_and_its_postgresql_in_good_order(self) -> None:
        with start_server() as server:
            database = postgres_pid(server.data)
            pid = server.pid
            server.stop()
            assert not psutil.pid_exists(pid)
            wait_until_gone(database)
            assert "Traceback" not in server.log
            said = (server.data / "postgres" / "log").read_text()
            assert said.rstrip().endswith("database system is shut down")
            server.start()
            assert "not properly shut down" not in (server.data / "postgres" / "log").read_text()

    def test_sigterm_answers_polls_and_closes_sockets(self) -> None:
        with start_server() as server, ThreadPoolExecutor(2) as thread:
            api = f"{server.url}/api/v1"
            credentials = {"username": "ada@plait.example", "password": "plait-demo"}
            key = requests.post(f"{api}/fetch_api_key", data=credentials, timeout=QUICK_S).json()["api_key"]
            ada = ("ada@plait.example", key)
            queue = requests.post(f"{api}/register", auth=ada, timeout=QUICK_S).json()
            wish = {"queue_id": queue["queue_id"], "last_event_id": queue["last_event_id"]}
            open_socket = websocket.create_connection(
                f"{api.replace('http', 'ws', 1)}/websocket", timeout=QUICK_S,
                header={"Authorization": requests.auth._basic_auth_str(*ada)},
            )  # fmt: skip
            poll = thread.submit(requests.get, f"{api}/events", auth=ada, params=wish, timeout=QUICK_S)
            closed = thread.submit(open_socket.recv_data)
            time.sleep(0.5)  # nothing tells from outside that a poll has begun to wait
            assert not poll.done()
            server.stop()
            answer = poll.result()
            assert answer.status_code == 200
            assert answer.json()["result"] == "success"
            opcode, reason = closed.result()
            assert opcode == websocket.ABNF.OPCODE_CLOSE
            assert int.from_bytes(reason[:2], "big") == 1001
            open_socket.close()

    def test_after_a_kill_the_next_start_takes_over(self) -> None:
        with start_server() as server:
            left = postgres_pid(server.data)
            server.kill()
            assert psutil.pid_exists(left)
            server.start()
            assert postgres_pid(server.data) != left
            wait_until_gone(left)

    def test_an_existing_database_is_used_instead_of_the_embedded_one(self) -> None:
        dsn = empty_database()
        with start_server(database=dsn) as server:
            assert urllib.request.urlopen(f"{server.url}/login/").status == 200
            assert not (server.data / "postgres").exists()
        drop_database(dsn)

    def test_a_terminals_interrupt_stops_everything(self, folder: Path) -> None:
        port = free_port()
        command = ["make", "--silent", "run", f"PORT={port}", f"DATA={folder}/data"]
        with (folder / "out").open("wb") as out:
            terminal = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + 2 * QUICK_S
        while f"Plait is ready at http://127.0.0.1:{port}\n" not in (folder / "out").read_text():
            assert terminal.poll() is None, (folder / "out").read_text()
            assert time.monotonic() < deadline, (folder / "out").read_text()
            time.sleep(0.05)
        database = postgres_pid(folder / "data")
        os.killpg(terminal.pid, signal.SIGINT)
        terminal.wait(QUICK_S)
        wait_until_gone(database)
        assert "Traceback" not in (folder / "out").read_text()

    @pytest.mark.parametrize("after_s", [0.0, 0.2, 0.5, 0.9])
    def test_an_interrupt_while_it_starts(self, folder: Path, after_s: float) -> None:
        listen = f"tcp:{free_port()}:interface=127.0.0.1"
        log = folder / "out"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [TWISTD, "-n", "--pidfile=", "chat", "--data", folder / "data", "--listen", listen],
                cwd=ROOT, stdout=out, stderr=out,
            )  # fmt: skip
        deadline = time.monotonic() + QUICK_S
        while "starting up" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(after_s)
        process.send_signal(signal.SIGINT)
        process.wait(QUICK_S)
        assert "Traceback" not in log.read_text(), log.read_text()
        assert "cannot start" not in log.read_text(), log.read_text()
        assert not (folder / "data" / "postgres" / "data" / "postmaster.pid").exists()

    def test_as_a_daemon_with_a_pidfile(self, folder: Path) -> None:
        port = free_port()
        pid_file, log = folder / "plait.pid", folder / "plait.log"
        command = [
            TWISTD, f"--pidfile={pid_file}", f"--logfile={log}", "chat", "--demo", "--data", folder / "data",
            "--listen", f"tcp:{port}:interface=127.0.0.1",
        ]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True, timeout=QUICK_S)
        deadline = time.monotonic() + 2 * QUICK_S
        while f"Plait is ready at http://127.0.0.1:{port}" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        pid, database = int(pid_file.read_text()), postgres_pid(folder / "data")
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/login/").status == 200
        os.kill(pid, signal.SIGTERM)
        wait_until_gone(pid)
        wait_until_gone(database)
        assert not pid_file.exists()
        assert "Traceback" not in log.read_text()

    def test_a_daemon_refuses_before_it_leaves_the_terminal(self, folder: Path) -> None:
        (folder / "file").touch()
        command = [
            TWISTD, f"--pidfile={folder}/pid", f"--logfile={folder}/log", "chat", "--data", folder / "file",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        assert done.returncode == 1
        assert "cannot be written" in done.stderr
