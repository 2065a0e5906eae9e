"""A message that waits for its time."""

from __future__ import annotations

from typing import Any

from tests.examples import World

FAR = 4_000_000_000


async def names(world: World) -> dict[str, Any]:
    scheduled = await world.owner.call(
        "POST", "/scheduled_messages", type="direct", to=[world.names["user_id"]], content="later",
        scheduled_delivery_timestamp=FAR)
    return {"scheduled_message_id": scheduled["scheduled_message_id"]}
