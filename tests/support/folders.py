"""Temporary folders of a test run: PostgreSQL's account can enter them, and they outlive no run for long."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from chat.database.cluster import Cluster

_PREFIX = f"plait-tests-{os.geteuid()}-"


def make_folder() -> Path:
    """A new folder, short in name (a socket must fit in), to be removed with `remove_folder`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir="/tmp"))
    folder.chmod(0o711)
    return folder


def remove_folder(folder: Path) -> None:
    """Stop the PostgreSQL that was left running in `folder`, if any, and remove it."""
    Cluster(folder / "postgres").stop_leftover()
    shutil.rmtree(folder)


def remove_folders_of_the_dead() -> None:
    """Clean up after test runs that were killed."""
    for folder in Path("/tmp").glob(f"{_PREFIX}*"):
        pid = int(folder.name.removeprefix(_PREFIX).split("-")[0])
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            with suppress(FileNotFoundError):  # another test process is at it too
                remove_folder(folder)
