"""The webhooks' address over real HTTP: who may post, how, and what they and the bot's owner are told."""

from __future__ import annotations

import hmac
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, Program
from tests.support.server import RunningServer, start_server

NUMBERS = itertools.count(1)
PUSH: dict[str, Any] = {
    "ref": "refs/heads/main", "compare": "https://github.example/c", "sender": {"login": "ada"},
    "repository": {"name": "loom"}, "commits": [{"id": "9f1d2c3b4a5e", "message": "weft: Hold.", "url": ""}]}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server() as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: RunningServer) -> Program:
    return Program(server, ADA)


def post(ada: Program, service: str, body: Any, headers: dict[str, str] | None = None, **query: Any
         ) -> requests.Response:
    """What a service does: it posts to the address it was given, and knows nothing else."""
    given = {"api_key": ada.key, "stream": "general", **query}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(
        f"{ada.server.url}/api/v1/external/{service}", timeout=DEADLINE_S, data=data,
        params={name: value if isinstance(value, str) else json.dumps(value)
                for name, value in given.items() if value is not None},
        headers={"Content-Type": "application/json", "X-GitHub-Event": "push", **(headers or {})})


def newest(ada: Program) -> dict[str, Any]:
    return ada.messages(num_before=1)[-1]


def test_a_push_becomes_a_message_in_the_topic_of_its_branch(ada: Program) -> None:
    answer = post(ada, "github", PUSH)
    assert (answer.status_code, answer.json()) == (200, {"result": "success", "msg": ""})
    message = newest(ada)
    assert (message["display_recipient"], message["subject"]) == ("general", "loom / main")
    assert "weft: Hold." in message["content"]
    assert message["client"] == "ZulipGitHubWebhook"


def test_the_address_may_name_the_topic_and_the_channel_by_its_id(ada: Program) -> None:
    channel_id = ada.ok("GET", "/get_stream_id", stream="general")["stream_id"]
    assert post(ada, "github", PUSH, stream=str(channel_id), topic="deploys").status_code == 200
    assert newest(ada)["subject"] == "deploys"


def test_a_delivery_that_is_repeated_is_said_once(ada: Program) -> None:
    post(ada, "github", PUSH, {"X-GitHub-Delivery": "guid-1"})
    first = newest(ada)["id"]
    assert post(ada, "github", PUSH, {"X-GitHub-Delivery": "guid-1"}).status_code == 200
    assert newest(ada)["id"] == first


@pytest.mark.parametrize("query, is_told", [
    ({"only_events": ["pu*"]}, True), ({"only_events": ["issues"]}, False), ({"exclude_events": ["push"]}, False),
    ({"exclude_events": ["issue*"]}, True), ({"only_events": ["push"], "exclude_events": ["*"]}, False)])
def test_only_the_events_wanted_are_told(ada: Program, query: dict[str, Any], is_told: bool) -> None:
    before = newest(ada)["id"]
    assert post(ada, "github", PUSH, **query).json()["result"] == "success"
    assert (newest(ada)["id"] > before) is is_told


def test_an_event_that_becomes_no_message_is_named_in_the_answer(ada: Program) -> None:
    before = newest(ada)["id"]
    answer = post(ada, "github", PUSH, {"X-GitHub-Event": "gollum"})
    assert answer.status_code == 200
    assert answer.json() == {
        "result": "success", "code": "UNSUPPORTED_WEBHOOK_EVENT_TYPE", "webhook_name": "GitHub", "event_type": "gollum",
        "msg": "GitHub's event 'gollum' is not one that becomes a message"}
    assert newest(ada)["id"] == before


@pytest.mark.parametrize("body, headers, code", [
    (b"{", {}, "INVALID_JSON"), (b"7", {}, "INVALID_JSON"), (b"", {}, "INVALID_JSON"),
    (b"[" * 5000, {}, "INVALID_JSON"), (b"\xff\xfe", {}, "INVALID_JSON"),
    (json.dumps({"ref": "x"}).encode(), {}, "ANOMALOUS_WEBHOOK_PAYLOAD"),
    (json.dumps({**PUSH, "commits": 7}).encode(), {}, "ANOMALOUS_WEBHOOK_PAYLOAD"),
    (json.dumps(PUSH).encode(), {"X-GitHub-Event": ""}, "MISSING_HTTP_EVENT_HEADER")])
def test_what_cannot_be_read_is_refused_in_the_envelope(
        ada: Program, body: bytes, headers: dict[str, str], code: str) -> None:
    answer = post(ada, "github", body, headers)
    assert (answer.status_code, answer.json()["result"], answer.json()["code"]) == (400, "error", code)
    assert answer.json()["webhook_name"] == "GitHub"


def test_a_body_that_is_too_large_is_refused(ada: Program) -> None:
    answer = post(ada, "json", b'{"text": "' + b"x" * 3_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("query, status", [
    ({"api_key": "wrong"}, 401), ({"api_key": None}, 401), ({"stream": "nowhere"}, 400),
    ({"only_events": "no list"}, 400)])
def test_a_wrong_address_is_refused(ada: Program, query: dict[str, Any], status: int) -> None:
    answer = post(ada, "github", PUSH, **query)
    assert (answer.status_code, answer.json()["result"]) == (status, "error")


def test_an_integration_that_is_not_there_is_not_found(ada: Program) -> None:
    assert post(ada, "nonesuch", PUSH).status_code == 404


def test_basic_authentication_does_as_well(ada: Program) -> None:
    answer = ada.session.post(f"{ada.server.url}/api/v1/external/json", timeout=DEADLINE_S,
                              params={"stream": "general", "topic": "by name"}, json={"text": "hello"})
    assert answer.status_code == 200, answer.text
    assert (newest(ada)["subject"], newest(ada)["content"]) == ("by name", "hello")


def test_a_form_is_read_too(ada: Program) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(ada, "json", b"payload=%7B%22text%22%3A%22from+a+form%22%7D", form).status_code == 200
    assert newest(ada)["content"] == "from a form"
    assert post(ada, "json", b"text=plain+fields", form).status_code == 200
    assert newest(ada)["content"] == "plain fields"


def test_text_from_outside_mentions_nobody(ada: Program) -> None:
    post(ada, "json", {"text": "@**all** @**Grace Hopper** @_**Grace Hopper**"})
    rendered = ada.messages(num_before=1, apply_markdown=True)[-1]["content"]
    assert "user-mention" not in rendered


@pytest.fixture
def bot(ada: Program) -> Iterator[dict[str, Any]]:
    """An incoming webhook of Ada's."""
    number = next(NUMBERS)
    made = ada.ok("POST", "/bots", full_name=f"Hook {number}", short_name=f"hook-{number}", bot_type=2)
    yield {**made, "full_name": f"Hook {number}"}
    ada.ok("DELETE", f"/bots/{made['user_id']}")


def test_a_bot_with_a_signing_secret_takes_only_what_is_signed(ada: Program, bot: dict[str, Any]) -> None:
    body, key = json.dumps(PUSH).encode(), bot["api_key"]
    assert post(ada, "github", body, api_key=key).status_code == 200
    ada.ok("PATCH", f"/bots/{bot['user_id']}", config_data={"signing_secret": "thread"})
    refused = post(ada, "github", body, api_key=key)
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHORIZED")
    wrong = hmac.new(b"other", body, "sha256").hexdigest()
    assert post(ada, "github", body, {"X-Hub-Signature-256": f"sha256={wrong}"}, api_key=key).status_code == 401
    right = hmac.new(b"thread", body, "sha256").hexdigest()
    assert post(ada, "github", body, {"X-Hub-Signature-256": f"sha256={right}"}, api_key=key).status_code == 200


def test_the_owner_hears_once_of_what_cannot_be_read(ada: Program, bot: dict[str, Any]) -> None:
    before = newest(ada)["id"]
    for _ in range(3):
        assert post(ada, "github", b"{", api_key=bot["api_key"]).status_code == 400
    told = [message for message in ada.messages() if message["id"] > before]
    assert [(message["sender_full_name"], message["type"]) for message in told] == [(bot["full_name"], "private")]
    assert "GitHub" in told[0]["content"] and "Malformed JSON" in told[0]["content"]


def test_without_a_channel_the_owner_gets_a_direct_message(ada: Program, bot: dict[str, Any]) -> None:
    assert post(ada, "github", PUSH, api_key=bot["api_key"], stream=None).status_code == 200
    assert (newest(ada)["type"], newest(ada)["sender_full_name"]) == ("private", bot["full_name"])
