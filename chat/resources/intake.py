"""Bodies with files: taken in while they arrive, fields into memory and files onto disk, each within its bound.

Only for routes that are declared to take a file, and only from those who may call them: everybody else's body is
dropped as it comes. What a request brought and nobody took is removed when it ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from twisted.logger import Logger

from chat.errors import JsonableError, ServiceUnavailable
from chat.file_store import FileStore, ReceivedFile
from chat.resources.routes import Takes
from chat.uploaded import MIB

if TYPE_CHECKING:
    from chat.models import User
    from chat.resources.routes import Route

ROOM_BYTES = 64 * 1024
"""For what a body holds beside its file: the boundaries, and fields such as a CSRF token."""
MAX_FILES = 4
MAX_AT_ONCE = 10
_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*\"?([\w-]{1,20})'[^']*'([^;\"\s]*)", re.IGNORECASE)
_log = Logger("chat.intake")


class Reception:
    """One body on its way in. Bytes are fed as they come; `fields` and `files` are read when all are there."""

    def __init__(self, store: FileStore, boundary: str, limit_mib: int, gone: Callable[[], None]) -> None:
        self._store = store
        self._limit = limit_mib * MIB
        self._limit_mib = limit_mib
        self._gone = gone
        self._error: JsonableError | None = None
        self._fields: dict[str, str] = {}
        self._field: tuple[str, bytearray] | None = None
        self._room = ROOM_BYTES
        self._file: ReceivedFile | None = None
        self.files: list[ReceivedFile] = []
        try:
            self._parser = PushMultipartParser(boundary, max_segment_count=MAX_FILES + 20)
        except MultipartError as error:
            self._refuse(_malformed(error))

    @property
    def limit_bytes(self) -> int:
        """Of the whole body."""
        return self._limit + ROOM_BYTES

    def feed(self, data: bytes) -> None:
        """Take in the next bytes. Once something is wrong the rest is dropped."""
        if self._error is not None:
            return
        try:
            for event in self._parser.parse(data):
                self._take(event)
        except JsonableError as error:
            self._refuse(error)
        except (MultipartError, UnicodeError, LookupError, ValueError) as error:
            self._refuse(_malformed(error))
        except OSError as error:
            _log.error("a file could not be received: {error}", error=error)
            self._refuse(ServiceUnavailable("The server cannot store files right now; try again later"))

    def refuse_size(self) -> None:
        """The body is larger than it may be."""
        self._refuse(self._too_large())

    def finish(self) -> dict[str, str]:
        """The fields, once all has come; `files` has the rest. Raises JsonableError for what was wrong with it."""
        if self._error is None:
            try:
                self._parser.close()
            except MultipartError as error:
                self._refuse(_malformed(error))
        if self._error is not None:
            raise self._error
        return self._fields

    def release(self) -> None:
        """The request is over, or handed on: what nobody took is removed."""
        for file in self.files:
            if not file.is_taken:
                file.discard()
        self.files = []
        self._gone()

    def _take(self, event: Any) -> None:
        if isinstance(event, MultipartSegment):
            filename = _filename(event)
            if filename is None:
                self._field = (event.name, bytearray())
            elif len(self.files) >= MAX_FILES:
                raise JsonableError("You may only upload one file at a time")
            else:
                self._file = self._store.receive(filename)
                self.files.append(self._file)
        elif event is None:
            if self._field is not None:
                name, value = self._field
                self._fields[name] = value.decode()
            if self._file is not None:
                self._file.close()
            self._field = self._file = None
        elif self._file is not None:
            if sum(file.size for file in self.files) + len(event) > self._limit:
                raise self._too_large()
            self._file.write(event)
        elif self._field is not None:
            self._room -= len(event)
            if self._room < 0:
                raise JsonableError(f'Argument "{self._field[0][:60]}" is too large')
            self._field[1].extend(event)

    def _too_large(self) -> JsonableError:
        return JsonableError(f"Uploaded file is larger than the allowed limit of {self._limit_mib} MiB")

    def _refuse(self, error: JsonableError) -> None:
        self._error = error
        for file in self.files:
            file.discard()
        self.files = []


class Intake:
    """Decides which bodies are taken in, and counts them."""

    def __init__(self, store: FileStore, limits_mib: Mapping[Takes, int]) -> None:
        self._store = store
        self._limits_mib = limits_mib
        self._under_way: dict[int, int] = {}

    def begin(self, route: Route | None, user: User | None, content_type: str) -> Reception | None:
        """Start to take in the body of a request by `user`, or None where it is to be read as any other."""
        if route is None or route.takes is Takes.NOTHING or user is None:
            return None
        kind, options = parse_options_header(content_type)
        if kind != "multipart/form-data":
            return None
        self._under_way[user.id] = self._under_way.get(user.id, 0) + 1
        reception = Reception(self._store, options.get("boundary", ""), self._limits_mib[route.takes],
                              _once(lambda: self._ended(user.id)))
        if self._under_way[user.id] > MAX_AT_ONCE:
            reception._refuse(JsonableError(f"You may upload {MAX_AT_ONCE} files at once, no more"))
        return reception

    def _ended(self, user_id: int) -> None:
        self._under_way[user_id] -= 1
        if not self._under_way[user_id]:
            del self._under_way[user_id]


def _filename(segment: MultipartSegment) -> str | None:
    """The name of a part that is a file; older clients write it in the way of RFC 5987."""
    if segment.filename is not None:
        return str(segment.filename)
    extended = _EXTENDED_NAME.search(segment.header("Content-Disposition") or "")
    if extended is None:
        return None
    return unquote(extended[2], encoding=extended[1], errors="replace")


def _malformed(error: Exception) -> JsonableError:
    return JsonableError(f"The multipart body is not valid: {str(error)[:200]}")


def _once(call: Callable[[], None]) -> Callable[[], None]:
    calls = [call]
    return lambda: calls.pop()() if calls else None
