"""Sockets whose clients do not read: they neither hold up others nor fill the server's memory, and lose nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import psutil
import pytest
import websocket

from tests.clients.visitors import GRACE, HEDY, Closed, Program, Queue, Socket
from tests.support.server import RunningServer, start_server

MAX_BACKLOG = 1_000
SMALL_BUFFER = ((socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096),)
TYPES = ("message", "subscription")
CHANNELS = [[f"many {half}.{number}" for number in range(400)] for half in range(2)]


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server with many channels, and Grace in all of them."""
    with start_server(demo=True) as server:
        join_all(Program(server, GRACE))
        yield server


def join_all(program: Program) -> None:
    """Subscribe to the many channels: an event for each to everyone else."""
    for half in CHANNELS:
        program.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": name} for name in half])


@pytest.fixture
def hedy(server: RunningServer) -> Program:
    return Program(server, HEDY)


@pytest.fixture
def grace(server: RunningServer) -> Program:
    return Program(server, GRACE)


def stalled_socket(program: Program) -> Socket:
    """A socket whose client has room for very little that it has not read."""
    return Socket(program.server, program.prefix, auth=f"{program.email}:{program.key}", sockopt=SMALL_BUFFER)


def fill(program: Program, queues: int) -> None:
    """Send more, to a reader of so many queues at once, than the system takes on for a client that is away."""
    for number in range(480 // queues):
        program.send(f"{number}:" + "x" * 9_900, topic="ballast")


def read_to_the_end(sock: Socket, queue: Queue) -> tuple[list[dict[str, Any]], int | None]:
    """The events of a queue until the socket is closed, and the code; None where the connection just broke."""
    events: list[dict[str, Any]] = []
    try:
        while True:
            frame = sock.read()
            if frame["type"] == "events" and frame["queue_id"] == queue.id:
                events += frame["events"]
    except Closed as closed:
        return events, closed.code
    except (ConnectionError, websocket.WebSocketConnectionClosedException):
        return events, None


class SlowReaderTests:
    def test_is_closed_and_resumes(self, hedy: Program, grace: Program) -> None:
        """A client that stops reading while much happens is closed as too slow. Its queue stays: coming back it gets
        every event once, in order."""
        queue, quick = hedy.register(*TYPES), hedy.register(*TYPES)
        ballast = [hedy.register("message") for _ in range(7)]
        with closing(stalled_socket(hedy)) as sock:
            for each in (queue, *ballast):
                assert sock.subscribe(each.id, -1)["status"] == 200
            fill(grace, 8)
            for half in CHANNELS:
                grace.ok("DELETE", "/users/me/subscriptions", subscriptions=half)
            join_all(grace)
            read, code = read_to_the_end(sock, queue)
        assert code in (1013, None), "None: it was too slow even to hear that"
        everything = quick.poll()
        assert read == everything[:len(read)]
        rest = everything[len(read):]
        assert len(rest) > MAX_BACKLOG, "it was never too slow"
        with hedy.socket() as again:
            assert again.subscribe(queue.id, read[-1]["id"] if read else -1)["status"] == 200
            assert again.until(lambda event: event["id"] == rest[-1]["id"]) == rest

    def test_falls_behind_and_catches_up(self, hedy: Program, grace: Program) -> None:
        """A client that pauses for less than that stays, and gets what it missed when it reads on."""
        queues = [hedy.register("message") for _ in range(8)]
        with closing(stalled_socket(hedy)) as sock:
            for queue in queues:
                sock.subscribe(queue.id, -1)
            fill(grace, 8)
            seen: dict[str, list[str]] = {queue.id: [] for queue in queues}
            while any(len(contents) < 60 for contents in seen.values()):
                frame = sock.read()
                seen[frame["queue_id"]] += [event["message"]["content"].split(":")[0] for event in frame["events"]]
        assert list(seen.values()) == [[str(number) for number in range(60)]] * 8

    def test_does_not_hold_up_others(self, hedy: Program, grace: Program) -> None:
        """While one does not read, another reader of the same messages has them all."""
        slow, quick = hedy.register("message"), hedy.register("message")
        with closing(stalled_socket(hedy)) as stalled, hedy.socket() as sock:
            stalled.subscribe(slow.id, -1)
            sock.subscribe(quick.id, -1)
            fill(grace, 8)
            grace.send("the last", topic="ballast")
            assert len(sock.until(lambda event: event["message"]["content"] == "the last")) == 61


class SilentClientTests:
    def test_is_not_read_from(self, server: RunningServer, hedy: Program) -> None:
        """A client that asks and asks and reads no answer is not listened to until it does: its answers do not pile up
        in memory. When it reads, it is answered, every time."""
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        question = {"method": "GET", "path": "/messages", "params": {
            "anchor": "newest", "num_before": 20, "num_after": 0, "padding": "x" * 100_000}}
        with closing(stalled_socket(hedy)) as sock:
            sock.raw.settimeout(2)
            asked = 0
            with suppress(TimeoutError, websocket.WebSocketTimeoutException):
                while asked < 1_000:
                    sock.write({"req_id": asked, "type": "request", "request": question})
                    asked += 1
            assert asked < 1_000, "the server went on reading"
            assert process.memory_info().rss - before < 60_000_000
            assert hedy.call("GET", "/users/me").status_code == 200
            sock.raw.settimeout(20)
            assert sorted(sock.read()["req_id"] for _ in range(asked)) == list(range(asked))
