"""Export and import of everything: one archive, from which an equal server can be made.

The archive is a compressed tar:

    plait.json            what this is, and of which version; first
    tables/NAME.csv       each table, with a line of names first
    uploads/...           each uploaded file, as it lies in the data folder
    secrets/NAME.secret   the server's secrets, without which what is sealed in the tables cannot be opened
    contents.json         rows and digest of each table, digest of each file, the counters; last

The same organisation gives the same bytes. An export is a snapshot: the server may go on meanwhile. An import goes into
an empty place, whole or not at all, and refuses what is not what was exported. Blocking.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import psycopg2

from chat import __version__
from chat.database import archive as sql
from chat.database.migrate import MigrationError, known_migrations, migrate, one_line

FORMAT = 1
HEAD, CONTENTS, TABLES, UPLOADS, SECRETS = "plait.json", "contents.json", "tables", "uploads", "secrets"
_UPLOAD_FOLDERS = ("files", "thumbnails", "pictures")
"""What of DATA/uploads is kept. The others hold what is under way, and what is drawn anew."""
_SECRET = "*.secret"
MAX_DESCRIPTION = 64 * 1024 * 1024
_CHUNK = 1 << 20

Say = Callable[[str], None]


class ArchiveError(Exception):
    """Why there is no export or import: one sentence."""


@dataclass
class Contents:
    """What was put into an archive, or found in one."""

    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name to columns and digest."""
    files: dict[str, str] = field(default_factory=dict)
    """Path to digest."""
    sequences: dict[str, int] = field(default_factory=dict)


def export(dsn: str, data: Path, target: Path, say: Say) -> Contents:
    """Write everything into `target`, which is there when it is whole. Raises ArchiveError."""
    if target.exists():
        raise ArchiveError(f"{target} is there already.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("wb") as file, sql.snapshot(dsn) as cursor:
            unfinished.chmod(0o600)  # it holds all that was ever said
            contents = _write(cursor, data, file, say)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
    except (OSError, psycopg2.Error) as error:
        raise ArchiveError(f"The export failed: {one_line(error)}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def _write(cursor: Any, data: Path, file: IO[bytes], say: Say) -> Contents:
    contents = Contents()
    with (gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
          tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar):
        _add(tar, HEAD, _json({"format": FORMAT, "schema": sql.version(cursor), "plait": __version__}))
        for table in sql.tables(cursor):
            with tempfile.TemporaryFile() as rows:
                sql.copy_out(cursor, table, rows)
                contents.tables[table.name] = {
                    "columns": table.columns, "sha256": _add_file(tar, f"{TABLES}/{table.name}.csv", rows)}
                say(f"{table.name}: {rows.tell():,} bytes")
        for path in sorted(data.glob(_SECRET)):
            with path.open("rb") as secret:
                contents.files[f"{SECRETS}/{path.name}"] = _add_file(tar, f"{SECRETS}/{path.name}", secret)
        for path in _uploads(data / UPLOADS):
            name = f"{UPLOADS}/{path.relative_to(data / UPLOADS).as_posix()}"
            try:
                with path.open("rb") as upload:
                    contents.files[name] = _add_file(tar, name, upload)
            except FileNotFoundError:
                say(f"{name} was removed meanwhile")
        contents.sequences = sql.sequences(cursor)
        _add(tar, CONTENTS, _json(vars(contents)))
    say(f"{len(contents.files):,} files")
    return contents


def import_(dsn: str, data: Path, source: Path, say: Say) -> Contents:
    """Make an empty place what the archive `source` is. Raises ArchiveError, and then nothing was changed."""
    try:
        with source.open("rb") as file, _reading(file) as tar:
            schema = _head(tar)
            with sql.snapshot(dsn) as cursor:
                if not sql.is_empty(cursor):
                    raise ArchiveError("There is an organisation here already: an import goes into an empty place.")
            uploads = _Uploads(data)
            try:
                return _take(dsn, tar, schema, uploads, say)
            except BaseException:
                uploads.remove()
                _start_over(dsn, None)
                raise
    except (OSError, EOFError, tarfile.TarError, psycopg2.Error, MigrationError, zlib.error, ValueError,
            KeyError) as error:
        raise ArchiveError(f"{source} cannot be imported: {one_line(error)}.") from error


def _head(tar: tarfile.TarFile) -> int:
    """The version of the archive's schema."""
    member = tar.next()
    if member is None or member.name != HEAD:
        raise ArchiveError("This is no export of Plait.")
    head = _read_json(tar, member)
    if head["format"] != FORMAT:
        raise ArchiveError(f"The archive is of format {head['format']}, this Plait knows {FORMAT}.")
    if head["schema"] > len(known_migrations()):
        raise ArchiveError(f"The archive was made by a newer Plait ({head['plait']}), which alone can import it.")
    return int(head["schema"])


def _start_over(dsn: str, schema: int | None) -> None:
    """Empty tables of the schema of a version; None: of the newest."""
    with sql.one_unit(dsn) as cursor:
        sql.drop(cursor)
    migrate(dsn, last=schema)


def _take(dsn: str, tar: tarfile.TarFile, schema: int, uploads: _Uploads, say: Say) -> Contents:
    _start_over(dsn, schema)
    contents, promised = Contents(), None
    with sql.one_unit(dsn) as cursor:
        known = {table.name: table for table in sql.tables(cursor)}
        sql.empty(cursor, list(known))
        for member in _members(tar):
            if member.name == CONTENTS:
                promised = _read_json(tar, member)
                break
            file = _Hashing(cast(IO[bytes], tar.extractfile(member)))
            place = PurePosixPath(member.name)
            if place.parts[0] in (UPLOADS, SECRETS):
                uploads.take(place, file)
                contents.files[member.name] = file.digest()
            elif place.parts[0] == TABLES and place.stem in known:
                columns = known[place.stem].columns
                sql.copy_in(cursor, place.stem, columns, cast(IO[bytes], file))
                contents.tables[place.stem] = {"columns": columns, "sha256": file.digest()}
                say(f"{place.stem}: {member.size:,} bytes")
            else:
                raise ArchiveError(f"The archive has an unknown part, {member.name!r}.")
        _check(contents, promised)
        contents.sequences = cast(dict[str, Any], promised)["sequences"]
        sql.set_sequences(cursor, contents.sequences)
        uploads.place()
    migrate(dsn)
    say(f"{len(contents.files):,} files")
    return contents


def _check(found: Contents, promised: dict[str, Any] | None) -> None:
    if promised is None:
        raise ArchiveError("The archive ends too early.")
    for name, table in promised["tables"].items():
        if found.tables.get(name, {}).get("sha256") != table["sha256"]:
            raise ArchiveError(f"The archive is damaged: the table {name} is not what was exported.")
    if found.files != promised["files"]:
        raise ArchiveError("The archive is damaged: its files are not what was exported.")


class _Uploads:
    """The files of an import, put beside their place and moved there at the end."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._folder = Path(tempfile.mkdtemp(prefix="import-", dir=data))

    def take(self, place: PurePosixPath, file: _Hashing) -> None:
        is_secret = place.parts[0] == SECRETS and len(place.parts) == 2 and place.match(_SECRET)
        is_upload = place.parts[0] == UPLOADS and place.parts[1:2] and place.parts[1] in _UPLOAD_FOLDERS
        if not (is_secret or is_upload) or ".." in place.parts or len(place.parts) > 5:
            raise ArchiveError(f"The archive has a file in an unknown place, {str(place)!r}.")
        target = self._folder / place
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("xb") as written:
            shutil.copyfileobj(file, written, _CHUNK)
            written.flush()
            os.fsync(written.fileno())

    def place(self) -> None:
        """Move everything to where it belongs. The secrets of an empty server sealed nothing yet, and are replaced."""
        for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
            place = path.relative_to(self._folder)
            target = self._data / place.name if place.parts[0] == SECRETS else self._data / place
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(target)
        self.remove()

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class _Hashing(io.RawIOBase):
    """Reads on, and remembers the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sum = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if size >= 0 else _CHUNK)
        self._sum.update(data)
        return data

    def digest(self) -> str:
        """Of the whole, which is read to its end."""
        while self.read(_CHUNK):
            pass
        return self._sum.hexdigest()


def _reading(file: IO[bytes]) -> tarfile.TarFile:
    return tarfile.open(fileobj=file, mode="r|gz")


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        if not member.isfile():
            raise ArchiveError(f"The archive has a part that is no file, {member.name!r}.")
        yield member


def _uploads(folder: Path) -> Iterator[Path]:
    for kept in _UPLOAD_FOLDERS:
        yield from sorted(path for path in (folder / kept).rglob("*") if path.is_file())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    _add_file(tar, name, io.BytesIO(content))


def _add_file(tar: tarfile.TarFile, name: str, file: IO[bytes]) -> str:
    """Put a file into the archive without saying whose or how old it is; its digest."""
    member = tarfile.TarInfo(name)
    member.size = file.seek(0, io.SEEK_END)
    member.mode = 0o600
    file.seek(0)
    hashing = _Hashing(file)
    tar.addfile(member, cast(IO[bytes], hashing))
    return hashing.digest()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"


def _read_json(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    if member.size > MAX_DESCRIPTION:
        raise ArchiveError("The archive's description of itself is too large.")
    file = tar.extractfile(member)
    assert file is not None
    return json.loads(file.read())
