"""The very first start is killed half-way: the next one finishes what was begun, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import psutil
import psycopg2
import pytest

from chat.database.cluster import Cluster
from chat.demo import DEMO_CHANNELS, DEMO_MESSAGES, DEMO_PEOPLE
from tests.clients.visitors import Program, wait_until
from tests.support.folders import make_folder
from tests.support.server import RunningServer, ServerFailed, free_port


def messages(server: RunningServer) -> int:
    """How many messages there are; none while there is no table for them, or no PostgreSQL."""
    with suppress(psycopg2.Error), closing(psycopg2.connect(Cluster(server.data / "postgres").dsn())) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM message")
        return int(cursor.fetchall()[0][0])
    return 0


MOMENTS: dict[str, Callable[[RunningServer], bool]] = {
    "while PostgreSQL's folder is made": lambda server: (server.data / "postgres" / "data.new").exists(),
    "while the database is migrated": lambda server: "Migrating the database" in server.log,
    "when there are messages": lambda server: messages(server) > 2,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_start_finishes(moment: str) -> None:
    """Whenever it is killed, the next start has the demo's people, channels and messages, each once and in order."""
    with RunningServer(make_folder() / "data", ["--demo"], port=free_port(), owns_data=True) as server:
        with ThreadPoolExecutor(1) as thread:
            started = thread.submit(server.start)
            wait_until(moment, lambda: started.done() or MOMENTS[moment](server))
            psutil.Process(server.pid).kill()
            with suppress(ServerFailed):  # it was quicker than we are, and was ready before it was killed
                started.result()
        server.kill()
        server.start()
        ada = Program(server, DEMO_PEOPLE[0].email)
        people = {user["email"]: user["user_id"] for user in ada.ok("GET", "/users")["members"]}
        assert sorted(people) == sorted(person.email for person in DEMO_PEOPLE)
        channels = {channel["name"]: channel["stream_id"] for channel in ada.ok("GET", "/streams")["streams"]}
        assert sorted(channels) == sorted(name for name, _ in DEMO_CHANNELS)
        for stream_id in channels.values():
            assert len(ada.ok("GET", f"/streams/{stream_id}/members")["subscribers"]) == len(DEMO_PEOPLE)
        assert ada.contents() == [
            text for who, where, _, text in DEMO_MESSAGES if isinstance(where, str) or 0 in where]
