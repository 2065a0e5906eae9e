"""`/static/...`, for where no other server gives the files: caching, compression and ranges.

What has a hash in its name never changes and is kept by browsers for good; everything else is asked for anew each time,
and mostly answered with 304. Files with .br or .gz beside them are sent so; in a checkout, text is compressed here.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from pathlib import Path
from typing import Any

from klein import Klein
from twisted.web.static import File

from chat.errors import NotFound
from chat.resources.assets import Assets

FOR_GOOD, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
MIN_COMPRESSED_BYTES = 1000
MAX_KEPT = 500
_TYPES = {".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml",
          ".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain",
          "": "text/plain"}
_TEXT = frozenset({".css", ".js", ".mjs", ".svg", ".json", ".webmanifest", ".txt"})
_HASHED = re.compile(r"-[0-9A-Z]{8}\.\w+$")
_UNSERVED = frozenset({"index.html", "manifest.json"})


class StaticFiles:
    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._compressed: dict[tuple[Path, int], bytes] = {}

    def mount(self, app: Klein) -> None:
        """Add the route to `app`."""
        app.route("/static/<path:name>", endpoint="static", methods=["GET", "HEAD"])(self.file)

    def file(self, request: Any, name: str) -> Any:
        """One file. Raises NotFound for whatever else there may be."""
        path = self._path(name)
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix in _TEXT or not path.suffix:
            kind += "; charset=utf-8"
        is_kept = self._assets.is_built and _HASHED.search(name)
        request.setHeader("Cache-Control", FOR_GOOD if is_kept else ASK_AGAIN)
        if path.suffix not in _TEXT:
            return _file(path, kind)
        request.setHeader("Vary", "Accept-Encoding")
        if request.getHeader("range") is not None:  # counts the bytes of the file itself
            return _file(path, kind)
        accepted = accepted_encodings(request.getHeader("accept-encoding") or "")
        for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
            smaller = path.with_name(path.name + ending)
            if encoding in accepted and smaller.is_file():
                return _file(smaller, kind, encoding)
        if not self._assets.is_built and "gzip" in accepted and path.stat().st_size >= MIN_COMPRESSED_BYTES:
            return self._compress(request, path, kind)
        return _file(path, kind)

    def _path(self, name: str) -> Path:
        parts = name.split("/")
        if any(not part or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
            raise NotFound("There is no such file.")
        path = self._assets.folder.joinpath(*parts)
        if len(name) > 500 or name in _UNSERVED or not path.is_file():
            raise NotFound("There is no such file.")
        return path

    def _compress(self, request: Any, path: Path, kind: str) -> bytes:
        stamp = path.stat().st_mtime_ns
        body = self._compressed.get((path, stamp))
        if body is None:
            if len(self._compressed) >= MAX_KEPT:
                self._compressed.clear()
            body = self._compressed[(path, stamp)] = gzip.compress(path.read_bytes(), 6, mtime=0)
        request.setHeader("Content-Type", kind)
        request.setHeader("Content-Encoding", "gzip")
        if request.setETag(b'W/"%x"' % stamp):
            return b""
        request.setHeader("Content-Length", str(len(body)))
        return b"" if request.method == b"HEAD" else body


def accepted_encodings(header: str) -> set[str]:
    """What an Accept-Encoding header names and does not rule out."""
    found = set()
    for entry in header.lower().split(","):
        name, _, weight = entry.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight):
            found.add(name.strip())
    return found


def _file(path: Path, kind: str, encoding: str | None = None) -> File:
    file = File(str(path))
    attributes: Any = file
    attributes.isLeaf = True
    attributes.type = kind
    attributes.encoding = encoding
    return file
