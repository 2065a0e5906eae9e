"""What a bot keeps for itself between its runs: texts by key, bounded in number and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat.bots import MAX_STORAGE_CHARS, MAX_STORAGE_KEY, MAX_STORAGE_KEYS
from chat.database import bots as sql
from chat.database.pool import Database, Transaction
from chat.errors import JsonableError
from chat.models import User


class BotStorage:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, bot: User, keys: Sequence[str] | None) -> dict[str, str]:
        """The values of `keys`, all there are for None. Raises JsonableError where one has none."""
        if keys is None:
            return await sql.storage(self._database, bot.id)
        found = await sql.stored(self._database, bot.id, keys)
        if len(found) < len(set(keys)):
            raise JsonableError("Key does not exist.")
        return found

    async def do_put(self, bot: User, entries: Mapping[str, str]) -> None:
        """Keep values, all of them or, where they are too much, none."""
        async def write(unit: Transaction) -> None:
            await put(unit, bot.id, entries)

        await self._database.transaction(write, lane(bot.id))

    async def do_delete(self, bot: User, keys: Sequence[str] | None) -> None:
        """Forget the values of `keys`, all there are for None; nothing where one has none."""
        async def write(unit: Transaction) -> None:
            if keys is None:
                await sql.delete_storage(unit, bot.id)
            elif await sql.delete_stored(unit, bot.id, keys) != set(keys):
                raise JsonableError("Key does not exist.")

        await self._database.transaction(write, lane(bot.id))


async def put(unit: Transaction, bot_id: int, entries: Mapping[str, str]) -> None:
    """Keep values within a unit that holds the bot's lane. Raises JsonableError where they are too much."""
    for key in entries:
        if not key or len(key) > MAX_STORAGE_KEY:
            raise JsonableError(f"A key has 1 to {MAX_STORAGE_KEY} characters")
    keys, chars = await sql.put_stored(unit, bot_id, entries)
    if chars > MAX_STORAGE_CHARS or keys > MAX_STORAGE_KEYS:
        raise JsonableError(
            f"Request exceeds storage limit: a bot can keep {MAX_STORAGE_CHARS} characters in {MAX_STORAGE_KEYS} keys")


def lane(bot_id: int) -> tuple[str, int]:
    """What is written to one bot's storage is written one after the other."""
    return ("bot_storage", bot_id)
