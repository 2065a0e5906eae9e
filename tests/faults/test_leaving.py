"""Clients that leave before they are answered: what they asked for is done, once, and told to everyone else."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable

import pytest

from tests.clients.visitors import ADA, ALAN, HEDY, Program, wait_until
from tests.door.raw import basic, connect, request_bytes
from tests.support.server import RunningServer

FORM = b"application/x-www-form-urlencoded"


def _close(connection: socket.socket) -> None:
    connection.close()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _half_close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass
    connection.close()


WAYS: dict[str, Callable[[socket.socket], None]] = {"closed": _close, "reset": _reset, "half closed": _half_close}


@pytest.fixture(scope="module")
def ada(demo_server: RunningServer) -> Program:
    return Program(demo_server, ADA)


def ask_and_leave(program: Program, leave: Callable[[socket.socket], None], method: bytes, path: bytes, body: bytes
                  ) -> None:
    """Send a request and hang up as soon as its last byte is on its way."""
    with connect(program.server) as connection:
        connection.sendall(request_bytes(method, b"/api/v1" + path, {
            b"Authorization": basic(program.email, program.key), b"Content-Type": FORM}, body))
        leave(connection)


class SendAndLeaveTests:
    @pytest.mark.parametrize("way", WAYS)
    def test_the_message_is_there_once(self, demo_server: RunningServer, ada: Program, way: str) -> None:
        """Twenty messages whose sender hangs up each time: each is stored once and delivered once to another."""
        hedy = Program(demo_server, HEDY)
        queue = hedy.register("message")
        contents = [f"{way} {number}" for number in range(20)]
        for content in contents:
            body = f"type=stream&to=general&topic=left&content={content}".encode()
            ask_and_leave(ada, WAYS[way], b"POST", b"/messages", body)
        wait_until("all are there", lambda: set(contents) <= set(ada.contents(narrow=[["topic", "left"]])))
        ada.send("the last", topic="left")
        heard = [event["message"]["content"] for event in queue.until(
            lambda event: event["message"]["content"] == "the last")]
        assert sorted(heard[:-1]) == sorted(contents)
        assert sorted(content for content in ada.contents(narrow=[["topic", "left"]]) if content.startswith(way)) == (
            sorted(contents))

    def test_in_the_middle_of_the_body(self, ada: Program) -> None:
        """A request that ends before its body does never happened."""
        with connect(ada.server) as connection:
            whole = request_bytes(b"POST", b"/api/v1/messages", {
                b"Authorization": basic(ada.email, ada.key), b"Content-Type": FORM},
                b"type=stream&to=general&topic=half&content=half a message")
            connection.sendall(whole[:-5])
        ada.send("a whole one", topic="half")
        assert ada.contents(narrow=[["topic", "half"]]) == ["a whole one"]

    def test_over_a_socket(self, ada: Program) -> None:
        """The same over a WebSocket that is reset right after the frame."""
        contents = [f"socket {number}" for number in range(20)]
        for content in contents:
            with ada.socket() as sock:
                params = {"type": "stream", "to": "general", "topic": "sockets", "content": content}
                sock.write({"req_id": 1, "type": "request", "request": {
                    "method": "POST", "path": "/messages", "params": params}})
                sock.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wait_until("all are there", lambda: len(ada.contents(narrow=[["topic", "sockets"]])) >= 20)
        assert sorted(ada.contents(narrow=[["topic", "sockets"]])) == sorted(contents)


class OtherWritesTests:
    def test_run_to_their_end(self, demo_server: RunningServer, ada: Program) -> None:
        """Channels made, people made, names changed, by clients that did not wait: all of it is done and told."""
        hedy = Program(demo_server, HEDY)
        queue = hedy.register("stream", "realm_user")
        wanted = json.dumps([{"name": f"left {number}"} for number in range(30)]).encode()
        ask_and_leave(ada, _reset, b"POST", b"/users/me/subscriptions", b"subscriptions=" + wanted)
        person = b"email=left@plait.example&password=plait-demo&full_name=Left Early"
        ask_and_leave(ada, _reset, b"POST", b"/users", person)
        wait_until("the channels are there", lambda: {f"left {number}" for number in range(30)} <= {
            channel["name"] for channel in ada.ok("GET", "/streams")["streams"]})
        user_ids = wait_until("the person is there", lambda: [
            user["user_id"] for user in ada.ok("GET", "/users")["members"] if user["email"] == "left@plait.example"])
        ask_and_leave(ada, _reset, b"PATCH", b"/users/%d" % user_ids[0], b"full_name=Right On Time")
        events = queue.until(lambda event: event.get("person", {}).get("full_name") == "Right On Time")
        told = [channel["name"] for event in events if event["type"] == "stream" for channel in event["streams"]]
        assert sorted(told) == sorted(f"left {number}" for number in range(30))
        assert [event["op"] for event in events if event["type"] == "realm_user"] == ["add", "update"]


class PollAndLeaveTests:
    def test_events_are_kept(self, demo_server: RunningServer, ada: Program) -> None:
        """An event that was written to a client who had left is given again; one that was acknowledged is not."""
        alan = Program(demo_server, ALAN)
        queue = alan.register("message")
        for number in range(10):
            target = f"/api/v1/events?queue_id={queue.id}&last_event_id={queue.last_event_id}".encode()
            with connect(demo_server) as connection:
                connection.sendall(request_bytes(b"GET", target, {b"Authorization": basic(ALAN, alan.key)}))
                if number % 2:
                    _reset(connection)
                    ada.send(f"kept {number}", topic="kept")
                else:  # the answer is on its way when the client leaves
                    ada.send(f"kept {number}", topic="kept")
                    _reset(connection)
            assert [event["message"]["content"] for event in queue.poll()] == [f"kept {number}"]
