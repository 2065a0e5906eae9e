"""What counts as an address a message may link to.

Owns the judgement alone (schemes, our own host, uploads), for every room that makes a link.
"""

from __future__ import annotations

import re

from chat.markdown.sanitizer import URL_SCHEMES
from chat.markdown.state import RenderState

MAX_URL = 2_000
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BARE_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}(?::\d{1,5})?(?:[/?#]|$)")
UPLOADS = "/user_uploads/"
_PARAMETERS = re.compile(r"[?#].*$")
_LOCAL = re.compile(r"(?:#narrow/|/#narrow/|/?user_uploads/)")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")


def link_target(typed: str, state: RenderState) -> str | None:
    """The href for an address typed in a message, or None when it must not be linked.

    Links to our own conversations and uploads lose scheme and host, so that they survive the server's moving.
    """
    url = typed.strip()
    if not url or len(url) > MAX_URL or _FORBIDDEN.search(url):
        return None
    scheme = _SCHEME.match(url)
    if scheme is not None and not _BARE_HOST.match(url):
        if scheme.group(1).lower() not in URL_SCHEMES:
            return None
    elif _LOCAL.match(url):
        return url
    elif _BARE_HOST.match(url):
        url = "http://" + url
    else:
        return None
    own = state.names.external_url.rstrip("/") + "/"
    if url.startswith(own):
        path = url[len(own) :]
        if path.startswith(("#narrow/", "user_uploads/")):
            return path
    return url


def note_target(href: str, state: RenderState) -> None:
    """Report a link that is being made."""
    state.note_link(href)
    path = upload_path(href)
    if path is not None:
        state.upload_paths.setdefault(path)


def upload_path(href: str) -> str | None:
    """The path, from the root, of an uploaded file that is linked to; None for any other link."""
    if not href.startswith((UPLOADS, UPLOADS[1:])):
        return None
    return _PARAMETERS.sub("", href if href[0] == "/" else "/" + href)
