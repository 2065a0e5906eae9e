"""What the public description has beside the API: files and signs of life, each asked for as a browser would."""

from __future__ import annotations

import treq
from twisted.web.client import Agent, HTTPConnectionPool

from tests.examples import World, picture


async def answered(world: World) -> set[tuple[str, str]]:
    """The verbs and paths of those that answer as they should."""
    from twisted.internet import reactor

    app = world.server.app
    port = reactor.listenTCP(0, app.get_site(), interface="127.0.0.1")  # type: ignore[attr-defined]
    connections = HTTPConnectionPool(reactor, persistent=False)
    client = treq.client.HTTPClient(Agent(reactor, pool=connections))
    key = await app.accounts.new_api_key(world.owner.user, "pages")
    try:
        found = set()
        for path, address in (await _addresses(world)).items():
            answer = await client.get(f"http://127.0.0.1:{port.getHost().port}{address}", allow_redirects=False,
                                      auth=(world.owner.user.email, key), headers={"User-Agent": "test"})
            await answer.content()
            (location,) = answer.headers.getRawHeaders("location", [""])
            assert answer.code == 200 or (answer.code == 302 and "/login" not in location), f"{address}: {answer.code}"
            found.add(("GET", path))
        return found
    finally:
        await port.stopListening()


async def _addresses(world: World) -> dict[str, str]:
    """By the path of the description, the address of something that is there."""
    file = await world.owner.upload("castle.png", picture())
    path_id = file.removeprefix("/user_uploads/")
    await world.owner.call("POST", "/users/me/avatar", files=[("picture.png", picture())])
    avatar = (await world.owner.call("GET", "/users/me"))["avatar_url"]
    link = (await world.owner.call("GET", file))["url"]
    return {
        "/health": "/health", "/compatibility": "/compatibility",
        "/avatar/{email_or_id}": f"/avatar/{world.owner.user.id}",
        "/avatar/{email_or_id}/medium": f"/avatar/{world.owner.user.email}/medium",
        "/user_avatars/{path}": avatar,
        "/thumbnail": f"/thumbnail?url=user_uploads/{path_id}",
        "/user_uploads/download/{realm_id_str}/{filename}": f"/user_uploads/download/{path_id}",
        "/user_uploads/thumbnail/{realm_id_str}/{filename}/{thumbnail_format}": (
            f"/user_uploads/thumbnail/{path_id}/840x560.webp"),
        "/user_uploads/temporary/{token}/{filename}": link,
    }
