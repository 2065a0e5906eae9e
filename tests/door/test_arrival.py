"""What every answer has: an id that the log knows, and the headers that keep it from being misused; and /metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, Browser, Program, wait_until
from tests.door.raw import exchange
from tests.support.server import RunningServer, start_server

PATHS = ("/", "/login/", "/static/css/tokens.css", "/static/nothing.css", "/no/such/page", "/api/v1/server_settings",
         "/api/v1/users/me", "/json/users/me", "/api/v1/nothing", "/health", "/user_uploads/1/ab/x.txt", "/avatar/1",
         "/api/v1/websocket", "/json/websocket", "/%ff")


def get(server: RunningServer, path: str, **headers: str) -> requests.Response:
    return requests.get(server.url + path, headers=headers, timeout=DEADLINE_S, allow_redirects=False)


class HeadersTests:
    @pytest.mark.parametrize("path", PATHS)
    def test_on_everything(self, demo_server: RunningServer, path: str) -> None:
        """Pages, files, API answers, refusals: none may be sniffed, framed, or run what it did not bring."""
        answer = get(demo_server, path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert "camera=()" in answer.headers["permissions-policy"]
        assert "strict-transport-security" not in answer.headers
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])

    def test_nothing_inline(self, demo_server: RunningServer) -> None:
        """No policy lets scripts in a page run, or loads anything from elsewhere; API answers load nothing at all."""
        for path in PATHS:
            policy = get(demo_server, path).headers["content-security-policy"]
            assert "'unsafe-inline'" not in policy
            assert "'unsafe-eval'" not in policy
            assert "https:" not in policy
            assert "*" not in policy
        assert get(demo_server, "/api/v1/users").headers["content-security-policy"].startswith("default-src 'none'")

    def test_pages_have_nothing_inline(self, demo_server: RunningServer) -> None:
        """Our pages need no exception: no script in them, no style attributes, no handlers."""
        pages = [get(demo_server, "/login/").text, get(demo_server, "/nothing").text,
                 Browser(demo_server, GRACE).session.get(demo_server.url + "/", timeout=DEADLINE_S).text]
        for page in pages:
            scripts = re.findall(r"<script([^>]*)>([^<]*)", page)
            assert all("importmap" in attributes or not text.strip() for attributes, text in scripts)
            assert not re.search(r"<[^>]+\s(on\w+|style)=", page)

    def test_https(self) -> None:
        """Where people come by HTTPS, browsers are told to stay with it."""
        with start_server(options=["--external-url", "https://chat.example"]) as server:
            for path in ("/login/", "/api/v1/server_settings"):
                assert get(server, path).headers["strict-transport-security"] == "max-age=31536000"
            assert "wss://chat.example" in get(server, "/login/").headers["content-security-policy"]


class RequestLogTests:
    def test_a_line_each(self, demo_server: RunningServer) -> None:
        """The id in the answer is the one in the log, with all that is known of the request."""
        ada = Program(demo_server, ADA)
        answer = ada.call("GET", "/messages", headers={"User-Agent": "Logged/1.0"}, anchor="newest", num_before=1,
                          num_after=0)
        request_id = answer.headers["x-request-id"]
        line = self._line(demo_server, request_id)
        me = ada.ok("GET", "/users/me")["user_id"]
        assert re.search(rf"GET /api/v1/messages 200 [\d.]+ms [1-9]q Logged user={me} id={request_id}$", line), line

    def test_pages_too(self, demo_server: RunningServer) -> None:
        """So have pages, and what was not found."""
        for path, status in (("/login/", 200), ("/no/such/page", 404), ("/api/v1/nothing", 404)):
            answer = get(demo_server, path)
            line = self._line(demo_server, answer.headers["x-request-id"])
            assert f"GET {path} {status} " in line

    def test_one_that_is_brought_along(self, demo_server: RunningServer) -> None:
        """Only a server in front may name a request; nobody writes into the log."""
        mine = "mine-mine-mine-mine"
        assert get(demo_server, "/login/", **{"X-Request-ID": mine}).headers["x-request-id"] != mine

    def test_of_a_socket(self, demo_server: RunningServer) -> None:
        """Requests through a socket are in the log as SOCKET."""
        with Program(demo_server, ADA).socket() as sock:
            sock.write('{"req_id": 1, "type": "request", "request": {"method": "GET", "path": "/users/me"}}')
            assert sock.response()["status"] == 200
        assert re.search(r"SOCKET /api/v1/users/me 200 [\d.]+ms \dq .* id=[0-9a-f]{16}", demo_server.log)

    @staticmethod
    def _line(server: RunningServer, request_id: str) -> str:
        return wait_until("the request is logged", lambda: next(
            (line for line in server.log.splitlines() if line.endswith("id=" + request_id)), ""))


@pytest.fixture(scope="module")
def behind_a_proxy() -> Iterator[RunningServer]:
    with start_server(demo=True, options=["--trusted-proxies", "127.0.0.1"]) as server:
        yield server


class MetricsTests:
    def test_figures(self, demo_server: RunningServer) -> None:
        """Requests by route and status, latencies, queues, the database, memory."""
        ada = Program(demo_server, ADA)
        before = self._value(demo_server, 'plait_requests_total{door="api",method="GET",route="/users/{user_id:int}"'
                                          ',status="200"}')
        for _ in range(3):
            ada.ok("GET", "/users/1")
        after = self._value(demo_server, 'plait_requests_total{door="api",method="GET",route="/users/{user_id:int}"'
                                         ',status="200"}')
        assert after == before + 3
        queues = self._value(demo_server, "plait_event_queues")
        ada.register("message")
        assert self._value(demo_server, "plait_event_queues") == queues + 1
        for name in ('plait_request_seconds_count{door="api",route="/users/{user_id:int}"}',
                     'plait_database_connections{state="open"}', "process_resident_memory_bytes",
                     "plait_statements_total"):
            assert self._value(demo_server, name) > 0
        assert 'plait_jobs_ready{queue="mail"} 0.0' in get(demo_server, "/metrics").text

    def test_labels_do_not_grow(self, demo_server: RunningServer) -> None:
        """What clients make up becomes no label."""
        for number in range(20):
            get(demo_server, f"/made-up-{number}/x")
            get(demo_server, f"/api/v1/made-up-{number}")
        exchange(demo_server, b"MADEUP", b"/login/")
        exchange(demo_server, b"MADEUP", b"/api/v1/users/me")
        assert "made-up" not in get(demo_server, "/metrics").text
        assert "MADEUP" not in get(demo_server, "/metrics").text

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
    def test_only_here(self, demo_server: RunningServer, behind_a_proxy: RunningServer, header: str) -> None:
        """What another server passed on is not from here, whether that server is trusted or not."""
        for server in (demo_server, behind_a_proxy):
            assert get(server, "/metrics").status_code == 200
            for value in ("192.0.2.1", "127.0.0.1"):
                assert get(server, "/metrics", **{header: value}).status_code == 404

    def test_a_trusted_name(self, behind_a_proxy: RunningServer) -> None:
        """A trusted server names the request; what is no name is replaced."""
        named = get(behind_a_proxy, "/login/", **{"X-Request-ID": "abc-123.def_456"})
        assert named.headers["x-request-id"] == "abc-123.def_456"
        odd = get(behind_a_proxy, "/login/", **{"X-Request-ID": "a b;c d e f g h"})
        assert odd.headers["x-request-id"] != "a b;c d e f g h"

    @staticmethod
    def _value(server: RunningServer, name: str) -> float:
        lines = get(server, "/metrics").text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == name), 0.0)
