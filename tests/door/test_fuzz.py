"""Any member sending anything to any route: it is answered in the envelope, and never with a failure of the
server's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clients.visitors import DEADLINE_S, GRACE, Program, Socket, form_of
from tests.support.server import RunningServer

WHO = "fuzz@plait.example"
ENDS_THE_ACCOUNT = {("DELETE", "/users/me"), ("POST", "/users/me/api_key/regenerate")}
KNOWN: list[Any] = [
    "general", "engineering", "newest", "oldest", "first_unread", "add", "remove", "read", "starred", "stream",
    "direct", "channel", "private", WHO, GRACE, "tada", "1f389", "unicode_emoji", "color", "#abcdef", "is_muted",
    "pin_to_top", 0, 1, 2, 3, 10, 100, 400, 600, -1, 2**31 - 1, 2**31, 2**53, 2**63, 10**30, True, False, None, 1.5,
    1e400, "", " ", "\x00", "ü", "\U0001f389", "\u202e", "✔ done", "x" * 61, "x" * 10_001, "[]", "{}", "null", "true",
    "@", "**", "```", [1], [1, 2, 3], [WHO], [[]], [None], {}, {"name": "general"}, [{"name": "fuzzed"}], ["general"],
    ["fuzzed"], [{"stream_id": 1, "property": "color", "value": "#112233"}], {"notification_settings_null": True},
    [{"operator": "channel", "operand": "general"}, {"operator": "topic", "operand": "welcome", "negated": True}],
    [["dm", [1, 2]]], [["sender", 1]], [["is", "unread"]], [["has", "link"]], [["id", 1], ["near", 5]], [["with", 3]],
    [["search", "\"quoted\" -word OR |&!()':*"]], [["in", "home"]], [["channels", "public"]],
]
anything = st.recursive(
    st.sampled_from(KNOWN) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["operator", "operand", "negated", "name", "stream_id", "property", "value", "x"]), inner,
        max_size=4),
    max_leaves=8)
places = st.sampled_from(["0", "1", "2", "3", "21", "2147483647", "2147483648", "x", "-1", GRACE, WHO, "a@b", "%00",
                          "me"])


class Route:
    """One operation of the document."""

    def __init__(self, verb: str, path: str, operation: dict[str, Any]) -> None:
        self.verb = verb
        self.path = path
        self.names = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            self.names += list(body["schema"].get("properties", ()))

    def __repr__(self) -> str:
        return f"{self.verb} {self.path}"


@pytest.fixture(scope="module")
def member(demo_server: RunningServer) -> Program:
    """Somebody without any special right, whose account may suffer."""
    Program(demo_server, GRACE).ok("POST", "/users", email=WHO, password="plait-demo", full_name="Fuzz Tester")
    return Program(demo_server, WHO)


@pytest.fixture(scope="module")
def routes(demo_server: RunningServer) -> list[Route]:
    document = requests.get(demo_server.url + "/api/v1/openapi.json", timeout=DEADLINE_S).json()
    return [Route(verb.upper(), path, operation) for path, verbs in document["paths"].items()
            for verb, operation in verbs.items() if (verb.upper(), path) not in ENDS_THE_ACCOUNT]


@pytest.fixture(scope="module")
def sock(member: Program) -> Iterator[Socket]:
    with member.socket() as sock:
        yield sock


def check(status: int, body: Any) -> None:
    """Whatever it was, it was answered."""
    assert status in (200, 400, 401, 403, 404, 405), (status, body)
    assert isinstance(body, dict)
    if "openapi" in body:
        return
    assert (body["result"] == "success") is (status == 200)
    assert isinstance(body["msg"], str)
    if status not in (200, 405):
        assert body["code"].isupper()


class AnythingTests:
    @settings(max_examples=400, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_is_answered(self, member: Program, routes: list[Route], sock: Socket, data: st.DataObject) -> None:
        """Parameters of every kind, well meant and not, over HTTP in three dresses and through a socket."""
        route = data.draw(st.sampled_from(routes), label="route")
        path = route.path
        while "{" in path:
            before, _, rest = path.partition("{")
            path = before + data.draw(places, label="place") + rest.partition("}")[2]
        names = st.sampled_from([*route.names, "unknown"]) if route.names else st.just("unknown")
        params = data.draw(st.dictionaries(names, anything, max_size=len(route.names) + 1), label="params")
        if route.path == "/events":
            params["dont_block"] = True
        dress = data.draw(st.sampled_from(["form", "json", "socket"]), label="dress")
        if dress == "socket":
            self._through_the_socket(sock, route.verb, path, params)
        else:
            self._over_http(member, dress, route.verb, path, params)

    @staticmethod
    def _through_the_socket(sock: Socket, verb: str, path: str, params: dict[str, Any]) -> None:
        sock.write(json.dumps({
            "req_id": 1, "type": "request", "request": {"method": verb, "path": path, "params": params}}))
        answer = sock.response()
        check(answer["status"], answer["response"])

    @staticmethod
    def _over_http(member: Program, dress: str, verb: str, path: str, params: dict[str, Any]) -> None:
        dressed: dict[str, Any]
        if dress == "json":
            dressed = {"data": json.dumps(params), "headers": {"Content-Type": "application/json"}}
        else:
            form = form_of(params)
            is_short = len(urlencode(form)) < 10_000
            dressed = {"params" if verb == "GET" and is_short else "data": form}
        answer = member.session.request(
            verb, member.server.url + member.prefix + path, timeout=DEADLINE_S, **dressed)
        check(answer.status_code, answer.json())
