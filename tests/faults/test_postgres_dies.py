"""PostgreSQL dies under a running server, as a whole or in part, and comes back: nobody needs to do anything."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psutil
import psycopg2
import pytest

from chat.database.cluster import Cluster
from tests.clients.visitors import ADA, ALAN, GRACE, HEDY, LINUS, Program, wait_until
from tests.faults.crowd import Crowd, Listener
from tests.faults.postgres import backends, postmaster
from tests.support.server import RunningServer

SENDERS = (ADA, ALAN, GRACE, HEDY)
MESSAGES = 30


def kill_all(server: RunningServer) -> None:
    """As when the machine runs out of memory: the main process is killed, and the others find out."""
    main = postmaster(server)
    main.send_signal(signal.SIGKILL)
    wait_until("PostgreSQL is there again", lambda: _runs_anew(server, main.pid))


def kill_one(server: RunningServer) -> None:
    """One connection's process is killed; PostgreSQL then ends all others and recovers."""
    victim = backends(server)[0]
    victim.send_signal(signal.SIGKILL)
    wait_until("it is gone", lambda: not psutil.pid_exists(victim.pid))


def terminate_all(server: RunningServer) -> None:
    """An operator ends all connections, which PostgreSQL itself survives."""
    with closing(psycopg2.connect(Cluster(server.data / "postgres").dsn())) as connection:
        connection.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plait'")


def freeze(server: RunningServer) -> None:
    """It hangs for a moment: no connection breaks, and nothing is answered."""
    frozen = backends(server)
    for process in frozen:
        process.suspend()
    try:
        time.sleep(1.0)  # not to wait for something: that nothing happens for so long is the fault
    finally:
        for process in frozen:
            process.resume()


def _runs_anew(server: RunningServer, old_pid: int) -> bool:
    try:
        return postmaster(server).pid != old_pid
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False


FAULTS: dict[str, Callable[[RunningServer], None]] = {
    "killed": kill_all, "one killed": kill_one, "terminated": terminate_all, "frozen": freeze}


@contextmanager
def no_failure_is_told(server: RunningServer) -> Iterator[None]:
    """What goes wrong meanwhile is waited out or refused for the time being; no request fails for want of an answer."""
    logged = len(server.log)
    yield
    assert "a request failed" not in server.log[logged:]


class WhileSendingTests:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_everything_is_sent_once(self, demo_server: RunningServer, fault: str) -> None:
        """Four people send while it happens: every message is acknowledged without their sending it again, is there
        once, and reaches a reader once, in one order for all."""
        topic = f"postgres {fault}"
        crowd = Crowd(demo_server, SENDERS, topic, MESSAGES)
        everything = {content for sender in crowd.senders for content in sender.contents}
        polling = Listener(Program(demo_server, LINUS), everything.issubset)
        linus = Program(demo_server, LINUS)
        queue = linus.register("message")
        with linus.socket() as sock, no_failure_is_told(demo_server):
            sock.subscribe(queue.id, queue.last_event_id)
            with crowd.at_work():
                crowd.wait_for(20)
                FAULTS[fault](demo_server)
            assert [sender.refused for sender in crowd.senders] == [[]] * len(SENDERS)
            ids = crowd.check(linus)
            assert set(ids) == everything
            polling.finish()
            seen: list[str] = []
            while len(seen) < len(everything):
                seen += [event["message"]["content"] for event in sock.read()["events"]]
        in_order = sorted(ids, key=ids.__getitem__)
        assert polling.contents() == in_order
        assert seen == in_order


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/messages", {"anchor": "newest", "num_before": 1, "num_after": 0}),
    ("POST", "/users/me/subscriptions", {"subscriptions": [{"name": "made meanwhile"}]}),
    ("POST", "/users", {"email": "meanwhile@plait.example", "password": "plait-demo", "full_name": "Mean While"}),
    ("POST", "/fetch_api_key", {"username": HEDY, "password": "plait-demo"}),
    ("POST", "/register", {}),
]


class OtherRequestsTests:
    def test_reading_and_changing(self, demo_server: RunningServer) -> None:
        """Reads, transactions and sign-ins that meet a dead PostgreSQL are answered once it is back."""
        ada = Program(demo_server, ADA)
        with no_failure_is_told(demo_server):
            for number, (method, path, params) in enumerate(CALLS):
                main = postmaster(demo_server)
                main.send_signal(signal.SIGKILL if number % 2 else signal.SIGQUIT)
                ada.ok(method, path, **params)
        channels = [channel["name"] for channel in ada.ok("GET", "/streams")["streams"]]
        assert channels.count("made meanwhile") == 1
        emails = [user["email"] for user in ada.ok("GET", "/users")["members"]]
        assert emails.count("meanwhile@plait.example") == 1

    def test_what_needs_no_database(self, demo_server: RunningServer) -> None:
        """What lives in memory is answered meanwhile as ever."""
        ada = Program(demo_server, ADA)
        frozen = backends(demo_server)
        for process in frozen:
            process.suspend()
        try:
            for path in ("/users", "/streams", "/users/me/subscriptions", "/server_settings"):
                ada.ok("GET", path)
        finally:
            for process in frozen:
                process.resume()
