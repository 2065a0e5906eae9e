"""The folder for everything that must last: made, proved writable, and locked against a second server; and the secrets
that are kept in it rather than in the database.

Knows nothing of what lies in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
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


def kept_secret(folder: Path, name: str, size: int) -> bytes:
    """A secret of the server, made the first time it is asked for. Raises StartError where it cannot be kept.

    Only the server's own account can read the file. Of two who make it at once one wins, and both get the winner's.
    """
    path = folder / f"{name}.secret"
    try:
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = folder / f"{name}.{secrets.token_hex(8)}.new"
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(size))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(fresh, path)
            fresh.unlink()
        secret = path.read_bytes()
    except OSError as error:
        raise StartError(f"The secret {path} cannot be kept: {error.strerror}.") from error
    if len(secret) != size:
        raise StartError(f"The secret {path} is damaged: it must be {size} bytes long.")
    return secret
