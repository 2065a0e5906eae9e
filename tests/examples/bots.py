"""A bot, and what it keeps."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    bot = await world.owner.call("POST", "/bots", full_name="Example Bot", short_name="example")
    await world.owner.call("PUT", "/bot_storage", storage={"mood": "fine"})
    return {"bot_id": bot["user_id"], "storage_key": "mood"}


async def one_to_close(world: World) -> dict[str, Any]:
    bot = await world.owner.call("POST", "/bots", full_name="Closing Bot", short_name="closing")
    return {"bot_id": bot["user_id"]}


async def something_kept(world: World) -> dict[str, Any]:
    await world.owner.call("PUT", "/bot_storage", storage={"mood": "fine"})
    return {}


BEFORE = {
    ("DELETE", "/bots/{bot_id:int}"): one_to_close,
    ("DELETE", "/bot_storage"): something_kept,
    ("GET", "/bot_storage"): something_kept,
}
