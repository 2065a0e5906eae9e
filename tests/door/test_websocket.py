"""The WebSocket door: who gets in, what frames say, and how a queue is read through it."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

import pytest
import websocket

from tests.clients.visitors import (
    ADA,
    ALAN,
    DEADLINE_S,
    GRACE,
    HEDY,
    LINUS,
    Browser,
    Closed,
    Program,
    Socket,
    base64_of,
    wait_until,
)
from tests.support.server import RunningServer


@pytest.fixture(scope="module")
def alan(demo_server: RunningServer) -> Program:
    return Program(demo_server, ALAN)


def refusal(server: RunningServer, prefix: str, **options: Any) -> int:
    """The HTTP status with which a handshake is refused."""
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Socket(server, prefix, **options)
    return int(refused.value.status_code)


def cookies_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.session.cookies.items())


def is_message(content: str) -> Any:
    """Recognises the event of a message with this source."""
    return lambda event: event["type"] == "message" and event["message"]["content"] == content


class HandshakeTests:
    @pytest.mark.parametrize("origin", [
        None, "https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1", "http://localhost",
        "http://127.0.0.1.evil.example", "file://"])
    def test_foreign_origin(self, demo_server: RunningServer, origin: str | None) -> None:
        """A page of another site, or none, cannot open a socket with the session's cookie."""
        browser = Browser(demo_server, GRACE)
        assert refusal(demo_server, "/json", origin=origin, cookie=cookies_of(browser)) == 403

    @pytest.mark.parametrize("origin", ["nonsense", "http://", "\\", "http://[", "http://127.0.0.1:x"])
    def test_no_origin_at_all(self, demo_server: RunningServer, origin: str) -> None:
        """Nor does nonsense for an Origin help."""
        browser = Browser(demo_server, GRACE)
        assert refusal(demo_server, "/json", origin=origin, cookie=cookies_of(browser)) in (400, 403)

    def test_no_session(self, demo_server: RunningServer) -> None:
        """Without a session, or with one that has ended, there is no socket."""
        browser = Browser(demo_server, GRACE)
        ended = cookies_of(browser)
        browser.session.post(demo_server.url + "/accounts/logout/", timeout=DEADLINE_S,
                             data={"csrfmiddlewaretoken": browser.csrf_token})
        for cookie in (None, "sessionid=" + "x" * 43, "sessionid=", "nothing=1; ;=", ended):
            assert refusal(demo_server, "/json", origin=demo_server.url, cookie=cookie) == 401

    def test_no_key(self, demo_server: RunningServer, alan: Program) -> None:
        """At the other door it is the key that counts: no cookie, no wrong key, nobody else's."""
        browser = Browser(demo_server, GRACE)
        assert refusal(demo_server, "/api/v1") == 401
        assert refusal(demo_server, "/api/v1", cookie=cookies_of(browser), origin=demo_server.url) == 401
        for auth in (f"{ALAN}:{'x' * 32}", f"{GRACE}:{alan.key}", ":", ""):
            assert refusal(demo_server, "/api/v1", auth=auth) == 401

    def test_opens(self, demo_server: RunningServer, alan: Program) -> None:
        """A page with its session and a program with its key get in, and are who they are."""
        with Browser(demo_server, GRACE).socket() as page, alan.socket() as program:
            mine = page.request("GET", "/users/me")["response"]
            assert mine["data"]["email"] == GRACE
            assert program.request("GET", "/users/me")["response"]["email"] == ALAN

    @pytest.mark.parametrize("change", [
        (b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 7"), (b"Sec-WebSocket-Key: ", b"Sec-WebSocket-Key: x"),
        (b"Sec-WebSocket-Key: ", b"X-Nothing: "), (b"Connection: Upgrade", b"Connection: close"),
        (b"GET ", b"POST ")])
    def test_malformed(self, demo_server: RunningServer, alan: Program, change: tuple[bytes, bytes]) -> None:
        """A handshake that is not one is refused; the server goes on."""
        request = (
            b"GET /api/v1/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"User-Agent: t\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Authorization: Basic " + base64_of(f"{ALAN}:{alan.key}").encode() + b"\r\n\r\n")
        with socket.create_connection(("127.0.0.1", demo_server.port), timeout=DEADLINE_S) as connection:
            connection.sendall(request.replace(*change))
            status = int(connection.recv(65536).split(b" ", 2)[1])
        assert 400 <= status < 500
        assert alan.call("GET", "/users/me").status_code == 200


class RequestTests:
    def test_is_served_as_over_http(self, demo_server: RunningServer, alan: Program) -> None:
        """A request through the socket has the answer that HTTP gives, envelope, status and all."""
        browser = Browser(demo_server, ALAN)
        calls: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", "/streams", {}), ("GET", "/streams/1", {"zebra": 1}), ("GET", "/no/such/path", {}),
            ("PATCH", "/messages", {}), ("POST", "/messages", {}), ("PUT", "/users", {}),
            ("POST", "/messages/render", {"content": "*x*"}),
            ("DELETE", "/users/me/subscriptions", {"subscriptions": ["nowhere"]}),
            ("POST", "/users/me/subscriptions", {"method": "GET", "include_subscribers": True}),
            ("GET", "/messages", {"anchor": "oldest", "num_before": 0, "num_after": 3, "narrow": [["is", "dm"]]})]
        for visitor in (alan, browser):
            with visitor.socket() as sock:
                for method, path, params in calls:
                    answer = visitor.call(method, path, **params)
                    frame = sock.request(method, path, **params)
                    assert (frame["type"], frame["status"]) == ("response", answer.status_code)
                    assert frame["response"] == answer.json()

    @pytest.mark.parametrize("req_id", ["a", "", 0, 17, -1.5, "ü" * 100, None])
    def test_names_come_back(self, alan: Program, req_id: Any) -> None:
        """A response carries the name of its request as it was given."""
        with alan.socket() as sock:
            sock.write({"req_id": req_id, "type": "request", "request": {"method": "GET", "path": "/server_settings"}})
            frame = sock.read()
        assert (frame["req_id"], type(frame["req_id"]), frame["status"]) == (req_id, type(req_id), 200)

    def test_many_at_once(self, alan: Program) -> None:
        """Requests are answered each under its name, however many are under way; too many at once are refused."""
        with alan.socket() as sock:
            for number in range(300):
                sock.write({"req_id": number, "type": "request", "request": {
                    "method": "GET", "path": "/messages",
                    "params": {"anchor": "newest", "num_before": 1, "num_after": 0}}})
            frames = [sock.read() for _ in range(300)]
        assert {frame["req_id"] for frame in frames} == set(range(300))
        assert {frame["status"] for frame in frames} <= {200, 400}
        assert sum(frame["status"] == 200 for frame in frames) >= 100

    def test_logs_as_socket(self, demo_server: RunningServer, alan: Program) -> None:
        """In the log a request through a socket is one like any other, with SOCKET for its verb."""
        with alan.socket() as sock:
            sock.request("GET", "/users/me/subscriptions")
        wait_until("it is logged", lambda: "SOCKET /api/v1/users/me/subscriptions 200" in demo_server.log)

    def test_head_and_options(self, alan: Program) -> None:
        """HEAD and OPTIONS have nothing to show through a socket, and are answered all the same."""
        with alan.socket() as sock:
            for method, status in (("HEAD", 200), ("OPTIONS", 204)):
                assert sock.request(method, "/users/me")["status"] == status

    def test_leaves_when_the_socket_does(self, demo_server: RunningServer, alan: Program) -> None:
        """A message that was sent through a socket is there, even if its sender hung up at once."""
        content = "sent and gone"
        with alan.socket() as sock:
            sock.write({"req_id": 1, "type": "request", "request": {"method": "POST", "path": "/messages", "params": {
                "type": "stream", "to": "random", "topic": "gone", "content": content}}})
        wait_until("the message is there", lambda: content in alan.contents(narrow=[["topic", "gone"]]))


class FrameTests:
    @pytest.mark.parametrize("frame", [
        "", "x", "{", "[]", "null", "1", '"text"', "{}", '{"type": "nothing"}', '{"type": 1}', '{"type": null}',
        '{"type": "request"}', '{"type": "request", "request": []}', '{"type": "request", "request": {}}',
        '{"type": "request", "request": {"path": 1}}', '{"type": "request", "request": {"path": "users"}}',
        '{"type": "request", "request": {"path": "/users", "method": 1}}',
        '{"type": "request", "request": {"path": "/users", "method": "get"}}',
        '{"type": "request", "request": {"path": "/users", "params": []}}',
        '{"type": "request", "request": {"path": "/users/' + "x" * 2_000 + '"}}',
        '{"type": "request", "request": {"path": "/users", "params": {"a": ' + "[" * 500 + "]" * 500 + "}}}",
        '{"type": "subscribe"}', '{"type": "subscribe", "queue_id": 1, "last_event_id": 1}',
        '{"type": "subscribe", "queue_id": "x", "last_event_id": "1"}',
        '{"type": "subscribe", "queue_id": "x", "last_event_id": true}',
        '{"type": "subscribe", "queue_id": "x", "last_event_id": 1.5}',
        '{"type": "ack", "queue_id": "' + "x" * 500 + '", "last_event_id": 1}', '{"type": "ack"}',
        '{"type": "subscribe", "queue_id": "x", "last_event_id": 999999999999999999999999}',
        '{"req_id": [], "type": "request"}', '{"req_id": {}, "type": "request"}', '{"req_id": true, "type": "ack"}',
        '{"req_id": "' + "x" * 500 + '", "type": "request"}', "[" * 100_000, '{"req_id": "\\ud800"}', "\ufeff{}"])
    def test_malformed(self, alan: Program, frame: str) -> None:
        """A frame that means nothing is answered with status 400 in the envelope, and the socket stays open."""
        with alan.socket() as sock:
            sock.write(frame)
            answer = sock.read()
            assert (answer["type"], answer["status"], answer["response"]["result"]) == ("response", 400, "error")
            assert sock.request("GET", "/server_settings")["status"] == 200

    def test_binary(self, alan: Program) -> None:
        """Frames are text: the same in binary is refused."""
        with alan.socket() as sock:
            sock.raw.send_binary(json.dumps({
                "req_id": 1, "type": "request", "request": {"method": "GET", "path": "/users/me"}}).encode())
            assert sock.read()["status"] == 400

    def test_not_utf8(self, alan: Program) -> None:
        """Text that is no text closes the socket, as the protocol has it."""
        with alan.socket() as sock:
            sock.raw.send_frame(websocket.ABNF.create_frame(b"\xff\xfe", websocket.ABNF.OPCODE_TEXT))
            assert sock.closing()[0] == 1007

    def test_too_large(self, alan: Program) -> None:
        """A message beyond the limit closes the socket, whether it comes in one frame or in pieces."""
        with alan.socket() as sock, pytest.raises((Closed, OSError)) as ended:
            sock.write("x" * (2 * 1024 * 1024 + 1))
            sock.read()
        assert not isinstance(ended.value, Closed) or ended.value.code == 1009
        with alan.socket() as sock, pytest.raises((Closed, OSError)) as ended:
            for place in range(40):
                sock.raw.send_frame(websocket.ABNF(
                    0, 0, 0, 0, websocket.ABNF.OPCODE_TEXT if place == 0 else websocket.ABNF.OPCODE_CONT, 1,
                    b"x" * 65536))
            sock.read()
        assert not isinstance(ended.value, Closed) or ended.value.code == 1009

    @pytest.mark.parametrize("data", [
        b"\x81\x02{}", b"\xf1\x80\0\0\0\0", b"\x83\x80\0\0\0\0", b"\x89\xfe\x01\x00" + b"\0" * 260,
        b"\x81\xff" + b"\xff" * 8 + b"mask", b"\x80\x80\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n"])
    def test_not_even_frames(self, alan: Program, data: bytes) -> None:
        """Bytes that are no frames (unmasked, reserved bits, impossible lengths) end the socket and nothing else."""
        with alan.socket() as sock:
            sock.tcp.sendall(data)
            with pytest.raises((Closed, OSError, websocket.WebSocketException)):
                sock.read()
        assert alan.call("GET", "/users/me").status_code == 200

    def test_answers_pings(self, alan: Program) -> None:
        """A ping is answered with its payload."""
        with alan.socket() as sock:
            sock.raw.ping("are you there?")
            opcode, data = sock.raw.recv_data(control_frame=True)
        assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"are you there?")

    def test_in_pieces(self, alan: Program) -> None:
        """A message in several frames is one message."""
        text = json.dumps({"req_id": "p", "type": "request", "request": {"method": "GET", "path": "/users/me"}})
        with alan.socket() as sock:
            for place, piece in enumerate((text[:10], text[10:20], text[20:])):
                opcode = websocket.ABNF.OPCODE_TEXT if place == 0 else websocket.ABNF.OPCODE_CONT
                sock.raw.send_frame(websocket.ABNF(int(place == 2), 0, 0, 0, opcode, 1, piece.encode()))
            assert sock.response()["req_id"] == "p"


class EventsTests:
    def test_come_as_they_happen(self, demo_server: RunningServer, alan: Program) -> None:
        """After subscribing, events come by themselves, in order, with growing ids."""
        queue = alan.register("message")
        hedy = Program(demo_server, HEDY)
        with alan.socket() as sock:
            assert sock.subscribe(queue.id, queue.last_event_id)["status"] == 200
            for number in range(20):
                hedy.send(f"live {number}", topic="live")
            events = sock.until(is_message("live 19"))
        assert [event["message"]["content"] for event in events] == [f"live {number}" for number in range(20)]
        assert [event["id"] for event in events] == sorted({event["id"] for event in events})

    def test_what_was_before_comes_first(self, demo_server: RunningServer, alan: Program) -> None:
        """Events that waited come at once when their queue is subscribed to, those acknowledged before do not."""
        queue = alan.register("message")
        for number in range(3):
            alan.send(f"waiting {number}", topic="waiting")
        with alan.socket() as sock:
            sock.subscribe(queue.id, queue.last_event_id)
            first = sock.until(is_message("waiting 2"))
            assert [event["message"]["content"] for event in first] == [f"waiting {number}" for number in range(3)]
            alan.send("waiting 3", topic="waiting")
            assert len(sock.until(is_message("waiting 3"))) == 1
        with alan.socket() as sock:
            sock.subscribe(queue.id, first[1]["id"])
            rest = sock.until(is_message("waiting 3"))
        assert [event["message"]["content"] for event in rest] == ["waiting 2", "waiting 3"]

    def test_acknowledged_are_forgotten(self, alan: Program) -> None:
        """What was acknowledged is not given again, whoever asks; asking for it is an error."""
        queue = alan.register("message")
        for number in range(3):
            alan.send(f"acknowledged {number}", topic="ack")
        with alan.socket() as sock:
            sock.subscribe(queue.id, queue.last_event_id)
            events = sock.until(is_message("acknowledged 2"))
            sock.write({"type": "ack", "queue_id": queue.id, "last_event_id": events[1]["id"]})
            assert sock.request("GET", "/server_settings")["status"] == 200  # the acknowledgement came before it
            gone = sock.request("GET", "/events", queue_id=queue.id, last_event_id=events[0]["id"], dont_block=True)
            assert (gone["status"], gone["response"]["code"]) == (400, "BAD_REQUEST")
            left = sock.request("GET", "/events", queue_id=queue.id, last_event_id=events[1]["id"], dont_block=True)
            assert [event["id"] for event in left["response"]["events"]] == [events[2]["id"]]

    def test_resume_without_loss(self, demo_server: RunningServer, alan: Program) -> None:
        """A socket that broke is followed by another that goes on where it ended: nothing twice, nothing lost."""
        queue = alan.register("message")
        seen: list[str] = []
        last = queue.last_event_id
        for number in range(10):
            with alan.socket() as sock:
                sock.subscribe(queue.id, last)
                alan.send(f"resumed {number}", topic="resume")
                events = sock.until(is_message(f"resumed {number}"))
                seen += [event["message"]["content"] for event in events]
                last = events[-1]["id"]
                if number % 2:  # without a word of farewell
                    sock.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            alan.send(f"meanwhile {number}", topic="resume")
        with alan.socket() as sock:
            sock.subscribe(queue.id, last)
            seen += [event["message"]["content"] for event in sock.until(is_message("meanwhile 9"))]
        assert seen == [f"{word} {number}" for number in range(10) for word in ("resumed", "meanwhile")]

    def test_the_second_reader_ends_the_first(self, alan: Program) -> None:
        """A queue has one reader: a second socket, or a poll, closes the first socket with 4000 and goes on."""
        queue = alan.register("message")
        with alan.socket() as first, alan.socket() as second:
            first.subscribe(queue.id, -1)
            second.subscribe(queue.id, -1)
            assert first.closing()[0] == 4000
            alan.send("for the second", topic="readers")
            (event,) = second.until(is_message("for the second"))
            assert queue.poll() == [event]
            queue.last_event_id = event["id"] - 1
            assert queue.poll() == [event]
        with alan.socket() as third:
            third.subscribe(queue.id, event["id"] - 1)
            assert third.until(is_message("for the second")) == [event]

    def test_subscribing_twice_on_one_socket(self, alan: Program) -> None:
        """Subscribing again on the same socket starts over and does not close it."""
        queue = alan.register("message")
        with alan.socket() as sock:
            sock.subscribe(queue.id, -1)
            alan.send("again", topic="readers")
            events = sock.until(is_message("again"))
            assert sock.subscribe(queue.id, -1)["status"] == 200
            assert sock.until(is_message("again")) == events

    def test_two_queues(self, alan: Program) -> None:
        """One socket reads several queues, each under its name."""
        queues = [alan.register("message"), alan.register("reaction")]
        with alan.socket() as sock:
            for queue in queues:
                sock.subscribe(queue.id, -1)
            message_id = alan.send("react to me", topic="readers")
            alan.ok("POST", f"/messages/{message_id}/reactions", emoji_name="wave")
            frames = [sock.read() for _ in range(2)]
        assert [(frame["queue_id"], frame["events"][0]["type"]) for frame in frames] == [
            (queues[0].id, "message"), (queues[1].id, "reaction")]

    def test_foreign_and_unknown_queues(self, demo_server: RunningServer, alan: Program) -> None:
        """Another's queue is answered as one that does not exist, to subscribe and to acknowledge alike."""
        hedys = Program(demo_server, HEDY).register("message")
        with alan.socket() as sock:
            for queue_id in (hedys.id, "nonsense", ""):
                for kind in ("subscribe", "ack"):
                    sock.write({"req_id": kind, "type": kind, "queue_id": queue_id, "last_event_id": -1})
                    answer = sock.read()
                    assert (answer["req_id"], answer["status"]) == (kind, 400)
                    assert answer["response"]["code"] == "BAD_EVENT_QUEUE_ID"
                    assert answer["response"]["queue_id"] == queue_id
            ahead = sock.subscribe(alan.register("message").id, 5)
            assert (ahead["status"], ahead["response"]["code"]) == (400, "BAD_REQUEST")

    def test_a_queue_given_up(self, alan: Program) -> None:
        """When its queue is given up the reader is told by a close, and the queue is gone."""
        queue = alan.register("message")
        with alan.socket() as sock:
            sock.subscribe(queue.id, -1)
            queue.delete()
            assert sock.closing()[0] == 4000
        with alan.socket() as sock:
            assert sock.subscribe(queue.id, -1)["response"]["code"] == "BAD_EVENT_QUEUE_ID"

    def test_local_echo(self, alan: Program) -> None:
        """The queue that a message was sent with gets the sender's own name for it back; no other queue does."""
        queue, other = alan.register("message"), alan.register("message")
        with alan.socket() as sock:
            sock.subscribe(queue.id, -1)
            sent = sock.request("POST", "/messages", type="stream", to="random", topic="echo", content="echo",
                                queue_id=queue.id, local_id="102.001")["response"]
        (event,) = queue.until(is_message("echo"))
        assert (event["local_message_id"], event["message"]["id"]) == ("102.001", sent["id"])
        assert "local_message_id" not in other.until(is_message("echo"))[-1]


class EndedTests:
    def test_signing_out_closes(self, demo_server: RunningServer) -> None:
        """A session that ends takes its sockets along, and no others."""
        browser, other = Browser(demo_server, LINUS), Browser(demo_server, LINUS)
        with browser.socket() as sock, other.socket() as second:
            assert sock.request("GET", "/users/me")["status"] == 200
            browser.session.post(demo_server.url + "/accounts/logout/", timeout=DEADLINE_S,
                                 data={"csrfmiddlewaretoken": browser.csrf_token})
            assert sock.closing()[0] == 4000
            assert second.request("GET", "/users/me")["status"] == 200

    def test_closing_an_account(self, demo_server: RunningServer) -> None:
        """Who loses their account loses their queues at once, and gets nothing more through an open socket."""
        grace = Program(demo_server, GRACE)
        user_id = grace.ok("POST", "/users", email="lise@plait.example", password="plait-demo",
                           full_name="Lise Meitner")["user_id"]
        lise = Program(demo_server, "lise@plait.example")
        queue = lise.register("message", "realm_user")
        with lise.socket() as reading, lise.socket() as asking:
            reading.subscribe(queue.id, -1)
            grace.ok("DELETE", f"/users/{user_id}")
            assert reading.closing()[0] == 4000
            assert asking.closing()[0] == 4000
        assert refusal(demo_server, "/api/v1", auth=f"{lise.email}:{lise.key}") == 401

    def test_revoking_a_key(self, demo_server: RunningServer) -> None:
        """A key that was replaced, perhaps because it was stolen, ends what was opened with it."""
        grace = Program(demo_server, GRACE)
        grace.ok("POST", "/users", email="chien@plait.example", password="plait-demo", full_name="Chien-Shiung Wu")
        chien = Program(demo_server, "chien@plait.example")
        with chien.socket() as sock:
            chien.ok("POST", "/users/me/api_key/regenerate")
            assert sock.closing()[0] == 4000
        assert refusal(demo_server, "/api/v1", auth=f"{ADA}:{chien.key}") == 401
