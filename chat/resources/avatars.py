"""People's pictures: setting one's own, and `/avatar/...`, an address by person that leads to the picture.

Who has no picture of their own is drawn one: initials on a colour. Browsers get it as SVG, clients that do not say that
they can draw that as PNG.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from klein import Klein
from twisted.internet.defer import Deferred

from chat.actions.avatars import Avatars
from chat.deferreds import shielded
from chat.directory import Directory
from chat.errors import BadImage, InvalidApiKey, NotAllowed, NotFound, Unauthorized
from chat.file_store import FileStore
from chat.models import User
from chat.params import Params
from chat.resources.door import header
from chat.resources.files import Callers
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Takes, Who
from chat.resources.stored_file import StoredFile
from chat.thumbnails import Pictures
from chat.wire import avatar_url

SMALL_SIDE, MEDIUM_SIDE = 100, 500
DRAWN = "private, max-age=86400"


class AvatarWire(TypedDict):
    avatar_url: str


class AvatarsResource:
    routes = Routes("avatars")

    def __init__(self, avatars: Avatars) -> None:
        self._avatars = avatars

    @routes.post("/users/me/avatar", who=Who.USER, takes=Takes.PICTURE, returns=AvatarWire,
                 errors=(BadImage, NotAllowed),
                 summary="Upload one's picture")
    async def upload_avatar(self, notes: RequestNotes, p: Params) -> AvatarWire:
        """Makes a picture one's own, cut to a square."""
        self._avatars.check_may_change(notes.caller)
        with notes.take_file() as file:
            return {"avatar_url": avatar_url(await self._avatars.do_set(notes.caller, file))}

    @routes.delete("/users/me/avatar", who=Who.USER, returns=AvatarWire, errors=(NotAllowed,),
                   summary="Delete one's picture")
    async def delete_avatar(self, notes: RequestNotes, p: Params) -> AvatarWire:
        """Back to the picture that is drawn for everyone who has none."""
        self._avatars.check_may_change(notes.caller)
        return {"avatar_url": avatar_url(await self._avatars.do_delete(notes.caller))}


class AvatarPages:
    def __init__(self, directory: Directory, store: FileStore, pictures: Pictures, callers: Callers) -> None:
        self._directory = directory
        self._store = store
        self._pictures = pictures
        self._callers = callers
        self._svg = Environment(
            loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "templates"), autoescape=True,
            undefined=StrictUndefined).get_template("avatar.svg")

    def mount(self, app: Klein) -> None:
        """Add the routes to `app`."""
        app.route("/avatar/<string(maxlength=254):who>", endpoint="avatar", methods=["GET", "HEAD"])(self.small)
        app.route("/avatar/<string(maxlength=254):who>/medium", endpoint="avatar_medium", methods=["GET", "HEAD"])(
            self.medium)

    def small(self, request: Any, who: str) -> Any:
        """The picture of a person, by id or address."""
        return self._picture(request, who, medium=False)

    def medium(self, request: Any, who: str) -> Any:
        """The same, larger."""
        return self._picture(request, who, medium=True)

    def _picture(self, request: Any, who: str, *, medium: bool) -> Any:
        try:
            caller = self._callers.of(request, "/avatar/" + who)
        except (Unauthorized, InvalidApiKey):
            caller = None
        if caller is None:
            request.setResponseCode(401)
            request.setHeader("Content-Type", "text/plain; charset=utf-8")
            return b"Sign in to see pictures\n"
        user = self._directory.user_by_id(int(who)) if who.isascii() and who.isdigit() and len(who) < 10 else (
            self._directory.user_by_email(who))
        if user is None:
            raise NotFound("No such person")
        if user.avatar_token is not None:
            request.setHeader("Cache-Control", "private, no-cache")
            request.redirect(avatar_url(user, medium=medium).encode())
            return b""
        request.setHeader("Vary", "Accept")
        if "image/svg+xml" in (header(request, "accept") or ""):
            return self._as_svg(request, user)
        return self._as_png(user, MEDIUM_SIDE if medium else SMALL_SIDE)

    def _as_svg(self, request: Any, user: User) -> bytes:
        request.setHeader("Content-Type", "image/svg+xml")
        request.setHeader("Cache-Control", DRAWN)
        request.setHeader("X-Content-Type-Options", "nosniff")
        return self._svg.render(initials=_initials(user), hue=_hue(user)).encode()

    def _as_png(self, user: User, side: int) -> Deferred[StoredFile]:
        initials, hue = _initials(user), _hue(user)
        name = hashlib.sha256(f"{side} {hue} {initials}".encode()).hexdigest()[:32]
        path = self._store.drawn(name + ".png")

        async def drawn() -> StoredFile:
            if not path.exists():
                await self._pictures.draw_initials(initials, hue, side, path)
            return StoredFile(path, "image/png", f"{user.id}.png", name, cache=DRAWN)

        return shielded(drawn())


def _initials(user: User) -> str:
    return "".join(word[0] for word in user.full_name.split()[:2]).upper()


def _hue(user: User) -> int:
    return user.id * 137 % 360
