"""One PostgreSQL data folder and the server process on it.

Owns the layout of the folder, and starting and stopping the server:

    postgres/postgresql.conf    written at each start
    postgres/local.conf         the operator's own settings, read last
    postgres/log                what the server says
    postgres/socket/            the Unix socket, the only way in
    postgres/data/              PostgreSQL's own (PGDATA)

Everything here blocks, so a reactor calls it in a thread (see `embedded`). Nothing here knows the
schema. Whoever uses a folder sees to it that nobody else does (the server locks its data folder).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn
from twisted.logger import Logger

from chat.database.account import AccountError, let_pass, let_run, unprivileged_account
from chat.database.postmaster import (
    end_orphans,
    end_process,
    find_programs,
    is_postmaster,
    programs_version,
    read_pid_file,
)
from chat.database.server_settings import SERVER_SETTINGS, configuration
from chat.settings import StartError

USER = "plait"
DATABASE = "plait"
START_TIMEOUT_S = 600.0  # recovery after a crash may be long, and ending it early would begin it anew
_POLL_S = 0.02
_MAX_LOG_BYTES = 5_000_000
_MAX_SOCKET_PATH_BYTES = 100  # the operating systems' limits are 104 and 108
_SOCKET_NAME = ".s.PGSQL.5432"
_TEMPORARY_PREFIX = "plait-socket-"

_log = Logger()


class ClusterError(StartError):
    """PostgreSQL cannot be started."""


class Cluster:
    """A PostgreSQL server on `folder`. `settings` are laid over SERVER_SETTINGS."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.settings = {**SERVER_SETTINGS, **(settings or {})}
        self._socket = folder / "socket"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def dsn(self, database: str = DATABASE) -> str:
        """How libpq reaches `database` on this server."""
        return make_dsn(host=str(self._socket), user=USER, dbname=database)

    def is_running(self) -> bool:
        """Whether the server process that `start` made is alive. Never blocks."""
        return self.pid is not None

    def start(self, abandoned: threading.Event | None = None) -> None:
        """Run the server until it takes connections; its data folder is made where there is none.

        A server left over from a killed process is stopped first, so that no transaction of the dead
        goes on. Setting `abandoned` (from another thread) ends the wait with a ClusterError.
        """
        try:
            self._programs = find_programs()
            self._account = unprivileged_account()
            self._prepare_folders()
            self.stop_leftover()
            if not self.data.exists():
                self._initialise()
            self._check_version()
            self._choose_socket()
            self._write_configuration()
            self._run(abandoned or threading.Event())
            self._create_database()
        except ClusterError:
            self._end()
            raise
        except (OSError, AccountError, subprocess.SubprocessError, psycopg2.Error) as error:
            self._end()
            reason = " ".join(str(error).split())
            raise ClusterError(f"PostgreSQL cannot be started in {self.folder}: {reason}") from error

    def stop(self) -> None:
        """Stop the server in good order and wait until it is gone; nothing where none runs."""
        self._end()
        if self._socket != self.folder / "socket":
            _remove_socket_folder(self._socket)
            self._socket = self.folder / "socket"

    def _end(self) -> None:
        """Stop the process and keep the socket's folder, so that the next start has the same address."""
        process, self._process = self._process, None
        if process is not None:
            end_process(process.pid, lambda: process.poll() is not None)

    def stop_leftover(self) -> None:
        """Stop the server that an earlier process left running on this folder, if any."""
        left = read_pid_file(self.data)
        if left is None or self.is_running():
            return
        if is_postmaster(left.pid, self.data):
            _log.info("Stopping the PostgreSQL that an earlier server left behind ({pid}).", pid=left.pid)
            end_process(left.pid, lambda: not is_postmaster(left.pid, self.data))
        end_orphans(self.data)
        # A number in it may be another program's by now, which PostgreSQL would take for itself.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if left.socket != self._socket and left.socket.match(f"{tempfile.gettempdir()}/{_TEMPORARY_PREFIX}*"):
            _remove_socket_folder(left.socket)

    def _prepare_folders(self) -> None:
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._make_own_folder(self._socket)
        if self._account:
            let_pass(self._account, self.data)
            let_run(self._account, self._programs)

    def _make_own_folder(self, folder: Path) -> None:
        """A folder that PostgreSQL's account owns and nobody else may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._account and folder.stat().st_uid != self._account.uid:
            os.chown(folder, self._account.uid, self._account.gid)

    def _initialise(self) -> None:
        """initdb beside the data folder, moved there when done: a half-made one is never taken for whole."""
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            end_orphans(unfinished)  # a server that was killed while it made this left initdb at work
            shutil.rmtree(unfinished)
        self._make_own_folder(unfinished)
        command = [
            str(self._programs / "bin" / "initdb"), "-D", str(unfinished), "--username", USER,
            "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8", "--auth-local", "trust", "--auth-host", "reject",
            "--no-instructions",
        ]  # fmt: skip
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        done = subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, **self._child_options(unfinished)
        )
        if done.returncode != 0:
            raise ClusterError(
                f"PostgreSQL's data folder cannot be made in {self.folder}: {_last_line(done.stderr)}"
            )
        unfinished.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = programs_version(self._programs)
        if found != ours:
            raise ClusterError(
                f"{self.folder} holds the data of PostgreSQL {found}, and this Plait brings "
                f"PostgreSQL {ours}: move the data with pg_dump and pg_restore."
            )

    def _choose_socket(self) -> None:
        """Where the path would be too long for a socket, a temporary folder; the same as long as we run."""
        if len(os.fsencode(self._socket / _SOCKET_NAME)) > _MAX_SOCKET_PATH_BYTES:
            self._socket = Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX))
            self._make_own_folder(self._socket)
        _remove_socket(self._socket)  # a dead server's, whose number may be another program's by now

    def _write_configuration(self) -> None:
        settings = {**self.settings, "unix_socket_directories": str(self._socket), "cluster_name": "plait"}
        file, local = self.folder / "postgresql.conf", self.folder / "local.conf"
        if not local.exists():
            local.write_text("# Your own settings for PostgreSQL: they are read after Plait's, and win.\n")
        file.write_text(configuration(settings, local))
        for written in (file, local):
            written.chmod(written.stat().st_mode | 0o444)

    def _run(self, abandoned: threading.Event) -> None:
        """Start the process and wait until it is ready."""
        command = [
            str(self._programs / "bin" / "postgres"), "-D", str(self.data),
            "-c", f"config_file={self.folder / 'postgresql.conf'}",
        ]  # fmt: skip
        log = self.folder / "log"
        mode = "wb" if log.exists() and log.stat().st_size > _MAX_LOG_BYTES else "ab"
        with log.open(mode) as output:
            said_before = output.tell()
            self._process = process = subprocess.Popen(  # noqa: S603
                command, stdout=output, stderr=output, **self._child_options(self.data)
            )
        self._wait_until_ready(process, time.monotonic() + START_TIMEOUT_S, abandoned)
        if process.poll() is not None:
            with log.open("rb") as output:
                output.seek(said_before)
                said = output.read(100_000).decode(errors="replace")
            raise ClusterError(f"PostgreSQL ended while starting: {_last_line(said)} (see {log}).")

    def _wait_until_ready(
        self, process: subprocess.Popen[bytes], deadline: float, abandoned: threading.Event
    ) -> None:
        """Until the server takes connections or has ended."""
        while process.poll() is None:
            state = read_pid_file(self.data)
            if state is not None and state.pid == process.pid and state.ready:
                return
            if abandoned.wait(_POLL_S) or time.monotonic() > deadline:
                if abandoned.is_set():
                    raise ClusterError("The start of PostgreSQL was abandoned.")
                raise ClusterError(f"PostgreSQL in {self.folder} is not ready yet; giving up.")

    def _create_database(self) -> None:
        with closing(psycopg2.connect(self.dsn("postgres"))) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")

    def _child_options(self, folder: Path) -> dict[str, Any]:
        """A session of its own (a terminal's Ctrl-C is for us to pass on) and nothing of our environment."""
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "PGSYSCONFDIR": str(self.folder)}
        as_account = self._account.run_as() if self._account else {}
        return {
            "stdin": subprocess.DEVNULL, "cwd": folder, "env": environment, "umask": 0o077,
            "start_new_session": True, **as_account,
        }  # fmt: skip


def _remove_socket(folder: Path) -> None:
    for name in (_SOCKET_NAME, _SOCKET_NAME + ".lock"):
        (folder / name).unlink(missing_ok=True)


def _remove_socket_folder(folder: Path) -> None:
    """Remove a socket's temporary folder and what PostgreSQL leaves in it, nothing else."""
    _remove_socket(folder)
    if folder.is_dir():
        folder.rmdir()


def _last_line(text: str) -> str:
    """The last of what a program said; what it calls fatal before what it says about ending."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if "FATAL" in line] or lines
    return lines[-1] if lines else "it said nothing"
