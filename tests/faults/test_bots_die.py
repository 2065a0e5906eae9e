"""The server is killed while bots are asked: each question is answered once, and what a bot remembers is right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.visitors import ADA, GRACE, Program, wait_until
from tests.support.server import RunningServer, start_server

MEMBERS = "abcdefg"
QUESTIONS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server(demo=True) as server:
        yield server


def waiting(program: Program) -> int:
    """How many jobs of embedded bots there still are."""
    return sum(int(row["waiting"] + row["failed"]) for row in program.ok("GET", "/jobs")["queues"]
               if row["name"] == "embedded_bots")


class KilledTests:
    def test_turns_are_kept(self, server: RunningServer) -> None:
        """Killed three times in the midst of many questions: as many answers as questions, each the next turn."""
        ada, grace = Program(server, ADA), Program(server, GRACE)
        bot = ada.ok("POST", "/bots", full_name="Turns", short_name="turns", bot_type=4,
                     service_name="turns")["user_id"]

        def ask(text: str) -> None:
            grace.ok("POST", "/messages", type="direct", to=[bot], content=text)

        ask(f"turns tea: {', '.join(MEMBERS)}")
        wait_until("the first answer", lambda: waiting(ada) == 0)
        for number in range(QUESTIONS):
            ask("next tea")
            if number % 20 == 19:
                server.kill()
                server.start()
        wait_until("all are answered", lambda: waiting(ada) == 0, 60)
        said = grace.contents(narrow=[["sender", "turns-bot@127.0.0.1"]])[1:]
        expected = [MEMBERS[(number + 1) % len(MEMBERS)] for number in range(QUESTIONS)]
        assert sorted(text.split("**")[1] for text in said) == sorted(expected)
        ask("who tea")
        wait_until("the last answer", lambda: waiting(ada) == 0)
        last = grace.contents(narrow=[["sender", "turns-bot@127.0.0.1"]])[-1]
        assert f"**{expected[-1]}**" in last
