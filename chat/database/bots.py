"""SQL of bots: what they have beyond an account, sealed where it must not lie open, and their storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from chat.bots import Bot
from chat.database.people import Runs
from chat.sealing import Seal

_BOT = """user_id, sealed_key, sending_channel_id, register_channel_id, hears_all_public, service_name, base_url,
    interface, sealed_token, sealed_config"""
SELECT_BOTS = f"SELECT {_BOT} FROM bot ORDER BY user_id"
UPSERT_BOT = f"""INSERT INTO bot ({_BOT}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (user_id) DO UPDATE SET sealed_key = excluded.sealed_key,
        sending_channel_id = excluded.sending_channel_id, register_channel_id = excluded.register_channel_id,
        hears_all_public = excluded.hears_all_public, service_name = excluded.service_name,
        base_url = excluded.base_url, interface = excluded.interface, sealed_token = excluded.sealed_token,
        sealed_config = excluded.sealed_config"""
UPDATE_OWNER = "UPDATE user_profile SET bot_owner_id = %s WHERE id = %s"

SELECT_STORAGE = "SELECT key, value FROM bot_storage WHERE bot_id = %s ORDER BY key"
SELECT_STORED = "SELECT key, value FROM bot_storage WHERE bot_id = %s AND key = ANY(%s)"
UPSERT_STORED = """INSERT INTO bot_storage (bot_id, key, value)
    SELECT %s, key, value FROM unnest(%s::text[], %s::text[]) AS entry (key, value)
    ON CONFLICT (bot_id, key) DO UPDATE SET value = excluded.value"""
DELETE_STORED = "DELETE FROM bot_storage WHERE bot_id = %s AND key = ANY(%s) RETURNING key"
DELETE_STORAGE = "DELETE FROM bot_storage WHERE bot_id = %s"
STORAGE_SIZE = "SELECT count(*), coalesce(sum(chars), 0) FROM bot_storage WHERE bot_id = %s"


async def bots(db: Runs, seal: Seal) -> list[Bot]:
    """All bots there are, by id."""
    return [_bot(row, seal) for row in await db.query(SELECT_BOTS)]


async def put_bot(unit: Runs, bot: Bot, seal: Seal) -> None:
    """Keep what a bot has, whether it is new or not."""
    await unit.query(UPSERT_BOT, (
        bot.user_id, seal.close(bot.api_key, f"key {bot.user_id}"), bot.sending_channel_id, bot.register_channel_id,
        bot.hears_all_public, bot.service_name, bot.base_url, bot.interface,
        seal.close(bot.token, f"token {bot.user_id}"),
        seal.close(orjson.dumps(dict(bot.config)).decode(), f"config {bot.user_id}")))


async def set_owner(unit: Runs, user_id: int, owner_id: int) -> None:
    await unit.query(UPDATE_OWNER, (owner_id, user_id))


def _bot(row: Sequence[Any], seal: Seal) -> Bot:
    user_id, key, sending, register, hears, name, url, interface, token, config = row
    return Bot(
        user_id, seal.open(bytes(key), f"key {user_id}") or "", sending, register, hears, name, url, interface,
        seal.open(bytes(token), f"token {user_id}") or "",
        orjson.loads(seal.open(bytes(config), f"config {user_id}") or "{}"))


async def storage(db: Runs, bot_id: int) -> dict[str, str]:
    """All that a bot keeps."""
    return dict(await db.query(SELECT_STORAGE, (bot_id,)))


async def stored(db: Runs, bot_id: int, keys: Sequence[str]) -> dict[str, str]:
    """What a bot keeps under these keys; those without a value are missing."""
    return dict(await db.query(SELECT_STORED, (bot_id, list(keys))))


async def put_stored(unit: Runs, bot_id: int, entries: Mapping[str, str]) -> tuple[int, int]:
    """Keep values; how many keys and characters a bot has then."""
    if entries:
        await unit.query(UPSERT_STORED, (bot_id, list(entries), list(entries.values())))
    ((keys, chars),) = await unit.query(STORAGE_SIZE, (bot_id,))
    return keys, chars


async def delete_stored(unit: Runs, bot_id: int, keys: Sequence[str]) -> set[str]:
    """Forget values; the keys that there were."""
    return {key for (key,) in await unit.query(DELETE_STORED, (bot_id, list(keys)))}


async def delete_storage(unit: Runs, bot_id: int) -> None:
    await unit.query(DELETE_STORAGE, (bot_id,))
