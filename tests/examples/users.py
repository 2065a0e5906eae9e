"""People who come and go."""

from __future__ import annotations

from typing import Any

from tests.examples import World

PASSWORD = "a few unrelated words"


async def someone_to_close(world: World) -> dict[str, Any]:
    return {"user_id": (await world.server.person()).user.id}


async def someone_closed(world: World) -> dict[str, Any]:
    person = await world.server.person()
    await world.owner.call("DELETE", f"/users/{person.user.id}")
    return {"user_id": person.user.id}


async def someone_who_leaves(world: World) -> dict[str, Any]:
    return {"caller": await world.server.person()}


async def someone_with_a_password(world: World) -> dict[str, Any]:
    await world.owner.call("POST", "/users", email="key@chat.test", full_name="Key Holder", password=PASSWORD)
    return {"email": "key@chat.test", "password": PASSWORD}


async def another_address(world: World) -> dict[str, Any]:
    return {"new_email": "another@chat.test"}


BEFORE = {
    ("DELETE", "/users/me"): someone_who_leaves,
    ("DELETE", "/users/{user_id:int}"): someone_to_close,
    ("POST", "/users/{user_id:int}/reactivate"): someone_closed,
    ("POST", "/fetch_api_key"): someone_with_a_password,
    ("PUT", "/users"): another_address,
}
