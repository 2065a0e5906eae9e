"""Exactly once: a message sent again under its name is the message that is there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.visitors import ADA, HEDY, Program
from tests.faults.crowd import at_once
from tests.support.server import RunningServer

Send = Callable[[], int]


@pytest.fixture(scope="module")
def ada(demo_server: RunningServer) -> Program:
    return Program(demo_server, ADA)


@pytest.fixture(scope="module")
def hedy(demo_server: RunningServer) -> Program:
    return Program(demo_server, HEDY)


def message(content: str, **name: str) -> dict[str, Any]:
    """The parameters of a message to a topic of that name."""
    return {"type": "stream", "to": "general", "topic": content, "content": content, **name}


def over_http(server: RunningServer, params: dict[str, Any], key: str | None = None) -> Send:
    """Sends over HTTP, on a connection of its own."""
    def send() -> int:
        program = Program(server, ADA)
        answer = program.call("POST", "/messages", headers={"Idempotency-Key": key} if key else None, **params)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    return send


def over_a_socket(server: RunningServer, params: dict[str, Any], key: str | None = None) -> Send:
    """Sends over a WebSocket of its own."""
    def send() -> int:
        with Program(server, ADA).socket() as sock:
            sock.write({"req_id": 1, "type": "request", "request": {
                "method": "POST", "path": "/messages", "params": params,
                **({"idempotency_key": key} if key else {})}})
            answer = sock.response()
        assert answer["status"] == 200, answer
        return int(answer["response"]["id"])

    return send


def sixteen(server: RunningServer, params: dict[str, Any], key: str | None = None) -> int:
    """The id that sixteen transmissions at once, half of them over sockets, all get."""
    ids = at_once([over_http(server, params, key), over_a_socket(server, params, key)] * 8)
    assert len(set(ids)) == 1, ids
    return ids[0]


class SixteenTests:
    def test_by_local_id(self, demo_server: RunningServer, ada: Program, hedy: Program) -> None:
        """Sixteen at once under one queue_id and local_id: one message, one id, one event, one echo."""
        mine, hers = ada.register("message"), hedy.register("message")
        message_id = sixteen(demo_server, message("sixteen", queue_id=mine.id, local_id="16.1"))
        ada.send("after", topic="sixteen")
        assert ada.contents(narrow=[["topic", "sixteen"]]) == ["sixteen", "after"]
        for queue, echoes in ((mine, ["16.1", None]), (hers, [None, None])):
            events = queue.until(lambda event: event["message"]["content"] == "after")
            assert [event["message"]["content"] for event in events] == ["sixteen", "after"]
            assert events[0]["message"]["id"] == message_id
            assert [event.get("local_message_id") for event in events] == echoes

    def test_by_key(self, demo_server: RunningServer, ada: Program, hedy: Program) -> None:
        """The same by an Idempotency-Key, for clients that have no queue."""
        hers = hedy.register("message")
        message_id = sixteen(demo_server, message("keyed"), "a key of the client's choosing")
        ada.send("after", topic="keyed")
        events = hers.until(lambda event: event["message"]["content"] == "after")
        assert [event["message"]["id"] for event in events][:-1] == [message_id]
        assert ada.contents(narrow=[["topic", "keyed"]]) == ["keyed", "after"]

    def test_to_people_who_never_talked(self, demo_server: RunningServer, ada: Program) -> None:
        """The first message of a new conversation is no exception, though the conversation itself is made with it."""
        grace = Program(demo_server, "grace@plait.example")
        people = [grace.ok("POST", "/users", email=f"new{number}@plait.example", password="plait-demo",
                           full_name=f"New {number}")["user_id"] for number in range(2)]
        for number in range(3):
            params = {"type": "direct", "to": people[:number] or [people[1]], "content": "hello",
                      "queue_id": "new", "local_id": f"new {number}"}
            message_id = sixteen(demo_server, params)
            found = ada.messages(narrow=[["sender", ADA], ["is", "dm"]])
            assert [one["id"] for one in found if one["id"] >= message_id] == [message_id]


class LaterTests:
    def test_after_the_queue_is_gone(self, demo_server: RunningServer, ada: Program) -> None:
        """The name outlives its queue: a client that comes back late still gets the first message's id."""
        queue = ada.register("message")
        params = message("outlived", queue_id=queue.id, local_id="1")
        first = over_http(demo_server, params)()
        queue.delete()
        assert sixteen(demo_server, params) == first
        assert ada.contents(narrow=[["topic", "outlived"]]) == ["outlived"]

    def test_after_a_restart(self, demo_server: RunningServer, ada: Program, hedy: Program) -> None:
        """And it outlives the server's process, killed or stopped; nobody hears of the message again."""
        by_name, by_key = message("restarted", queue_id="gone", local_id="1"), message("restarted too")
        first = over_http(demo_server, by_name)(), over_a_socket(demo_server, by_key, "key of a restart")()
        for end in (demo_server.kill, demo_server.stop):
            end()
            demo_server.start()
            hers = hedy.register("message")
            assert sixteen(demo_server, by_name) == first[0]
            assert sixteen(demo_server, by_key, "key of a restart") == first[1]
            ada.send("after", topic="after a restart")
            (event,) = hers.until(lambda event: event["message"]["content"] == "after")
            assert event["message"]["id"] > max(first)
        assert ada.contents(narrow=[["topic", "restarted"]]) == ["restarted"]
        assert ada.contents(narrow=[["topic", "restarted too"]]) == ["restarted too"]


class NameTests:
    def test_is_the_senders_own(self, demo_server: RunningServer, ada: Program, hedy: Program) -> None:
        """Two people may use the same name: it is each one's own."""
        params = message("mine and yours", queue_id="same", local_id="1")
        ids = [int(program.ok("POST", "/messages", **params)["id"]) for program in (ada, hedy, ada, hedy)]
        assert ids[:2] == ids[2:]
        assert ids[0] != ids[1]

    def test_needs_both_halves(self, ada: Program) -> None:
        """A queue without a local id, or the other way round, names nothing: each is a message of its own."""
        for half in ({"queue_id": "half"}, {"local_id": "half"}, {}):
            ids = {int(ada.ok("POST", "/messages", **message("half", **half))["id"]) for _ in range(3)}
            assert len(ids) == 3

    def test_kinds_do_not_meet(self, demo_server: RunningServer, ada: Program) -> None:
        """Keys and local ids are different kinds of names, and neither can be made to look like the other."""
        ids = {
            over_http(demo_server, message("kinds", queue_id="key", local_id="k"))(),
            over_http(demo_server, message("kinds", queue_id="", local_id="k"))(),
            over_http(demo_server, message("kinds", queue_id="queue:key", local_id="k"))(),
            over_http(demo_server, message("kinds"), "k")(),
            over_http(demo_server, message("kinds"), "K")(),
        }
        assert len(ids) == 5

    def test_a_refused_message_keeps_no_name(self, demo_server: RunningServer, ada: Program) -> None:
        """What was refused was not sent: corrected, it can be sent under the same name."""
        name = {"queue_id": "refused", "local_id": "1"}
        wrong = ada.call("POST", "/messages", **{**message("x", **name), "to": "nowhere"})
        assert wrong.status_code == 400
        message_id = over_http(demo_server, message("corrected", **name))()
        assert [one["id"] for one in ada.messages(narrow=[["topic", "corrected"]])] == [message_id]
