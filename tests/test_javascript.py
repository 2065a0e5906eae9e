"""The browser client's own tests (`tests/static`), run by Node's test runner."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT_S = 300


def find_node() -> str:
    """The node that `make setup` put beside Python, else the machine's."""
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    assert found, "no node: run `make setup`"
    return found


class JavascriptTests:
    def test_all_of_the_browser_clients_tests_pass(self) -> None:
        files = sorted(str(path) for path in (ROOT / "tests" / "static").rglob("*js") if "test" in path.name)
        assert files, "tests/static holds no tests"
        environment = {key: value for key, value in os.environ.items() if key != "NODE_TEST_CONTEXT"}
        done = subprocess.run(
            [find_node(), "--test", "--test-reporter=tap", *files],
            cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=TIME_LIMIT_S,
        )  # fmt: skip
        report = f"{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, report
        passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
        assert passed, report
        assert int(passed[1]) > 0, report
