"""What the examples of presence speak of."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    """Grace was here."""
    await world.other.call("POST", "/users/me/presence", status="active")
    return {}
