"""Who comes to the server from outside: a program with an API key, a browser with a session, a WebSocket.

They know the wire and nothing of the server's insides. `deadline` is how long something may take before a test fails;
whoever waits here waits for a condition, never for a time.
"""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import requests
import websocket

from tests.support.server import RunningServer

PASSWORD = "plait-demo"
ADA, GRACE, ALAN, HEDY, LINUS = (
    f"{name}@plait.example" for name in ("ada", "grace", "alan", "hedy", "linus"))
DEADLINE_S = 20.0
T = TypeVar("T")


def wait_until(what: str, look: Callable[[], T], deadline_s: float = DEADLINE_S) -> T:
    """The first true thing that `look` gives; AssertionError naming `what` when there is none in time."""
    deadline = time.monotonic() + deadline_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {deadline_s} s in vain until {what}"
        time.sleep(0.02)
    return found


def form_of(params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as the wire has them: strings raw, the rest as JSON text."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}


class Visitor:
    """Calls routes of one of the two doors."""

    prefix: str

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method: str, path: str, /, headers: Mapping[str, str] | None = None, **params: Any
             ) -> requests.Response:
        """Send a request with these parameters, in the query for GET and in a form for everything else."""
        place = "params" if method in ("GET", "HEAD") else "data"
        return self.session.request(
            method, self.server.url + self.prefix + path, headers=headers, timeout=DEADLINE_S,
            allow_redirects=False, **{place: form_of(params)})  # type: ignore[arg-type]

    def ok(self, method: str, path: str, /, **params: Any) -> dict[str, Any]:
        """The data of an answer that must be a success."""
        answer = self.call(method, path, **params)
        body: dict[str, Any] = answer.json()
        assert (answer.status_code, body["result"]) == (200, "success"), body
        return body

    def send(self, content: str, *, to: str = "general", topic: str = "tests", **params: Any) -> int:
        """Send a message to a channel; its id."""
        sent = self.ok("POST", "/messages", type="channel", to=to, topic=topic, content=content, **params)
        return int(sent.get("data", sent)["id"])


class Program(Visitor):
    """An API client with its key."""

    prefix = "/api/v1"

    def __init__(self, server: RunningServer, email: str, key: str | None = None) -> None:
        super().__init__(server)
        self.email = email
        self.key = key or _api_key(server, email)
        self.session.auth = (email, self.key)

    def register(self, *event_types: str, **params: Any) -> Queue:
        """A new event queue for these types of events; for all where none is named."""
        if event_types:
            params["event_types"] = list(event_types)
        made = self.ok("POST", "/register", **params)
        return Queue(self, made["queue_id"], made["last_event_id"], made)

    def messages(self, **params: Any) -> list[dict[str, Any]]:
        """The newest messages (up to 5,000) of a narrow, by default of all; their source, not HTML."""
        wanted = {"anchor": "newest", "num_before": 5000, "num_after": 0, "apply_markdown": False, **params}
        found: list[dict[str, Any]] = self.ok("GET", "/messages", **wanted)["messages"]
        return found

    def contents(self, **params: Any) -> list[str]:
        """The texts of those messages."""
        return [message["content"] for message in self.messages(**params)]

    @contextmanager
    def socket(self) -> Iterator[Socket]:
        """A WebSocket at the API clients' door."""
        socket = Socket(self.server, self.prefix, auth=f"{self.email}:{self.key}")
        try:
            yield socket
        finally:
            socket.close()


class Browser(Visitor):
    """A browser that signed in through the sign-in page."""

    prefix = "/json"

    def __init__(self, server: RunningServer, email: str) -> None:
        super().__init__(server)
        self.session.get(server.url + "/login/", timeout=DEADLINE_S)
        answer = self.session.post(
            server.url + "/login/", timeout=DEADLINE_S, allow_redirects=False,
            data={"username": email, "password": PASSWORD, "csrfmiddlewaretoken": self.csrf_token})
        assert (answer.status_code, answer.headers.get("location")) == (302, "/"), answer.text

    @property
    def csrf_token(self) -> str:
        """What a page of this browser would put into its forms."""
        return self.session.cookies["csrftoken"]

    def call(self, method: str, path: str, /, headers: Mapping[str, str] | None = None, **params: Any
             ) -> requests.Response:
        return super().call(method, path, headers={"X-CSRFToken": self.csrf_token, **(headers or {})}, **params)

    @contextmanager
    def socket(self) -> Iterator[Socket]:
        """A WebSocket, opened as a page of the server would."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.session.cookies.items())
        socket = Socket(self.server, self.prefix, origin=self.server.url, cookie=cookies)
        try:
            yield socket
        finally:
            socket.close()


@cache
def _api_key(server: RunningServer, email: str) -> str:
    answer = requests.post(
        server.url + "/api/v1/fetch_api_key", data={"username": email, "password": PASSWORD}, timeout=DEADLINE_S)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["api_key"])


class Queue:
    """An event queue, read by long polls."""

    def __init__(self, program: Program, queue_id: str, last_event_id: int, state: dict[str, Any]) -> None:
        self.program = program
        self.id = queue_id
        self.last_event_id = last_event_id
        self.state = state

    def poll(self, *, dont_block: bool = False) -> list[dict[str, Any]]:
        """The next events; acknowledges those that were read before."""
        events: list[dict[str, Any]] = self.program.ok(
            "GET", "/events", queue_id=self.id, last_event_id=self.last_event_id, dont_block=dont_block)["events"]
        if events:
            self.last_event_id = events[-1]["id"]
        return events

    def until(self, is_last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All events up to the one that `is_last` is true of. A poll without an answer ends the test."""
        seen: list[dict[str, Any]] = []
        while True:
            for event in self.poll():
                seen.append(event)
                if is_last(event):
                    return seen

    def delete(self) -> None:
        """Give the queue up."""
        self.program.ok("DELETE", "/events", queue_id=self.id)


class Socket:
    """A WebSocket client that takes frames as they come."""

    def __init__(self, server: RunningServer, prefix: str, *, origin: str | None = None, cookie: str | None = None,
                 auth: str | None = None, **options: Any) -> None:
        headers = []
        if auth is not None:
            headers.append("Authorization: Basic " + base64_of(auth))
        self.raw = websocket.create_connection(
            server.url.replace("http", "ws", 1) + prefix + "/websocket", timeout=DEADLINE_S, header=headers,
            cookie=cookie, **({"origin": origin} if origin else {"suppress_origin": True}), **options)
        self._requests = 0

    @property
    def tcp(self) -> socket.socket:
        """The connection below the frames."""
        assert self.raw.sock is not None
        return self.raw.sock

    def write(self, frame: Any) -> None:
        """Send a frame; anything but a string goes as JSON."""
        self.raw.send(frame if isinstance(frame, str) else json.dumps(frame))

    def read(self) -> dict[str, Any]:
        """The next frame. Raises Closed where the socket was closed instead."""
        opcode, data = self.raw.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise Closed(int.from_bytes(data[:2], "big"), data[2:].decode())
        frame: dict[str, Any] = json.loads(data)
        return frame

    def response(self) -> dict[str, Any]:
        """The next frame that is a response; events before it are passed over."""
        while (frame := self.read())["type"] != "response":
            pass
        return frame

    def request(self, method: str, path: str, /, **params: Any) -> dict[str, Any]:
        """Make a request and wait for its response."""
        self._requests += 1
        self.write({"req_id": f"r{self._requests}", "type": "request",
                    "request": {"method": method, "path": path, "params": params}})
        while (response := self.response())["req_id"] != f"r{self._requests}":
            pass
        return response

    def subscribe(self, queue_id: str, last_event_id: int) -> dict[str, Any]:
        """Subscribe to a queue; the response."""
        self.write({"req_id": "subscribe", "type": "subscribe", "queue_id": queue_id, "last_event_id": last_event_id})
        return self.response()

    def until(self, is_last: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """All events up to the one that `is_last` is true of."""
        seen: list[dict[str, Any]] = []
        while True:
            frame = self.read()
            for event in frame["events"] if frame["type"] == "events" else ():
                seen.append(event)
                if is_last(event):
                    return seen

    def closing(self) -> tuple[int, str]:
        """Code and reason of the close that the server sends, whatever comes before it."""
        try:
            while True:
                self.read()
        except Closed as closed:
            return closed.code, closed.reason

    def close(self) -> None:
        """Hang up."""
        self.raw.shutdown()  # type: ignore[no-untyped-call]


class Closed(Exception):
    """The server closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


def base64_of(text: str) -> str:
    """For the Authorization header."""
    return base64.b64encode(text.encode()).decode()
