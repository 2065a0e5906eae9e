"""Files that people upload, on disk under the data folder: received, kept, removed. Blocking, unless said otherwise.

    uploads/pending/TOKEN           what is being received, or just then kept or removed
    uploads/files/TO/TOKEN          a kept file
    uploads/thumbnails/TO/TOKEN/    its thumbnails
    uploads/pictures/TOKEN*.EXT     avatars and emoji, which anyone may see who knows their name
    uploads/drawn/                  pictures that can be drawn anew at any time

A token is random and names one upload. Order makes it crash-safe: a file is whole on disk before the database speaks of
it, and gone from the database before it is gone from disk; in between its token is in `pending`. Whoever starts asks
the database about the tokens found there, and removes what it does not know. Knows no SQL, no permissions, no names.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

TOKEN = re.compile(r"[A-Za-z0-9]{24}")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def new_token() -> str:
    """142 bits that nobody guesses, of letters that stand for themselves in paths, links and markdown."""
    return "".join(secrets.choice(_LETTERS) for _ in range(24))


@dataclass(slots=True)
class ReceivedFile:
    """A file that came with a request. Whoever takes it (`with`) has it removed at the end, unless it was kept."""

    token: str
    path: Path
    filename: str
    size: int = 0
    is_taken: bool = False
    _file: BinaryIO | None = field(default=None, repr=False)

    def write(self, data: bytes) -> None:
        """Append; not to be called after `close`."""
        assert self._file is not None
        self._file.write(data)
        self.size += len(data)

    def close(self) -> None:
        """All is received."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Remove what was received (what was kept of it stays)."""
        self.close()
        with suppress(FileNotFoundError):
            self.path.unlink()

    def __enter__(self) -> ReceivedFile:
        self.is_taken = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.discard()


class FileStore:
    """`shared`: whether the group of the server's account, as nginx may be in it, reads the folders too."""

    def __init__(self, data: Path, *, shared: bool = False) -> None:
        self.root = root = data / "uploads"
        self._mode = 0o750 if shared else 0o700
        self._pending, self._files, self._thumbnails = root / "pending", root / "files", root / "thumbnails"
        self._pictures, self._drawn = root / "pictures", root / "drawn"

    def prepare(self) -> None:
        """Make the folders."""
        missing = [folder for folder in (self._pending, self._files, self._thumbnails, self._pictures, self._drawn)
                   if not folder.is_dir()]
        for folder in missing:
            folder.mkdir(mode=self._mode, parents=True, exist_ok=True)
        for folder in (self.root, self._files, self._thumbnails, self._pictures, self._drawn):
            folder.chmod(self._mode)
        if missing:
            _sync(self._files.parent)
            _sync(self._files.parent.parent)

    def receive(self, filename: str) -> ReceivedFile:
        """A place for a file that is about to come. Quick."""
        token = new_token()
        path = self._pending / token
        return ReceivedFile(token, path, filename, _file=path.open("xb"))

    def file(self, token: str) -> Path:
        return self._files / token[:2] / token

    def thumbnails(self, token: str) -> Path:
        """The folder of a file's thumbnails."""
        return self._thumbnails / token[:2] / token

    def picture(self, name: str) -> Path:
        """An avatar's or emoji's file, by its token and what follows it."""
        return self._pictures / name

    def drawn(self, name: str) -> Path:
        return self._drawn / name

    def keep(self, received: ReceivedFile) -> None:
        """Have a received file last. Its token stays pending."""
        _sync(received.path)
        target = self.file(received.token)
        if not target.parent.exists():
            target.parent.mkdir(mode=self._mode, exist_ok=True)
            _sync(target.parent.parent)
        try:
            os.link(received.path, target)
        except OSError:  # a file system without links
            received.path.replace(target)
        _sync(target.parent)

    def mark(self, token: str) -> None:
        """Make a token pending: something of it is about to be made or removed."""
        (self._pending / token).touch(mode=0o600)
        _sync(self._pending)

    def settle(self, token: str) -> None:
        """What was made of a token is in the database now."""
        with suppress(FileNotFoundError):
            (self._pending / token).unlink()

    def remove(self, token: str) -> None:
        """Remove everything of a token, which may be little or nothing."""
        assert TOKEN.fullmatch(token)
        with suppress(FileNotFoundError):
            self.file(token).unlink()
        shutil.rmtree(self.thumbnails(token), ignore_errors=True)
        for picture in self._pictures.glob(f"{token}[.-]*"):
            picture.unlink(missing_ok=True)
        self.settle(token)

    def pending(self) -> list[str]:
        """The tokens under way: at the start of a server, those that a crash left behind."""
        return sorted(path.name for path in self._pending.iterdir() if TOKEN.fullmatch(path.name))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
