"""One of the demo's people, on a server that is a demo from now on."""

from __future__ import annotations

from typing import Any

from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.models import Role
from tests.examples import World


async def names(world: World) -> dict[str, Any]:
    app = world.server.app
    app.demo_sign_in.is_demo = True
    await app.users.do_create_user(
        email=DEMO_PEOPLE[0].email, full_name=DEMO_PEOPLE[0].full_name, role=Role.MEMBER,
        password_hash=await app.accounts.hash_password(DEMO_PASSWORD))
    return {"demo_email": DEMO_PEOPLE[0].email}
