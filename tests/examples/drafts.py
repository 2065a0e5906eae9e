"""A draft."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    draft = {"type": "stream", "to": [world.names["stream_id"]], "topic": "t", "content": "unfinished"}
    return {"draft_id": (await world.owner.call("POST", "/drafts", drafts=[draft]))["ids"][0]}
