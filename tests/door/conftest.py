"""One demo server for all that knocks at the door. What a test changes, it changes for people and channels it made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.visitors import ADA, Program
from tests.support.server import RunningServer, start_server


@pytest.fixture(scope="session")
def demo_server() -> Iterator[RunningServer]:
    """A server with the demo organisation."""
    with start_server(demo=True) as server:
        yield server


@pytest.fixture(scope="session")
def ada(demo_server: RunningServer) -> Program:
    """The owner, with an API key."""
    return Program(demo_server, ADA)


@pytest.fixture(scope="module", autouse=True)
def nothing_was_unforeseen(demo_server: RunningServer) -> Iterator[None]:
    """Whatever a module of tests sends, the server logs no failure of its own."""
    logged = len(demo_server.log)
    yield
    failures = [line for line in demo_server.log[logged:].splitlines() if " [chat" in line and "#critical]" in line]
    assert failures == []
