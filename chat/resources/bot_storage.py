"""What a bot keeps for itself."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.bot_storage import BotStorage
from chat.bots import MAX_STORAGE_KEY, MAX_STORAGE_KEYS
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

Key = Annotated[str, Meta(min_length=1, max_length=MAX_STORAGE_KEY)]


class Put(Params, frozen=True):
    storage: Annotated[dict[Key, str], Meta(max_length=MAX_STORAGE_KEYS)]


class Keys(Params, frozen=True):
    keys: Annotated[list[Key], Meta(max_length=MAX_STORAGE_KEYS)] | None = None


class StorageWire(TypedDict):
    storage: dict[str, str]


class BotStorageResource:
    routes = Routes("bots")

    def __init__(self, storage: BotStorage) -> None:
        self._storage = storage

    @routes.put("/bot_storage", who=Who.USER, params=Put, summary="Update the bot's storage",
                example={"storage": {"mood": "fine", "count": "3"}})
    async def update_bot_storage(self, notes: RequestNotes, p: Put) -> None:
        """Keeps values by key; other keys stay as they are."""
        await self._storage.do_put(notes.caller, p.storage)

    @routes.get("/bot_storage", who=Who.USER, params=Keys, returns=StorageWire, summary="Get the bot's storage",
                example={"keys": ["{storage_key}"]})
    async def get_bot_storage(self, notes: RequestNotes, p: Keys) -> StorageWire:
        """The values of these keys, all there are where none are named. A key without a value is an error."""
        return {"storage": await self._storage.get(notes.caller, p.keys)}

    @routes.delete("/bot_storage", who=Who.USER, params=Keys, summary="Delete from the bot's storage")
    async def remove_bot_storage(self, notes: RequestNotes, p: Keys) -> None:
        """Forgets the values of these keys, all there are where none are named."""
        await self._storage.do_delete(notes.caller, p.keys)
