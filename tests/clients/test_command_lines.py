"""Programs for a shell, unmodified from PyPI: zulip-send and zulip-api of the package `zulip`, `zulipcli`, and
`zulip-exporter` for Prometheus."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, GRACE, Program, wait_until
from tests.support.registry import python_programs
from tests.support.server import RunningServer, free_port, start_server


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server() as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: RunningServer) -> Program:
    return Program(server, ADA)


@pytest.fixture
def home(ada: Program, tmp_path: Path) -> Path:
    """A home folder with Ada's zuliprc, under both names that are looked for."""
    for name in ("zuliprc", ".zuliprc"):
        (tmp_path / name).write_text(f"[api]\nemail={ada.email}\nkey={ada.key}\nsite={ada.server.url}\n")
    return tmp_path


def run(home: Path, program: Path, *words: str, typed: str = "") -> str:
    """What a program of Ada's prints; it must succeed."""
    ended = subprocess.run([str(program), *words], check=False, capture_output=True, text=True, input=typed, timeout=60,
                           cwd=home, env={"HOME": str(home), "PATH": os.defpath, "COLUMNS": "200"})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def programs() -> Path:
    """Of the package `zulip`."""
    return python_programs("zulip", ["zulip==0.9.1"])


@pytest.fixture(scope="module")
def program() -> Path:
    """zulipcli."""
    return python_programs("zulipcli", ["zulipcli==0.11"]) / "zulipcli"


class ZulipProgramsTests:
    def test_zulip_send_to_a_channel_and_to_people(self, ada: Program, home: Path, programs: Path) -> None:
        run(home, programs / "zulip-send", "--stream", "general", "--subject", "from a shell", "--message", "**hello**")
        newest = ada.messages()[-1]
        assert (newest["subject"], newest["content"]) == ("from a shell", "**hello**")
        run(home, programs / "zulip-send", GRACE, typed="a line for Grace\n")
        newest = ada.messages()[-1]
        assert (newest["type"], newest["content"]) == ("private", "a line for Grace")
        assert GRACE in {one["email"] for one in newest["display_recipient"]}

    def test_zulip_api_sends_edits_reacts_and_deletes(self, ada: Program, home: Path, programs: Path) -> None:
        api = programs / "zulip-api"
        run(home, api, "send-message", "--stream", "general", "--subject", "by zulip-api", "--message", "first")
        message_id = str(ada.messages()[-1]["id"])
        run(home, api, "update-message", message_id, "--message", "second")
        run(home, api, "add-reaction", message_id, "tada")
        message = ada.messages()[-1]
        assert (message["content"], message["reactions"][0]["emoji_name"]) == ("second", "tada")
        assert "first" in run(home, api, "get-message-history", message_id)
        assert "engineering" in run(home, api, "get-subscriptions")
        run(home, api, "mark-all-as-read")
        run(home, api, "delete-message", message_id)
        assert ada.messages()[-1]["id"] != int(message_id)


class ZulipCliTests:
    def test_reading(self, home: Path, program: Path) -> None:
        assert {"engineering", "general", "random"} <= set(run(home, program, "streams").split())
        assert "welcome" in run(home, program, "topics", "general")
        assert "With pleasure, I bring the drawings." in run(home, program, "read", "general", "team lunch")
        assert "After three is good." in run(home, program, "dm", "grace")
        assert "grace@plait.example" in run(home, program, "users", "list")

    def test_sending_then_finding(self, ada: Program, home: Path, program: Path) -> None:
        run(home, program, "send", "--stream", "general", "--topic", "from zulipcli", typed="the shuttle sings")
        assert ada.messages()[-1]["content"] == "the shuttle sings"
        assert "the shuttle sings" in run(home, program, "search", "shuttle")

    def test_inviting(self, ada: Program, home: Path, program: Path) -> None:
        assert ada.server.url in run(home, program, "users", "invite-link")
        run(home, program, "users", "invite", "new@plait.example")
        assert "new@plait.example" in run(home, program, "users", "invited")


class ExporterTests:
    def test_figures_of_an_organisation(self, ada: Program, home: Path) -> None:
        program = python_programs("zulip-exporter", ["zulip-exporter==0.0.9"], oldest=12) / "zulip-exporter"
        port = free_port()
        environment = {"HOME": str(home), "PATH": os.defpath, "ZULIP_EMAIL": ada.email, "ZULIP_API_KEY": ada.key,
                       "ZULIP_SITE": ada.server.url, "PORT": str(port)}
        process = subprocess.Popen([str(program)], env=environment, cwd=home, stderr=subprocess.PIPE)
        try:
            figures = wait_until("the exporter answers", lambda: self._figures(port))
        finally:
            process.terminate()
            process.communicate(timeout=20)
        assert 'zulip_server{info="zulip_feature_level"} 278.0' in figures
        assert "zulip_stream_total 3.0" in figures and "zulip_user_active_total 5.0" in figures

    @staticmethod
    def _figures(port: int) -> Any:
        try:
            return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=20).text
        except requests.ConnectionError:
            return None
