"""Invitations, domains, sessions and keys."""

from __future__ import annotations

from typing import Any

from chat.credentials import credential_id
from tests.examples import World


async def an_invitation(world: World) -> dict[str, Any]:
    await world.owner.call("POST", "/invites", invitee_emails="invited@chat.test", stream_ids=[])
    return await _newest(world)


async def a_link(world: World) -> dict[str, Any]:
    await world.owner.call("POST", "/invites/multiuse")
    return await _newest(world)


async def _newest(world: World) -> dict[str, Any]:
    invites = (await world.owner.call("GET", "/invites"))["invites"]
    return {"invite_id": invites[-1]["id"]}


async def a_domain(world: World) -> dict[str, Any]:
    domain = f"d{len(world.server.app.directory.domains)}.example.com"
    await world.owner.call("POST", "/realm/domains", domain=domain, allow_subdomains=False)
    return {"domain": domain}


async def a_session(world: World) -> dict[str, Any]:
    await world.server.app.accounts.start_session(world.owner.user, "Firefox")
    session = world.server.app.directory.sessions_of(world.owner.user.id)[-1]
    return {"session_id": credential_id(session.token_hash)}


async def a_key(world: World) -> dict[str, Any]:
    await world.server.app.accounts.new_api_key(world.owner.user, "terminal")
    return {"key_id": credential_id(world.server.app.directory.keys_of(world.owner.user.id)[-1])}


BEFORE = {
    ("DELETE", "/invites/{invite_id:int}"): an_invitation,
    ("POST", "/invites/{invite_id:int}/resend"): an_invitation,
    ("DELETE", "/invites/multiuse/{invite_id:int}"): a_link,
    ("PATCH", "/realm/domains/{domain}"): a_domain,
    ("DELETE", "/realm/domains/{domain}"): a_domain,
    ("DELETE", "/users/me/sessions/{session_id}"): a_session,
    ("DELETE", "/users/me/api_keys/{key_id}"): a_key,
}
