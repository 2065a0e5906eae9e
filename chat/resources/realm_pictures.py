"""The organization's icon and logo: set and taken away."""

from __future__ import annotations

from typing import TypedDict

from chat.actions.realm_pictures import PictureName, RealmPictures
from chat.directory import Directory
from chat.errors import BadImage, NotAllowed
from chat.params import Params
from chat.realm import realm_picture_wire
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Takes, Who


class IconWire(TypedDict):
    icon_url: str


class Night(Params, frozen=True):
    night: bool

    @property
    def picture(self) -> PictureName:
        return "night_logo" if self.night else "logo"


class RealmPicturesResource:
    routes = Routes("realm_pictures")

    def __init__(self, pictures: RealmPictures, directory: Directory) -> None:
        self._pictures = pictures
        self._directory = directory

    @routes.post("/realm/icon", who=Who.ADMINISTRATOR, takes=Takes.PICTURE, returns=IconWire,
                 errors=(BadImage, NotAllowed), summary="Upload the organization's icon")
    async def upload_icon(self, notes: RequestNotes, p: Params) -> IconWire:
        """Makes a picture, cut to a square, the organization's icon."""
        with notes.take_file() as file:
            await self._pictures.do_set("icon", file)
        return {"icon_url": self._url("icon")}

    @routes.delete("/realm/icon", who=Who.ADMINISTRATOR, returns=IconWire, summary="Delete the organization's icon")
    async def delete_icon(self, notes: RequestNotes, p: Params) -> IconWire:
        """Back to the icon that Plait comes with."""
        await self._pictures.do_delete("icon")
        return {"icon_url": self._url("icon")}

    @routes.post("/realm/logo", who=Who.ADMINISTRATOR, takes=Takes.PICTURE, params=Night,
                 errors=(BadImage, NotAllowed), summary="Upload the organization's logo", example={"night": False})
    async def upload_logo(self, notes: RequestNotes, p: Night) -> None:
        """Makes a picture the organization's logo, for light or (`night`) dark backgrounds."""
        with notes.take_file() as file:
            await self._pictures.do_set(p.picture, file)

    @routes.delete("/realm/logo", who=Who.ADMINISTRATOR, params=Night, summary="Delete the organization's logo",
                   example={"night": False})
    async def delete_logo(self, notes: RequestNotes, p: Night) -> None:
        """Back to the logo that Plait comes with."""
        await self._pictures.do_delete(p.picture)

    def _url(self, name: PictureName) -> str:
        return str(realm_picture_wire(self._directory.realm, name)[f"{name}_url"])
