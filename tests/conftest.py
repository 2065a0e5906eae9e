"""What all tests share: a demo server for a module of tests, and an end to the test process's PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

from tests.support.postgres import stop_postgres
from tests.support.server import RunningServer, start_server

# How long one example takes says nothing on a machine that is shared.
# Where CI is set the same examples run each time; looking for new ones is what every other run does.
hypothesis.settings.register_profile("plait", deadline=None, print_blob=True, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("plait")


@pytest.fixture(scope="module")
def demo_server() -> Iterator[RunningServer]:
    """A server with the demo organisation, for the tests of one module."""
    with start_server(demo=True) as server:
        yield server


def pytest_sessionfinish() -> None:
    # Not left to atexit: pytest-xdist's workers end without it.
    stop_postgres()
