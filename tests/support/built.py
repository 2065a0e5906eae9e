"""The browser's files as production serves them, made once for a run of tests."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def find_node() -> str:
    """The node that `make setup` put beside Python, else the machine's."""
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    assert found, "no node: run `make setup`"
    return found


@cache
def prod_static() -> Path:
    """A folder with what `make static` makes; not to be changed."""
    folder = tempfile.mkdtemp(prefix="plait-static-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    built = Path(folder) / "prod-static"
    done = subprocess.run([find_node(), "scripts/build_static.mjs", str(built)], cwd=ROOT, check=False,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return built
