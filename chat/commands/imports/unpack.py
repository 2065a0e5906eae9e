"""An archive's files, in a folder: unpacked once, and safely, from a tar or a zip; or the folder itself."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from chat.commands.imports.records import ImportFailed
from chat.database.migrate import one_line

_DONE = ".unpacked"
MAX_MEMBERS = 5_000_000


def unpacked(archive: Path, scratch: Path) -> Path:
    """The folder with the archive's files; `scratch` is where it is made, and kept for an import that goes on.

    Raises ImportFailed for what is no archive, or one that reaches outside its folder.
    """
    if archive.is_dir():
        return _root(archive)
    if not archive.is_file():
        raise ImportFailed(f"There is no file {archive}.")
    if not (scratch / _DONE).exists():
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, parents=True)
        try:
            _unpack(archive, scratch)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise ImportFailed(f"{archive} cannot be unpacked: {one_line(error).rstrip(':')}.") from error
        (scratch / _DONE).touch()
    return _root(scratch)


def _unpack(archive: Path, folder: Path) -> None:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for member in packed.infolist()[:MAX_MEMBERS]:
                _check(member.filename)
                packed.extract(member, folder)
        return
    with tarfile.open(archive) as tar:
        for number, entry in enumerate(tar):
            if number >= MAX_MEMBERS:
                raise ValueError("it has too many files")
            _check(entry.name)
            if entry.isfile() or entry.isdir():
                tar.extract(entry, folder, filter="data")


def _check(name: str) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name:
        raise ValueError(f"it has a file outside of itself, {name!r}")


def _root(folder: Path) -> Path:
    """Archives often hold one folder with everything in it."""
    inside = [path for path in folder.iterdir() if path.name != _DONE]
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
