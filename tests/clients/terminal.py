"""A program in a terminal (tmux), and zulip-term installed from PyPI into a folder of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from types import TracebackType

import pytest

from tests.clients.visitors import wait_until

ROOT = Path(__file__).resolve().parents[2]
VERSION = "0.7.0"
FOLDER = ROOT / "var" / "clients" / f"zulip-term-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}"
INSTALL_TIMEOUT_S = 300
PYTHONS = ("python3.10", "python3.9", "python3.8")
"""Those that the package says it is for, the newest first. Without any of them it runs, just as it is, on ours."""


def installed_zulip_term() -> Path:
    """The program zulip-term, installed when first asked for. Skips, loudly, where that cannot be had."""
    if shutil.which("tmux") is None:
        pytest.skip("THE TERMINAL CLIENT DID NOT RUN: no tmux on this machine")
    program = FOLDER / "bin" / "zulip-term"
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / "complete").exists():
            shutil.rmtree(FOLDER, ignore_errors=True)
            _install()
            (FOLDER / "complete").touch()
    return program


def _install() -> None:
    python = next((name for name in PYTHONS if _runs(name)), sys.executable)
    try:
        for words in ([python, "-m", "venv", str(FOLDER)],
                      [str(FOLDER / "bin" / "pip"), "install", "-q", "--ignore-requires-python",
                       f"zulip-term=={VERSION}"]):
            subprocess.run(words, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
    except (subprocess.SubprocessError, OSError) as error:
        words = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        pytest.skip(f"THE TERMINAL CLIENT DID NOT RUN: zulip-term could not be installed: {words[-1:]}")


def _runs(python: str) -> bool:
    """Whether there is such a Python, and not just a name that leads to none."""
    return shutil.which(python) is not None and subprocess.run(
        [python, "--version"], check=False, capture_output=True, timeout=20).returncode == 0


class Terminal:
    """One program in a terminal of its own. Leaving the context ends both."""

    def __init__(self, words: list[str], home: Path, *, width: int = 150, height: int = 45) -> None:
        self._name = f"plait-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "screen-256color", "LANG": "C.UTF-8",
                       "LC_ALL": "C.UTF-8"}
        subprocess.run(
            ["tmux", "-u", "-L", self._name, "-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y",
             str(height), "-s", "main", *words, ";", "set-option", "-g", "remain-on-exit", "on"],
            check=True, cwd=home, env=environment, timeout=20)

    def press(self, *keys: str) -> None:
        """Keys by tmux' names (`Enter`, `C-d`), one after the other."""
        self._tmux("send-keys", "-t", "main", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "main", "-l", text)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p", "-t", "main")

    def sees(self, text: str) -> None:
        """Wait until this is on the screen."""
        try:
            wait_until(f"the screen shows {text!r}", lambda: text in self.text)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text}") from None

    def sees_no_more(self, text: str) -> None:
        wait_until(f"the screen shows {text!r} no more", lambda: text not in self.text)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> None:
        subprocess.run(["tmux", "-L", self._name, "kill-server"], check=False, capture_output=True, timeout=20)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-u", "-L", self._name, *words], check=True, capture_output=True, text=True,
                              timeout=20)
        return done.stdout
