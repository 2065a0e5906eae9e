"""What every HTTP request gets when it arrives, whatever it asks for: an id, its client's address, and the headers that
keep its answer from being misused. An answer may set headers of its own in their place."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from twisted.web.http_headers import Headers

from chat.deferreds import Clock
from chat.resources.addresses import Proxies, host_of

ALIGNMENTS = tuple(f"text-align: {side}" for side in ("left", "right", "center"))
"""The only style attributes that server-made HTML may have (chat.markdown.sanitizer)."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_FEATURES = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
HSTS_S = 365 * 24 * 3600


def source_hash(text: str) -> str:
    """How a Content-Security-Policy names this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def page_policy(external_url: str, inline: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of pages: nothing but our own files, and no script in the page but those `inline`."""
    scheme, host = urlsplit(external_url)[:2]
    socket = f"{'wss' if scheme == 'https' else 'ws'}://{host}"
    return "; ".join((
        "default-src 'self'",
        " ".join(("script-src 'self'", *map(source_hash, inline))),
        " ".join(("style-src 'self' 'unsafe-hashes'", *map(source_hash, ALIGNMENTS))),
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        f"connect-src 'self' {socket}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ))


class Arrival:
    def __init__(self, proxies: Proxies, clock: Clock, external_url: str, inline: Sequence[str] = (),
                 accel_folder: Path | None = None) -> None:
        self._proxies = proxies
        self._accel_folder = accel_folder
        self._clock = clock
        common = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": _FEATURES,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if external_url.startswith("https:"):
            common["Strict-Transport-Security"] = f"max-age={HSTS_S}"
        self._of_data = _prepared({**common, "Content-Security-Policy": _NOTHING})
        self._of_pages = _prepared({**common, "Content-Security-Policy": page_policy(external_url, inline)})

    def receive(self, request: Any) -> None:
        """Note id and address on the request, and set the headers that its answer begins with."""
        request.started_s = self._clock.seconds()
        peer = host_of(request.getClientAddress()) if request.channel else ""
        trusted = self._proxies.is_trusted(peer)
        forwarded = _text(request, b"x-forwarded-for") if trusted else None
        request.client_host = self._proxies.client(peer, forwarded)
        request.accel_folder = self._accel_folder if trusted else None
        given = _text(request, b"x-request-id") if trusted else None
        request.request_id = given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        is_data = request.path.startswith((b"/api/v1/", b"/json/"))
        headers = request.responseHeaders = _AnswerHeaders(self._of_data if is_data else self._of_pages)
        headers.setRawHeaders(b"x-request-id", [request.request_id.encode()])


Prepared = Sequence[tuple[bytes, bytes]]
"""Headers as they go over the wire, checked already."""


class _AnswerHeaders(Headers):
    """Headers that begin with prepared ones: to name and check each of them anew would cost every request."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__()
        self._rawHeaders = {name: [value] for name, value in prepared}


def _prepared(headers: dict[str, str]) -> Prepared:
    checked = Headers({name: [value] for name, value in headers.items()})
    return tuple((name, value) for name, values in checked.getAllRawHeaders() for value in values)


def _text(request: Any, name: bytes) -> str | None:
    values = request.requestHeaders.getRawHeaders(name)
    return ",".join(value.decode("latin-1") for value in values)[:4000] if values else None
