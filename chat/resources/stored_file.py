"""One file from disk as a response: ranges, caching, and the headers that keep it from doing anything in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from twisted.web.pages import notFound
from twisted.web.static import File

from chat.file_types import disposition, is_inline, served_type

MAX_RANGES = 8
ACCEL_PREFIX = "/internal/uploads/"
"""Where nginx has the folder of uploaded files, for itself (deploy/nginx.conf)."""
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""A browser's own viewer does not open in a sandbox; it runs apart from our origin."""
PRIVATE = "private, max-age=604800, immutable"
PUBLIC = "public, max-age=31536000, immutable"


class StoredFile(File):
    """What lies at `path`, which never changes: another content has another address."""

    isLeaf = True

    def __init__(self, path: Path, content_type: str, name: str, tag: str, *, download: bool = False,
                 cache: str = PRIVATE) -> None:
        super().__init__(str(path))
        self.type: Any = served_type(content_type)
        self.encoding: Any = None
        self.childNotFound = notFound("Page not found", "This file is no longer there.")
        inline = is_inline(content_type) and not download
        self._tag = tag
        self._headers = {
            "Content-Disposition": disposition(name, inline=inline),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _PDF_POLICY if inline and content_type == "application/pdf" else _POLICY,
            "Cross-Origin-Resource-Policy": "cross-origin" if cache == PUBLIC else "same-origin",
            "X-Frame-Options": "SAMEORIGIN",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": cache,
        }

    def render_GET(self, request: Any) -> Any:
        for name, value in self._headers.items():
            request.setHeader(name, value)
        if request.setETag(b'"%b"' % self._tag.encode()):
            return b""
        wanted = request.getHeader(b"range")
        if wanted is not None and (not wanted.isascii() or wanted.count(b",") >= MAX_RANGES):
            request.requestHeaders.removeHeader(b"range")  # nobody who reads a file asks for so many pieces of it
        folder: Path | None = getattr(request, "accel_folder", None)
        if folder is not None and self.exists():
            return self._hand_over(request, folder)
        return super().render_GET(request)  # type: ignore[no-untyped-call]

    def _hand_over(self, request: Any, folder: Path) -> bytes:
        """The server in front sends the file, with these headers."""
        name = Path(self.path).relative_to(folder).as_posix()
        request.setHeader("Content-Type", self.type)
        request.setHeader("X-Accel-Redirect", ACCEL_PREFIX + quote(name))
        return b""

    render_HEAD = render_GET
