"""A linkifier and a playground, and some that are not kept."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def a_linkifier(world: World, pattern: str = "ticket (?P<id>[0-9]+)") -> dict[str, Any]:
    linkifiers = (await world.owner.call("GET", "/realm/linkifiers"))["linkifiers"]
    for one in linkifiers:
        await world.owner.call("DELETE", f"/realm/filters/{one['id']}")
    body = await world.owner.call("POST", "/realm/filters", pattern=pattern, url_template="https://t.example/{id}")
    return {"filter_id": body["id"]}


async def a_playground(world: World) -> dict[str, Any]:
    body = await world.owner.call("POST", "/realm/playgrounds", name="One", pygments_language="Rust",
                                  url_template="https://rust.example/?code={code}")
    return {"playground_id": body["id"]}


BEFORE = {
    ("PATCH", "/realm/filters/{filter_id:int}"): a_linkifier,
    ("DELETE", "/realm/filters/{filter_id:int}"): a_linkifier,
    ("PATCH", "/realm/linkifiers"): a_linkifier,
    ("DELETE", "/realm/playgrounds/{playground_id:int}"): a_playground,
}
