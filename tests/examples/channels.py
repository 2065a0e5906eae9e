"""Channels that may be closed and left."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def one_to_archive(world: World) -> dict[str, Any]:
    return {"stream_id": await world.channel("closing")}


async def one_to_leave(world: World) -> dict[str, Any]:
    await world.channel("leaving")
    return {"stream_name": "leaving"}


BEFORE = {
    ("DELETE", "/streams/{stream_id:int}"): one_to_archive,
    ("DELETE", "/users/me/subscriptions"): one_to_leave,
}
