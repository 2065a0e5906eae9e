"""The server dies between a commit and the work it causes, or in the middle of that work: nothing is lost, and nothing
is shown twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.clients.visitors import ADA, GRACE, Program
from tests.support.server import RunningServer, start_server
from tests.support.site import Site

PATIENCE_S = 60.0
PAGES = 8


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server(demo=True, options=["--allowed-networks", "127.0.0.0/8"]) as server:
        yield server


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def waiting(program: Program, queue: str = "embed_links") -> int:
    """How many jobs a queue still has."""
    return sum(int(row["waiting"] + row["failed"]) for row in program.ok("GET", "/jobs")["queues"]
               if row["name"] == queue)


def send(program: Program, content: str) -> int:
    return int(program.ok("POST", "/messages", type="channel", to="general", topic="links", content=content)["id"])


def html(program: Program, message_id: int) -> str:
    return str(program.ok("GET", f"/messages/{message_id}")["message"]["content"])


def pages(count: int) -> dict[str, tuple[str, bytes]]:
    return {f"/{number}": ("text/html", f"<title>Page {number}</title>".encode()) for number in range(count)}


class KilledTests:
    def test_in_the_middle_of_the_work(self, server: RunningServer) -> None:
        """Killed while the links are being fetched, and once more after the start: each message has its card in the
        end, once, and readers hear of each card once."""
        with Site(pages(PAGES), slow=frozenset(f"/{number}" for number in range(PAGES)), pause_s=2.0) as site:
            ada = Program(server, ADA)
            asked = 0
            ids = [send(ada, f"{site.url}/{number}") for number in range(PAGES)]
            for _ in range(2):
                wait_for(lambda asked=asked: any(path != "/robots.txt" for path, _ in site.asked[asked:]))  # type: ignore[misc]
                server.kill()
                asked = len(site.asked)
                server.start()
            ada = Program(server, ADA)
            assert waiting(ada) == PAGES
            queue = ada.register("update_message")
            site.pause_s = 0
            wait_for(lambda: waiting(ada) == 0)
            for number, message_id in enumerate(ids):
                shown = html(ada, message_id)
                assert shown.count('"message_embed"') == 1
                assert f"Page {number}" in shown
            events = [event for event in ada.ok("GET", "/events", queue_id=queue.id, last_event_id=-1,
                                                dont_block="true")["events"] if event["type"] == "update_message"]
            assert sorted(event["message_id"] for event in events) == ids

    def test_between_the_commit_and_the_work(self, server: RunningServer) -> None:
        """Killed right after the answer to each send, whatever the work has come to by then: again nothing is lost."""
        with Site(pages(PAGES)) as site:
            ids = []
            for number in range(3):
                ids.append(send(Program(server, GRACE), f"again {site.url}/{number}"))
                server.kill()
                server.start()
            ada = Program(server, ADA)
            wait_for(lambda: waiting(ada) == 0)
            for number, message_id in enumerate(ids):
                assert html(ada, message_id).count(f">Page {number}<") == 1

    def test_told_to_stop(self, server: RunningServer) -> None:
        """SIGTERM waits for no site, and the work is done after the next start."""
        with Site(pages(1), slow=frozenset({"/0"}), pause_s=30.0) as site:
            message_id = send(Program(server, ADA), f"stopped {site.url}/0")
            wait_for(lambda: site.count("/0") == 1)
            server.stop()
            site.pause_s = 0
            server.start()
            ada = Program(server, ADA)
            wait_for(lambda: waiting(ada) == 0)
            assert "Page 0" in html(ada, message_id)
