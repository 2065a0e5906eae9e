"""Programs of other people, from their registries, for tests that run them unmodified.

They are installed once into a folder beside the environment of the tests, and used again by later runs. Where the
registry, or the Python they want, cannot be had, the test is skipped, loudly.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.server import ROOT

FOLDER = ROOT / ".clients"
INSTALL_TIMEOUT_S = 300


def python_programs(name: str, packages: Sequence[str], *, oldest: int = 0, newest: int = 99) -> Path:
    """The folder of the programs of these packages of PyPI, in an environment of their own with a Python 3 between
    `oldest` and `newest` (minor versions)."""
    python = _python(oldest, newest)
    if python is None:
        _skip(f"{name} needs a Python 3.{oldest} to 3.{newest}, and there is none here")

    def install(folder: Path) -> None:
        _run([python, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "pip"), "install", "--quiet", *packages])

    return _installed(name, packages, install) / "bin"


def node_modules(name: str, packages: Sequence[str]) -> Path:
    """A folder from which a script of Node can require these packages of npm."""
    npm = shutil.which("npm")
    if npm is None:
        _skip(f"{name} needs npm, and there is none here")

    def install(folder: Path) -> None:
        folder.mkdir()
        _run([npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *packages])

    return _installed(name, packages, install)


def _installed(name: str, packages: Sequence[str], install: Callable[[Path], None]) -> Path:
    key = re.sub(r"[^\w.-]+", "_", " ".join([name, *packages]))[:120]
    folder = FOLDER / key
    with _turn(key):
        if not (folder / ".installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                install(folder)
            except (subprocess.SubprocessError, OSError) as error:
                told = getattr(error, "stderr", None) or str(error).encode()
                _skip(f"{' and '.join(packages)} could not be installed: {told[-300:].decode(errors='replace')}")
            (folder / ".installed").touch()
    return folder


@contextmanager
def _turn(key: str) -> Iterator[None]:
    """Test processes install one after the other."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _python(oldest: int, newest: int) -> str | None:
    """A Python of that age: this one, one on the PATH, or one of pyenv's."""
    if oldest <= sys.version_info.minor <= newest:
        return sys.executable
    for minor in range(min(newest, 30), oldest - 1, -1):
        found = shutil.which(f"python3.{minor}")
        kept = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(
            f"versions/3.{minor}.*/bin/python"))
        for python in [*([found] if found else []), *map(str, kept)]:
            tried = subprocess.run([python, "-c", "import venv, ensurepip"], check=False, capture_output=True)
            if tried.returncode == 0:
                return python
    return None


def _run(command: Sequence[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_TIMEOUT_S, env=environment)


def _skip(reason: str) -> NoReturn:
    warnings.warn(reason, stacklevel=2)
    pytest.skip(reason)
