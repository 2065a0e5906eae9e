"""A file."""

from __future__ import annotations

from typing import Any

from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    address = await world.owner.upload("a.txt", b"kept")
    realm_id, _, filename = address.removeprefix("/user_uploads/").partition("/")
    (attachment,) = (await world.owner.call("GET", "/attachments"))["attachments"]
    return {"realm_id": realm_id, "filename": filename, "attachment_id": attachment["id"]}
