"""The processes of a running server's PostgreSQL, seen from outside."""

from __future__ import annotations

import psutil

from tests.support.server import RunningServer


def postmaster(server: RunningServer) -> psutil.Process:
    """The main process of the server's PostgreSQL."""
    pid = int((server.data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    return psutil.Process(pid)


def backends(server: RunningServer) -> list[psutil.Process]:
    """The processes that serve our server's connections."""
    return [child for child in postmaster(server).children() if "plait plait" in " ".join(child.cmdline())]
