"""Other sites' pictures at their addresses of ours, `/external_content/SIGNATURE/HEX`: for whoever has one."""

from __future__ import annotations

from typing import Any

from klein import Klein
from twisted.internet.defer import Deferred

from chat.attachments import NoSuchFile
from chat.deferreds import shielded
from chat.errors import ServiceUnavailable
from chat.external_images import ExternalImage, ExternalImages, NoSuchImage
from chat.markdown.external_images import read_external_address
from chat.resources.stored_file import StoredFile

_CACHE = "public, max-age=604800"


class ExternalImagePages:
    def __init__(self, images: ExternalImages) -> None:
        self._images = images
        self.key = ""
        """What addresses are signed with; known once the server has started."""

    def mount(self, app: Klein) -> None:
        """Add the route to `app`."""
        app.route("/external_content/<string(length=40):signature>/<string(maxlength=16000):hexadecimal>",
                  endpoint="external_content", methods=["GET", "HEAD"])(self.external_content)

    def external_content(self, request: Any, signature: str, hexadecimal: str) -> Deferred[Any]:
        """The picture, made anew. Whatever keeps us from having it: not found, and asked for again a little later."""
        async def serve() -> StoredFile:
            url = read_external_address(signature, hexadecimal, self.key) if self.key else None
            if url is None:
                raise NoSuchFile
            try:
                found = await self._images.image(url)
            except (NoSuchImage, ServiceUnavailable):
                raise NoSuchFile from None
            return _stored(found)

        return shielded(serve())


def _stored(image: ExternalImage) -> StoredFile:
    return StoredFile(image.path, "image/webp", "picture.webp", image.path.stem, cache=_CACHE)
