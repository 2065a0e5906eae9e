"""Groups of people."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    return {"user_group_id": await _group(world, "spinners"), "other_group_id": await _group(world, "dyers")}


async def a_group_without_members(world: World) -> dict[str, Any]:
    return {"user_group_id": await _group(world, "knitters")}


async def _group(world: World, name: str) -> int:
    await world.owner.call("POST", "/user_groups/create", name=name, description="", members=[])
    group = world.server.app.directory.group_by_name(name)
    assert group is not None
    return group.id


BEFORE = {("DELETE", "/user_groups/{user_group_id:int}"): a_group_without_members}
