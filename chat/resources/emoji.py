"""The organisation's own emoji: list, add, deactivate."""

from __future__ import annotations

from typing import Any, TypedDict

import orjson

from chat.actions.emoji import OwnEmoji
from chat.directory import Directory
from chat.errors import BadImage, NotAllowed, NotFound
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Takes, Who
from chat.uploaded import EmojiWire


class EmojiMapWire(TypedDict):
    emoji: dict[str, EmojiWire]


class EmojiResource:
    routes = Routes("emoji", {"emoji_name": "plaited"})

    def __init__(self, own_emoji: OwnEmoji, directory: Directory) -> None:
        self._own_emoji = own_emoji
        self._directory = directory

    @routes.get("/realm/emoji", who=Who.USER, returns=EmojiMapWire, summary="Get all custom emoji")
    async def get_custom_emoji(self, notes: RequestNotes, p: Params) -> dict[str, Any]:
        """The organization's own emoji by id, those that were deactivated too."""
        return {"emoji": orjson.Fragment(self._directory.emoji_encoded())}

    @routes.post("/realm/emoji/{emoji_name}", who=Who.MEMBER, takes=Takes.PICTURE, summary="Upload a custom emoji",
                 errors=(BadImage, NotAllowed))
    async def upload_custom_emoji(self, notes: RequestNotes, p: Params, emoji_name: str) -> None:
        """Makes a picture an emoji of that name. Only administrators may use the name of an emoji that everyone has."""
        with notes.take_file() as file:
            await self._own_emoji.do_add(notes.caller, emoji_name, file)

    @routes.delete("/realm/emoji/{emoji_name}", who=Who.MEMBER, summary="Deactivate a custom emoji",
                   errors=(NotAllowed, NotFound))
    async def deactivate_custom_emoji(self, notes: RequestNotes, p: Params, emoji_name: str) -> None:
        """Takes an emoji out of use; where it was used it stays."""
        await self._own_emoji.do_deactivate(notes.caller, emoji_name)
