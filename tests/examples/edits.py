"""Messages that examples may change, and delete."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def something_to_change(world: World) -> dict[str, Any]:
    return {"message_id": await world.owner.send("general", "an idea", "moat plans"), "topic": "drawbridge plans"}


async def something_to_delete(world: World) -> dict[str, Any]:
    return {"message_id": await world.owner.send("general", "a slip", "slips")}


async def a_topic_to_delete(world: World) -> dict[str, Any]:
    await world.owner.send("general", "noise", "noise")
    return {"topic": "noise"}


BEFORE = {
    ("PATCH", "/messages/{message_id:int}"): something_to_change,
    ("DELETE", "/messages/{message_id:int}"): something_to_delete,
    ("POST", "/streams/{stream_id:int}/delete_topic"): a_topic_to_delete,
}
