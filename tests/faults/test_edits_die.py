"""The server dies in the middle of edits: each took place as a whole, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests

from tests.clients.visitors import ADA, GRACE, Program, wait_until
from tests.support.server import RunningServer, start_server

MESSAGES = 150


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server that these tests end and start."""
    with start_server(demo=True) as server:
        yield server


class Mover(threading.Thread):
    """Renames a topic again and again, noting what was acknowledged."""

    def __init__(self, server: RunningServer, message_id: int) -> None:
        super().__init__(daemon=True)
        self.ada = Program(server, ADA)
        self.message_id = message_id
        self.tried = self.done = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        with suppress(requests.RequestException):
            while not self.stopped.is_set():
                self.tried += 1
                change = {"topic": f"place {self.tried}", "propagate_mode": "change_all"}
                answer = self.ada.call("PATCH", f"/messages/{self.message_id}", **change)
                if answer.status_code == 200:
                    self.done = self.tried


class KilledTests:
    def test_in_the_middle_of_moves(self, server: RunningServer) -> None:
        """Killed while a topic is renamed again and again: all its messages are in one place, which is the last that
        was acknowledged or the next; each move is noted in each message, and told by exactly one notice."""
        ada = Program(server, ADA)
        ids = [ada.send(f"m{number}", topic="place 0") for number in range(MESSAGES)]
        for round_number in range(2):
            mover = Mover(server, ids[0])
            mover.tried = mover.done = round_number * 1_000
            begun = mover.tried
            mover.start()
            wait_until("it moves", lambda mover=mover, begun=begun: mover.done >= begun + 4)
            server.kill()
            mover.stopped.set()
            mover.join()
            server.start()
            messages = [message for message in Program(server, GRACE).messages(
                narrow=[{"operator": "channel", "operand": "general"}]) if message["content"].startswith("m")
                and message["id"] in ids]
            assert len(messages) == MESSAGES
            (topic,) = {message["subject"] for message in messages}
            assert topic in (f"place {mover.done}", f"place {mover.done + 1}")
            moves = {tuple(entry["topic"] for entry in message["edit_history"]) for message in messages}
            assert len(moves) == 1, "a move is noted in some messages and not in others"
            notices = [message for message in Program(server, GRACE).messages(
                narrow=[{"operator": "channel", "operand": "general"}, {"operator": "topic", "operand": topic}])
                if message["sender_full_name"] == "Notification Bot"]
            assert len(notices) == len(moves.pop())

    def test_in_the_middle_of_texts(self, server: RunningServer) -> None:
        """Killed while a text is changed again and again: what was acknowledged is there, and its history whole."""
        ada = Program(server, ADA)
        message_id = ada.send("version 0", topic="texts")
        done = tried = 0
        server_gone = threading.Timer(1.0, server.kill)
        server_gone.start()
        with suppress(requests.RequestException):
            while True:
                tried += 1
                ada.ok("PATCH", f"/messages/{message_id}", content=f"version {tried}")
                done = tried
        server_gone.join()
        server.start()
        history = Program(server, GRACE).ok("GET", f"/messages/{message_id}/history")["message_history"]
        last = int(history[-1]["content"].split()[1])
        assert done in (last, last - 1)
        versions = [int(state["content"].split()[1]) for state in history]
        assert versions == list(range(last - len(history) + 1, last + 1))
