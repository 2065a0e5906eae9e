"""The packages `zulip_bots` and `zulip-botserver` from PyPI, unmodified: bots of theirs run against a server.

They come from the registry into an environment of their own; where that cannot be had the tests are skipped, and say
so.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, GRACE, Program, wait_until
from tests.support.server import RunningServer, free_port, start_server

PACKAGES = ("zulip_bots==0.9.1", "zulip-botserver==0.9.1")
INSTALL_TIMEOUT_S = 300
GENERIC, OUTGOING = 1, 3


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages' programs."""
    place = tmp_path_factory.mktemp("zulip_bots")
    try:
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True,
                       timeout=INSTALL_TIMEOUT_S)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True, capture_output=True,
                       timeout=INSTALL_TIMEOUT_S)
    except (subprocess.SubprocessError, OSError) as error:
        told = getattr(error, "stderr", None) or str(error).encode()
        reason = f"{' and '.join(PACKAGES)} could not be installed: {told[-300:].decode(errors='replace')}"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    return place / "bin"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """One that may ask servers on this machine."""
    with start_server(options=["--allowed-networks", "127.0.0.0/8"]) as running:
        yield running


class Bot:
    """A bot of Ada's, made with the API, in the channel general."""

    def __init__(self, ada: Program, name: str, folder: Path, **params: Any) -> None:
        self.name, self.folder = name, folder
        made = ada.ok("POST", "/bots", full_name=name.title(), short_name=name, **params)
        self.user_id: int = made["user_id"]
        self.email = next(bot["username"] for bot in ada.ok("GET", "/bots")["bots"]
                          if bot["full_name"] == name.title())
        ada.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}], principals=[self.user_id])
        self.zuliprc = folder / f"{name}.zuliprc"
        self.zuliprc.write_text(ada.ok("GET", f"/bots/{self.user_id}/zuliprc")["content"])

    def said(self, reader: Program) -> list[dict[str, Any]]:
        """The messages of it that `reader` sees, oldest first."""
        return reader.messages(narrow=[["sender", self.email]])

    def answers(self, reader: Program) -> list[str]:
        """Their texts."""
        return [message["content"] for message in self.said(reader)]

    def kept(self, owner: Program) -> dict[str, str]:
        """What it keeps with the server."""
        key = owner.ok("GET", f"/bots/{self.user_id}/api_key")["api_key"]
        kept: dict[str, str] = Program(owner.server, self.email, key).ok("GET", "/bot_storage")["storage"]
        return kept


@contextmanager
def running(command: list[Any], log: Path) -> Iterator[None]:
    """A program, until the block ends; what it prints goes to `log`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ZULIP_", "PYTHON"))}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment,
                                   cwd=log.parent)
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text(errors='replace')[-3000:]}") from error
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def run_bot(programs: Path, server: RunningServer, bot: Bot, *options: Any) -> Iterator[None]:
    """`zulip-run-bot`, from when it listens."""
    command = [programs / "zulip-run-bot", bot.name, "--config-file", bot.zuliprc, *options]
    with running(command, bot.folder / f"{bot.name}.log"):
        wait_until("the bot listens", lambda: re.search(
            rf"/api/v1/register 200 .*user={bot.user_id} ", server.log))
        yield


class RunBotTests:
    def test_incrementor(self, programs: Path, server: RunningServer, tmp_path: Path) -> None:
        """It counts how often it is mentioned, in one message that it edits, and keeps the number with the server."""
        ada, grace = Program(server, ADA), Program(server, GRACE)
        bot = Bot(ada, "incrementor", tmp_path, bot_type=GENERIC)
        with run_bot(programs, server, bot):
            for number in ("1", "2", "3"):
                grace.send("@**Incrementor** again", topic="counting")
                wait_until(f"it says {number}", lambda number=number: bot.answers(grace) == [number])
        assert bot.kept(ada) == {"number": "3", "message_id": str(bot.said(grace)[0]["id"])}

    def test_virtual_fs(self, programs: Path, server: RunningServer, tmp_path: Path) -> None:
        """It answers direct messages, and keeps its files with the server."""
        ada, grace = Program(server, ADA), Program(server, GRACE)
        bot = Bot(ada, "virtual_fs", tmp_path, bot_type=GENERIC)

        def ask(text: str, expected: str) -> None:
            before = len(bot.answers(grace))
            grace.ok("POST", "/messages", type="direct", to=[bot.user_id], content=text)
            said = wait_until("it answers", lambda: bot.answers(grace)[before:])
            assert expected in said[0], said

        with run_bot(programs, server, bot):
            ask("mkdir plans", "directory created")
            ask("write plans/castle high walls", "file written")
            ask("read plans/castle", "high walls")
        assert "high walls" in str(bot.kept(ada))

    def test_followup(self, programs: Path, server: RunningServer, tmp_path: Path) -> None:
        """With a configuration of its own it writes to another channel."""
        ada, grace = Program(server, ADA), Program(server, GRACE)
        ada.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": "followup"}])
        bot = Bot(ada, "followup", tmp_path, bot_type=GENERIC)
        settings = tmp_path / "followup.conf"
        settings.write_text("[followup]\nstream = followup\n")
        with run_bot(programs, server, bot, "--bot-config-file", settings):
            grace.send("@**Followup** order more chalk")
            said = wait_until("it writes", lambda: ada.messages(narrow=[["channel", "followup"]]))
        assert (said[0]["subject"], said[0]["content"]) == (GRACE, f"from {GRACE}: order more chalk")


class BotServerTests:
    def test_answers_webhooks(self, programs: Path, server: RunningServer, tmp_path: Path) -> None:
        """`zulip-botserver` with the configuration that the server gives: it is asked, and answers over the API."""
        ada, grace, port = Program(server, ADA), Program(server, GRACE), free_port()
        bots = [Bot(ada, name, tmp_path, bot_type=OUTGOING, payload_url=f"http://127.0.0.1:{port}/")
                for name in ("helloworld", "converter")]
        hello, converter = bots
        settings = tmp_path / "botserverrc"
        settings.write_text(ada.ok("GET", "/bots/botserverrc")["content"])
        command = [programs / "zulip-botserver", "--config-file", settings, "--port", str(port)]
        with running(command, tmp_path / "botserver.log"):
            wait_until("the bot server takes connections", lambda: _answers(port))
            grace.send("@**Helloworld** hi", topic="greetings")
            (said,) = wait_until("it greets", lambda: hello.answers(grace))
            assert said == "beep boop"
            grace.ok("POST", "/messages", type="direct", to=[converter.user_id], content="2 m cm")
            (said,) = wait_until("it converts", lambda: converter.answers(grace))
            assert "200" in said


def _answers(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    except requests.ConnectionError:
        return False
    return True
