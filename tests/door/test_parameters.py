"""Parameters arrive in four dresses, for every verb, and each is read and refused alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.clients.visitors import ALAN, DEADLINE_S, HEDY, Program, form_of
from tests.support.server import RunningServer


def _query(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"params": form_of(params)}


def _form(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": form_of(params)}


def _json(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"json": params}


def _multipart(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"files": {name: (None, value) for name, value in form_of(params).items()}}


DRESSES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "query": _query, "form": _form, "json": _json, "multipart": _multipart}


@dataclass(frozen=True)
class Call:
    """A call whose answer shows that its parameters were understood."""

    method: str
    path: str
    params: dict[str, Any]
    expected: dict[str, Any]


@pytest.fixture(scope="module")
def hedys_id(demo_server: RunningServer) -> int:
    return int(Program(demo_server, HEDY).ok("GET", "/users/me")["user_id"])


def ask(program: Program, method: str, path: str, **dressed: Any) -> requests.Response:
    """A call as `program`, its parameters as they are given."""
    return program.session.request(
        method, program.server.url + "/api/v1" + path, timeout=DEADLINE_S, **dressed)


CALLS = [
    Call("GET", "/messages", {
        "anchor": "newest", "num_before": 1, "num_after": 1, "apply_markdown": False,
        "narrow": [{"operator": "topic", "operand": "garden & “garage” + ünïcode"}]},
        {"messages": [], "found_newest": True, "history_limited": False}),
    Call("POST", "/messages/render", {"content": "*a & b* = “ü” + 100%"}, {
        "rendered": "<p><em>a &amp; b</em> = “ü” + 100%</p>"}),
    Call("PUT", "/users", {"email": HEDY, "password": "long enough", "full_name": "Hedy & Ünal"}, {
        "result": "error", "msg": f"Email is already in use: '{HEDY}'", "email": HEDY}),
    Call("PATCH", "/users/1", {"full_name": "Ü"}, {"result": "error", "msg": "Name too short!"}),
    Call("DELETE", "/users/me/subscriptions", {"subscriptions": ["nowhere & ünïcode"], "principals": [1]}, {
        "result": "error", "msg": "Invalid channel name 'nowhere & ünïcode'"}),
]


class DressTests:
    @pytest.mark.parametrize("dress", DRESSES)
    @pytest.mark.parametrize("call", CALLS, ids=lambda call: call.method)
    def test_is_understood(self, ada: Program, call: Call, dress: str) -> None:
        """A query string, a form, a JSON body and a multipart body say the same, whatever the verb."""
        answer = ask(ada, call.method, call.path, **DRESSES[dress](call.params)).json()
        assert {name: answer[name] for name in call.expected} == call.expected
        assert "ignored_parameters_unsupported" not in answer

    @pytest.mark.parametrize("dress", ["form", "json", "multipart"])
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_the_body_wins(self, ada: Program, method: str, dress: str) -> None:
        """A parameter that is in the query as well as in the body has the body's value."""
        call = next(call for call in CALLS if call.method == method)
        query = dict.fromkeys(call.params, '"not this"')
        answer = ask(ada, call.method, call.path, params=query, **DRESSES[dress](call.params)).json()
        assert {name: answer[name] for name in call.expected} == call.expected

    def test_a_body_of_no_kind_is_a_form(self, ada: Program) -> None:
        """A form is read as one whatever its Content-Type says, as clients are careless about it."""
        for content_type in ("text/plain", "application/octet-stream", "", "nonsense", "application/x-www-form"):
            answer = ask(ada, "POST", "/messages/render", data=urlencode({"content": "*x*"}),
                         headers={"Content-Type": content_type})
            assert answer.json()["rendered"] == "<p><em>x</em></p>", content_type

    def test_a_form_need_not_be_escaped(self, ada: Program) -> None:
        """Letters beyond ASCII may stand in a form as they are, which is what curl -d sends."""
        answer = ask(ada, "POST", "/messages/render", data="content=Grüße".encode(),
                     headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.json()["rendered"] == "<p>Grüße</p>"

    def test_files_are_no_texts(self, ada: Program) -> None:
        """A part with a file name is a file, and is not taken for a text parameter."""
        answer = ask(ada, "POST", "/messages/render", files={"content": ("x.txt", b"text", "text/plain")})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
        assert "content" in answer.json()["msg"]

    def test_json_keeps_its_types(self, ada: Program) -> None:
        """In a JSON body a text parameter may be given as a number would be written, and null is absence."""
        answer = ask(ada, "POST", "/messages/render", json={"content": 42, "client": None})
        assert answer.json()["rendered"] == "<p>42</p>"
        missing = ask(ada, "POST", "/messages/render", json={"content": None}).json()
        assert (missing["code"], missing["var_name"]) == ("REQUEST_VARIABLE_MISSING", "content")


class RefusalTests:
    @pytest.mark.parametrize("value", ["True", "1", "yes", "TRUE", "0", '"true"', "", "null", " "])
    def test_booleans_are_true_or_false(self, ada: Program, value: str) -> None:
        """Of all the ways to say yes, `true` alone is understood."""
        answer = ask(ada, "GET", "/users/me/subscriptions", params={"include_subscribers": value})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
        assert "include_subscribers" in answer.json()["msg"]

    @pytest.mark.parametrize("value", [
        "-1", "5001", "1.5", "1e2", "two", "", "[]", "99999999999999999999999", "true", "0x1", "１", "NaN", "Infinity"])
    def test_numbers_have_bounds(self, ada: Program, value: str) -> None:
        """What is no whole number, or one outside its bounds, is refused by the parameter's name."""
        answer = ask(ada, "GET", "/messages", params={"anchor": "newest", "num_before": value, "num_after": "0"})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
        assert "num_before" in answer.json()["msg"]

    @pytest.mark.parametrize("value", ["nonsense", "1.5", "", "1 2", "9" * 40, "٣"])
    def test_anchors_are_ids_or_places(self, ada: Program, value: str) -> None:
        """An anchor is a number of a sane length or one of the named places."""
        answer = ask(ada, "GET", "/messages", params={"anchor": value, "num_before": "1", "num_after": "0"})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")

    @pytest.mark.parametrize("value", [
        "general", '"general"', "{}", "[1]", '[{"name": 1}]', '[{"description": "x"}]', '[{"name": "a"}', "[[]]",
        '[{"name": "\\ud800"}]', '[{"name": "a\\u0000b"}]', '[{"name": "a", "description": "a\\u0000b"}]',
        '[{"name": "' + "x" * 201 + '"}]', '[{"name": "x", "color": "red"}]', '[{"name": " "}]', "null",
        "[" * 5000 + "]" * 5000, json.dumps([{"name": f"n{number}"} for number in range(501)])])
    def test_lists_are_checked_within(self, ada: Program, value: str) -> None:
        """A JSON parameter is checked down to its last string; what is wrong creates nothing."""
        before = ada.ok("GET", "/streams")
        answer = ask(ada, "POST", "/users/me/subscriptions", data={"subscriptions": value})
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST"), answer.text
        assert ada.ok("GET", "/streams") == before

    def test_missing_is_named(self, ada: Program) -> None:
        """The first required parameter that is absent is named; one that is empty is not absent."""
        answer = ask(ada, "POST", "/messages", data={"to": "general"})
        assert (answer.status_code, answer.json()["code"], answer.json()["var_name"]) == (
            400, "REQUEST_VARIABLE_MISSING", "type")
        empty = ask(ada, "POST", "/messages", data={"type": "stream", "to": "general", "topic": "x", "content": ""})
        assert (empty.status_code, empty.json()["code"]) == (400, "BAD_REQUEST")

    def test_two_names_of_one_are_confusing(self, ada: Program) -> None:
        """A parameter and its older name must not both be sent, wherever each of them is; either alone is fine."""
        message = {"type": "stream", "to": "general", "content": "x"}
        both = ask(ada, "POST", "/messages", data={**message, "topic": "a", "subject": "b"})
        apart = ask(ada, "POST", "/messages", params={"subject": "b"}, data={**message, "topic": "a"})
        for answer in (both, apart):
            assert answer.status_code == 400
            assert answer.json()["code"] == "REQUEST_CONFUSING_VAR"
            assert {answer.json()["var_name1"], answer.json()["var_name2"]} == {"topic", "subject"}
        assert ask(ada, "POST", "/messages", data={**message, "subject": "by its old name"}).status_code == 200
        assert "by its old name" in {
            message["subject"] for message in ada.messages(narrow=[["topic", "by its old name"]])}

    def test_what_nobody_reads_is_named(self, ada: Program) -> None:
        """Unknown parameters do no harm: they are named, sorted, in a success; places in the path and what any
        client may send are not among them."""
        answer = ask(ada, "POST", "/messages/render", data={
            "content": "x", "zebra": "1", "Content": "2", "client": "probe", "dont_block": "true"}).json()
        assert answer["ignored_parameters_unsupported"] == ["Content", "zebra"]
        assert "ignored_parameters_unsupported" not in ask(
            ada, "GET", "/users/1", params={"user_id": "1"}).json()
        refused = ask(ada, "POST", "/messages/render", data={"zebra": "1"}).json()
        assert "ignored_parameters_unsupported" not in refused

    def test_there_are_not_too_many(self, ada: Program) -> None:
        """More parameters than any route could have are refused in every dress."""
        many = {"content": "x", **{f"p{number}": "1" for number in range(250)}}
        for dress, dressed in DRESSES.items():
            answer = ask(ada, "POST", "/messages/render", **dressed(many))
            assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST"), dress

    def test_ids_in_paths_have_bounds(self, ada: Program, hedys_id: int) -> None:
        """An id in a path is a number that a row could have; anything else is no path of ours."""
        assert ask(ada, "GET", f"/users/{hedys_id}").status_code == 200
        for wrong in ("2147483648", "99999999999999999999", "-1", "1.0", "%31%30x", "0x1", "%00", "1%20"):
            answer = ask(ada, "GET", f"/messages/{wrong}")
            assert (answer.status_code, answer.json()["result"]) == (404, "error"), wrong
        assert ask(ada, "GET", "/messages/2147483647").json()["code"] == "BAD_REQUEST"

    def test_names_of_clients_are_cleaned(self, ada: Program) -> None:
        """What a client calls itself is kept with its messages, without what cannot be shown, and cut short."""
        alan = Program(ada.server, ALAN)
        for named, kept in (("a\x00b\nc", "abc"), ("x" * 100, "x" * 30), ("  spaced  ", "spaced")):
            message_id = alan.send("hello", client=named)
            assert alan.ok("GET", f"/messages/{message_id}")["message"]["client"] == kept
