"""Uploaded files at the addresses that messages link to: `/user_uploads/...`, for browsers and clients alike.

Who asks may show a session, an API key, or a link that is signed for a minute. A file is sent in a way that no browser
runs anything of it (chat.resources.stored_file).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from klein import Klein
from twisted.internet.defer import Deferred

from chat.attachments import Attachments, NoSuchFile
from chat.deferreds import Clock, shielded
from chat.errors import InvalidApiKey, Unauthorized
from chat.file_store import FileStore
from chat.models import User
from chat.resources.door import SESSION_COOKIE, Authentication, cookie, header
from chat.resources.notes import Door, RequestNotes
from chat.resources.routes import Who
from chat.resources.stored_file import PUBLIC, StoredFile
from chat.temporary_links import TemporaryLinks
from chat.uploaded import REALM_PATH, THUMBNAIL_NAMES, UPLOADS, Attachment

_PICTURE = re.compile(REALM_PATH + r"/(?:emoji/images/)?([A-Za-z0-9]{24}(?:-medium|\.still)?\.(?:png|gif|webp))")
_LEGACY = re.compile(r"/?user_uploads/([\w./%-]{1,1000})")


class Callers:
    """Who asks for a page or a file, by whatever they show."""

    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication

    def of(self, request: Any, path: str) -> User | None:
        """By session, else by API key: in a header, or in the address. Raises Unauthorized for a wrong one."""
        notes = RequestNotes(Door.API, "GET", path)
        self._authentication.by_session(notes, cookie(request, SESSION_COOKIE))
        if notes.user is None:
            self._authentication.by_key(notes, header(request, "authorization"))
        if notes.user is None and request.args.get(b"api_key"):
            self._authentication.by_key_alone(notes, request.args[b"api_key"][0].decode("ascii", "replace"))
        request.person_id = notes.user.id if notes.user is not None else None
        if notes.user is not None:
            Who.USER.check(notes.user)
        return notes.user


class Files:
    def __init__(self, attachments: Attachments, store: FileStore, links: TemporaryLinks, callers: Callers,
                 clock: Clock) -> None:
        self._attachments = attachments
        self._store = store
        self._links = links
        self._callers = callers
        self._clock = clock

    def mount(self, app: Klein) -> None:
        """Add the routes to `app`."""
        methods = ["GET", "HEAD"]
        app.route("/user_uploads/<path:path_id>", endpoint="file", methods=methods)(self.file)
        app.route("/user_uploads/download/<path:path_id>", endpoint="download", methods=methods)(self.download)
        app.route("/user_uploads/thumbnail/<path:path_id>/<string(maxlength=40):name>", endpoint="thumbnail",
                  methods=methods)(self.thumbnail)
        app.route("/user_uploads/temporary/<string(maxlength=120):token>/<string(maxlength=200):name>",
                  endpoint="temporary", methods=methods)(self.temporary)
        app.route("/user_avatars/<path:path>", endpoint="picture", methods=methods)(self.picture)
        app.route("/thumbnail", endpoint="legacy_thumbnail", methods=methods)(self.legacy_thumbnail)

    def file(self, request: Any, path_id: str) -> Any:
        """A file, shown where that is harmless, else to be saved."""
        return self._to_reader(request, path_id, self._stored)

    def download(self, request: Any, path_id: str) -> Any:
        """A file to be saved, whatever it is."""
        return self._to_reader(request, path_id, lambda found: self._stored(found, download=True))

    def thumbnail(self, request: Any, path_id: str, name: str) -> Any:
        """A picture made small."""
        def small(attachment: Attachment) -> StoredFile:
            if name not in THUMBNAIL_NAMES:
                raise NoSuchFile
            return StoredFile(self._store.thumbnails(attachment.token) / name, "image/webp", name,
                              f"{attachment.token}-{name}")

        return self._to_reader(request, path_id, small)

    def temporary(self, request: Any, token: str, name: str) -> Any:
        """A file for whoever has a link that was signed within the last minute."""
        async def serve() -> StoredFile:
            path_id = self._links.read(token, name, self._clock.seconds())
            if path_id is None:
                raise NoSuchFile
            return self._stored(await self._attachments.existing(path_id))

        return shielded(serve())

    def picture(self, request: Any, path: str) -> Any:
        """An avatar or an emoji: for everyone who knows its address, which is not guessed."""
        match = _PICTURE.fullmatch(path)
        if match is None:
            raise NoSuchFile
        kind = match[1].rpartition(".")[2]
        return StoredFile(self._store.picture(match[1]), f"image/{kind}", match[1], match[1], cache=PUBLIC)

    def legacy_thumbnail(self, request: Any) -> bytes:
        """Where older clients look for a picture of a file: the file itself, and nothing of other servers."""
        wanted = _LEGACY.fullmatch((request.args.get(b"url") or [b""])[0].decode("utf-8", "replace"))
        if wanted is None or ".." in wanted[1]:
            raise NoSuchFile
        request.redirect((UPLOADS + quote(wanted[1], safe="/%")).encode())
        return b""

    def _to_reader(self, request: Any, path_id: str, make: Callable[[Attachment], StoredFile]) -> Deferred[Any]:
        async def serve() -> StoredFile | bytes:
            try:
                reader = self._callers.of(request, UPLOADS + path_id)
            except (Unauthorized, InvalidApiKey):
                reader = None
            if reader is None:
                return _sign_in(request)
            return make(await self._attachments.readable(reader, path_id))

        work: Awaitable[Any] = shielded(serve())
        assert isinstance(work, Deferred)
        return work

    def _stored(self, attachment: Attachment, *, download: bool = False) -> StoredFile:
        return StoredFile(self._store.file(attachment.token), attachment.content_type, attachment.name,
                          attachment.token, download=download)


def _sign_in(request: Any) -> bytes:
    """Nobody is signed in: people are sent to do so, programs and pictures are told."""
    request.setHeader("Cache-Control", "no-store")
    if "text/html" in (header(request, "accept") or ""):
        request.redirect(b"/login/?next=" + quote(request.uri.decode("ascii", "replace"), safe="/").encode())
        return b""
    request.setResponseCode(401)
    request.setHeader("Content-Type", "text/plain; charset=utf-8")
    return b"Sign in to see files\n"
