"""What a server and everything it started spend: processor time and memory, as /proc tells them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processor time, or kilobytes of memory, of the two parts of a server."""

    server: float
    database: float

    @property
    def total(self) -> float:
        return self.server + self.database

    def __sub__(self, other: Usage) -> Usage:
        return Usage(self.server - other.server, self.database - other.database)


class Meter:
    """Watches process `pid` and its descendants; those called postgres are the database."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def cpu_s(self) -> Usage:
        """Processor time since the server's start, user and system, descendants that ended included.

        A process that ends hands its time to the parent that waits for it, so the sum never falls.
        """
        server = database = 0.0
        for pid, is_database in self._family():
            fields = _stat(pid)
            if fields is None:
                continue
            own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
            if is_database:
                database += (own + ended) / _TICKS_PER_S
            else:
                server += (own + ended) / _TICKS_PER_S
        return Usage(server, database)

    def memory_kb(self) -> Usage:
        """Proportional set size: each page shared by n processes counts an nth in each."""
        server = database = 0.0
        for pid, is_database in self._family():
            try:
                rollup = (_PROC / str(pid) / "smaps_rollup").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            pss = float(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1])
            if is_database:
                database += pss
            else:
                server += pss
        return Usage(server, database)

    def _family(self) -> list[tuple[int, bool]]:
        """(pid, whether it is PostgreSQL's) of the process and all its descendants."""
        children: dict[int, list[tuple[int, bool]]] = {}
        for entry in _PROC.iterdir():
            if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
                children.setdefault(int(fields[1]), []).append((int(entry.name), _is_postgres(int(entry.name))))
        family, unseen = [(self._pid, False)], [self._pid]
        while unseen:
            found = children.get(unseen.pop(), [])
            family += found
            unseen += [pid for pid, _ in found]
        return family


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (field 3 is at place 0); None for a process that is gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _is_postgres(pid: int) -> bool:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip() == "postgres"
    except (FileNotFoundError, ProcessLookupError):
        return False
