"""The systemd unit: systemd understands it, finds it strict, and it starts the server as our options have it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import ROOT

UNIT = ROOT / "deploy" / "plait.service"


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    binary = shutil.which("systemd-analyze")
    if binary is None:
        pytest.skip("THE SYSTEMD UNIT WAS NOT TESTED: there is no systemd-analyze on this machine")
    return subprocess.run([binary, *words], check=False, capture_output=True, text=True, timeout=60)


class UnitTests:
    def test_is_understood(self, tmp_path: Path) -> None:
        """No unknown keys, no malformed values."""
        here = tmp_path / "plait.service"
        here.write_text(UNIT.read_text().replace("/opt/plait/venv/bin/twistd", sys.executable))
        done = analyze("verify", "--man=no", str(here))
        assert [line for line in done.stderr.splitlines() if "plait.service" in line] == []

    def test_is_strict(self) -> None:
        """systemd's own measure of what a service may do, from 0 (nothing) to 10 (everything)."""
        done = analyze("security", "--offline=true", "--threshold=20", str(UNIT))
        assert done.returncode == 0, done.stdout[-300:] + done.stderr

    def test_starts_the_server(self) -> None:
        """The command is one that the server takes."""
        line = r"^ExecStart=/opt/plait/venv/bin/twistd (.*) --config (\S+)$"
        command = re.search(line, UNIT.read_text(), re.MULTILINE)
        assert command
        assert command[1] == "-n --pidfile= chat"
        assert command[2] in (ROOT / "docs" / "deployment.md").read_text()
