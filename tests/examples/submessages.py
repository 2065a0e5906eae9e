"""A poll."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    return {"poll_id": await world.owner.send("general", "/poll Tea or coffee?\nTea\nCoffee")}
