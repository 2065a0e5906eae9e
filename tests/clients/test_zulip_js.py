"""The npm package `zulip-js`, unmodified: what a program made with it does."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.visitors import ADA, PASSWORD
from tests.support.registry import node_modules
from tests.support.server import start_server

SCRIPT = Path(__file__).with_name("zulip_js.cjs")


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """The answers that the program got, and the message that it heard."""
    folder = node_modules("zulip-js", ["zulip-js@2.1.0"])
    node = shutil.which("node")
    assert node is not None, "npm is there, and node is not"
    with start_server() as server:
        ended = subprocess.run([node, SCRIPT, folder, server.url, ADA, PASSWORD], check=False, capture_output=True,
                               text=True, timeout=90)
        assert ended.returncode == 0, ended.stderr
        yield json.loads(ended.stdout.splitlines()[-1])


def test_it_signs_in_with_a_password_and_knows_itself(seen: dict[str, Any]) -> None:
    assert (seen["profile"]["result"], seen["profile"]["email"]) == ("success", ADA)


def test_it_makes_a_channel_and_finds_it(seen: dict[str, Any]) -> None:
    assert seen["made"]["subscribed"] == {str(seen["profile"]["user_id"]): ["from js"]} or seen["made"]["subscribed"]
    assert "from js" in {one["name"] for one in seen["streams"]["streams"]}
    assert "general" in {one["name"] for one in seen["subscriptions"]["subscriptions"]}


def test_it_hears_what_it_sends(seen: dict[str, Any]) -> None:
    assert (seen["heard"]["id"], seen["heard"]["subject"]) == (seen["sent"]["id"], "café")


def test_it_edits_flags_reacts_and_reads_again(seen: dict[str, Any]) -> None:
    assert seen["updated"]["result"] == seen["reacted"]["result"] == "success"
    assert seen["flagged"]["messages"] == [seen["sent"]["id"]]
    (message,) = [one for one in seen["found"]["messages"] if one["id"] == seen["sent"]["id"]]
    assert message["content"] == "<p>to be <strong>heard</strong></p>"
    assert "starred" in message["flags"]
    assert [one["emoji_name"] for one in message["reactions"]] == ["tada"]


@pytest.mark.parametrize("call", ["direct", "typing", "emoji", "server", "removed", "topicsBefore", "rendered"])
def test_its_other_calls_succeed(seen: dict[str, Any], call: str) -> None:
    assert seen[call]["result"] == "success", seen[call]


def test_a_refusal_is_told_with_its_code(seen: dict[str, Any]) -> None:
    assert (seen["wrong"]["result"], seen["wrong"]["code"]) == ("error", "STREAM_DOES_NOT_EXIST")
