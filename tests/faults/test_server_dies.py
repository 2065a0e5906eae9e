"""The server dies, or is told to end, while people talk: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from tests.clients.visitors import ADA, ALAN, GRACE, HEDY, LINUS, Browser, Program
from tests.door.raw import basic, connect, read_answer, request_bytes
from tests.faults.crowd import Crowd
from tests.faults.postgres import postmaster
from tests.support.server import RunningServer, start_server


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server that these tests end and start."""
    with start_server(demo=True) as server:
        yield server


class KilledTests:
    def test_under_load(self, server: RunningServer) -> None:
        """Killed in the middle of sending, and again: every acknowledged message is there once under its id; what was
        not acknowledged can be sent again under its name, and then everything is there exactly once."""
        for round_number in range(2):
            crowd = Crowd(server, (ADA, ALAN, GRACE, HEDY), f"killed {round_number}", 1_000)
            with crowd.at_work():
                crowd.wait_for(60)
                server.kill()
                for sender in crowd.senders:
                    sender.stop()
            server.start()
            linus = Program(server, LINUS)
            there = crowd.check(linus)
            tried = {content for sender in crowd.senders for content in sender.contents}
            assert set(there) <= tried
            assert 60 <= crowd.acknowledged < len(tried), "nobody was cut short: nothing was tried"
            crowd.retransmit()
            assert set(crowd.check(linus)) == tried
            assert {content: crowd_id for content, crowd_id in crowd.check(linus).items() if content in there} == there

    def test_sessions_and_keys_live_on(self, server: RunningServer) -> None:
        """Nobody needs to sign in again, in the browser or elsewhere; event queues are gone, and told so."""
        browser, ada = Browser(server, ADA), Program(server, ADA)
        queue = ada.register("message")
        server.kill()
        server.start()
        assert browser.call("GET", "/users/me").json()["data"]["email"] == ADA
        assert browser.send("still here") > 0
        answer = ada.call("GET", "/events", queue_id=queue.id, last_event_id=-1)
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_EVENT_QUEUE_ID")

    def test_with_its_postgres(self, server: RunningServer) -> None:
        """Killed together with its PostgreSQL, as when the power fails: the same."""
        crowd = Crowd(server, (ADA, ALAN), "power failure", 1_000)
        main = postmaster(server)
        with crowd.at_work():
            crowd.wait_for(30)
            everything = [main, *main.children()]
            server.kill()
            for process in everything:
                with suppress(psutil.NoSuchProcess):  # they end when they notice
                    process.kill()
            for sender in crowd.senders:
                sender.stop()
        server.start()
        crowd.check(Program(server, LINUS))
        crowd.retransmit()
        assert set(crowd.check(Program(server, LINUS))) == {
            content for sender in crowd.senders for content in sender.contents}


class StoppedTests:
    def test_under_load(self, server: RunningServer) -> None:
        """SIGTERM while people send: what was acknowledged is there, and everything else can be sent again."""
        crowd = Crowd(server, (ADA, ALAN, GRACE, HEDY), "stopped", 1_000)
        with crowd.at_work():
            crowd.wait_for(60)
            server.stop()
            for sender in crowd.senders:
                sender.stop()
        server.start()
        linus = Program(server, LINUS)
        crowd.check(linus)
        crowd.retransmit()
        assert set(crowd.check(linus)) == {content for sender in crowd.senders for content in sender.contents}

    def test_queues_go_on(self, server: RunningServer) -> None:
        """Who listened before hears after it what they had not acknowledged, that there was a restart, and all that
        is new: over a long poll and a socket, without registering anew."""
        ada, linus = Program(server, ADA), Program(server, LINUS)
        polled, read = linus.register("message", "restart"), linus.register("message", "restart")
        before = ada.send("before")
        server.restart()
        with linus.socket() as sock:
            sock.subscribe(read.id, read.last_event_id)
            after = ada.send("after")
            heard = sock.until(lambda event: event["type"] == "message" and event["message"]["id"] == after)
        answer = linus.call("GET", "/events", queue_id=polled.id, last_event_id=polled.last_event_id)
        for events in (heard, answer.json()["events"]):
            assert [event["type"] for event in events] == ["message", "restart", "message"]
            assert [event["message"]["id"] for event in events if event["type"] == "message"] == [before, after]

    def test_in_good_order(self, server: RunningServer) -> None:
        """SIGTERM answers the open polls, closes sockets with 1001, and ends PostgreSQL in good order."""
        linus, main = Program(server, LINUS), postmaster(server)
        polled, read = linus.register("message"), linus.register("message")
        with connect(server) as connection, linus.socket() as sock, ThreadPoolExecutor(1) as thread:
            target = f"/api/v1/events?queue_id={polled.id}&last_event_id={polled.last_event_id}".encode()
            connection.sendall(request_bytes(b"GET", target, {b"Authorization": basic(LINUS, linus.key)}))
            sock.subscribe(read.id, read.last_event_id)
            linus.messages()  # it came after the poll and took longer: the poll waits by now
            stopped = thread.submit(server.stop)
            assert sock.closing()[0] == 1001
            answer = read_answer(connection)
            assert (answer.status, answer.json()["result"], answer.json()["events"]) == (200, "success", [])
            stopped.result()
        assert not main.is_running()
        assert "shut down" in (server.data / "postgres" / "log").read_text().splitlines()[-1]
        server.start()
