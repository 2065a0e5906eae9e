"""The folder for everything that must last: made, proved writable, and locked against a second server.

Knows nothing of what lies in it.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from chat.settings import StartError

LOCK_NAME = "lock"


class FolderInUseError(StartError):
    """A server runs on the folder."""


class FolderLock:
    """The right to use a data folder, until `release` or the end of this process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def name_holder(self) -> None:
        """Write this process's id into the lock, for what a second server says."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another server use the folder."""
        os.close(self._descriptor)


def lock_data_folder(folder: Path) -> FolderLock:
    """Make `folder` where it is missing and lock it. Raises StartError when that cannot be.

    The lock is the operating system's: it goes with the process, however that ends, and a process that
    is forked off (a daemon) shares it.
    """
    try:
        # Root's PostgreSQL is another account, which must be able to pass through.
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartError(f"The data folder {folder} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
        os.close(descriptor)
        by = f" (process {holder})" if holder.isdigit() else ""
        raise FolderInUseError(f"The data folder {folder} is in use by another Plait server{by}.") from None
    return FolderLock(descriptor)
