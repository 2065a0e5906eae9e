"""The server is restarted, or dies, under the package `zulip` from PyPI: it goes on hearing by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zulip

from tests.clients.visitors import ADA, DEADLINE_S, LINUS, Program, wait_until
from tests.support.server import RunningServer, start_server


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with start_server(demo=True) as server:
        yield server


class _StopListening(Exception):
    pass


class Bot:
    """Listens for messages as every bot does, in a thread."""

    def __init__(self, server: RunningServer, email: str, folder: Path) -> None:
        file = folder / "zuliprc"
        file.write_text(f"[api]\nemail={email}\nkey={Program(server, email).key}\nsite={server.url}\n")
        self.heard: list[str] = []
        self.registered = 0
        self._client = zulip.Client(config_file=str(file), retry_on_errors=True)
        register = self._client.register

        def counting(*args: Any, **options: Any) -> Any:
            answer = register(*args, **options)
            self.registered += 1
            return answer

        self._client.register = counting  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        wait_until("the bot listens", lambda: self.registered)

    def hears(self, content: str) -> None:
        wait_until(f"the bot hears {content}", lambda: content in self.heard)

    def end(self) -> None:
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def _listen(self) -> None:
        with pytest.raises(_StopListening):
            self._client.call_on_each_message(self._hear)

    def _hear(self, message: dict[str, Any]) -> None:
        self.heard.append(message["content"])
        if message["content"] == "stop":
            raise _StopListening


def test_restarted(server: RunningServer, tmp_path: Path) -> None:
    """A server that is restarted in good order loses no message of a bot, which keeps its queue."""
    ada, bot = Program(server, ADA), Bot(server, LINUS, tmp_path)
    ada.send("one")
    bot.hears("one")
    server.restart()
    ada.send("two")
    bot.hears("two")
    ada.send("stop")
    bot.end()
    assert (bot.heard, bot.registered) == (["one", "two", "stop"], 1)


def test_killed(server: RunningServer, tmp_path: Path) -> None:
    """After a crash a bot is told that its queue is gone, registers anew and hears what is said from then on."""
    ada, bot = Program(server, ADA), Bot(server, LINUS, tmp_path)
    ada.send("one")
    bot.hears("one")
    server.kill()
    server.start()
    wait_until("the bot registers anew", lambda: bot.registered == 2)
    ada.send("stop")
    bot.end()
    assert bot.heard == ["one", "stop"]
