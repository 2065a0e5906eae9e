"""Profile fields: one that stays, and some that do not."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def the_only_field(world: World) -> dict[str, Any]:
    for field in (await world.owner.call("GET", "/realm/profile_fields"))["custom_fields"]:
        await world.owner.call("DELETE", f"/realm/profile_fields/{field['id']}")
    body = await world.owner.call("POST", "/realm/profile_fields", field_type=1, name="Knot")
    return {"field_id": body["id"]}


BEFORE = {
    ("PATCH", "/realm/profile_fields"): the_only_field,
    ("PATCH", "/realm/profile_fields/{field_id:int}"): the_only_field,
    ("DELETE", "/realm/profile_fields/{field_id:int}"): the_only_field,
    ("PATCH", "/users/me/profile_data"): the_only_field,
    ("DELETE", "/users/me/profile_data"): the_only_field,
}
