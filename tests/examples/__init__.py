"""The examples of all declarations, ready to be sent: what their names stand for is made here.

Most examples need nothing: `World` has people, a channel, messages and an event queue. A noun that needs more has a
module of its name in this folder, with either or both of

    async def names(world: World) -> dict[str, Any]
        Things that all its examples may name; made once.
    BEFORE: dict[tuple[str, str], Callable[[World], Awaitable[dict[str, Any]]]]
        By verb and path (as declared): what is made right before that one example is sent. Its result adds names to
        the world's; "caller" is a Client who sends it instead of the owner.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Any

from PIL import Image

from chat.resources.routes import Route, Takes
from tests.support.harness import Client, InProcess

Names = dict[str, Any]
Before = Callable[["World"], Awaitable[Names]]


SWITCHED_OFF = {
    ("GET", "/calls/bigbluebutton/create"): "BAD_REQUEST",
    ("POST", "/calls/zoom/create"): "BAD_REQUEST",
    ("POST", "/jwt/fetch_api_key"): "BAD_REQUEST",
}
"""Operations that are there to say that this server does not have it, by verb and path, with the code they answer."""


def picture() -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    return file.getvalue()


class World:
    """What the examples speak of."""

    def __init__(self) -> None:
        self.server = InProcess()
        self.owner: Client
        self.other: Client
        self.names: Names = {}
        self._before: dict[tuple[str, str], Before] = {}

    async def start(self) -> None:
        """A server with an organisation, and everything that examples name."""
        await self.server.start()
        self.owner = await self.server.organisation()
        self.other = await self.server.person("Grace Hopper")
        channel_id = await self.channel("general")
        state = await self.owner.register()
        self.names = {
            "user_id": self.other.user.id, "email": self.other.user.email, "muted_user_id": self.other.user.id,
            "stream_id": channel_id, "topic": "castle plans",
            "message_id": await self.owner.send("general", "hello **there**", "castle plans"),
            "queue_id": state["queue_id"],
        }
        for found in pkgutil.iter_modules(__path__):
            module = importlib.import_module(f"{__name__}.{found.name}")
            self._before.update(getattr(module, "BEFORE", {}))
            if hasattr(module, "names"):
                self.names.update(await module.names(self))

    async def stop(self) -> None:
        await self.server.stop()

    @property
    def routes(self) -> list[Route]:
        """All that are declared, by noun, in the order of their declaration."""
        return sorted(self.server.app.rest.routes, key=lambda route: route.noun)

    async def channel(self, name: str) -> int:
        """A channel of the owner's and Grace's; its id."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}],
                              principals=[self.owner.user.id, self.other.user.id])
        channel = self.server.app.directory.channel_by_name(name)
        assert channel is not None
        return channel.id

    async def prepared(self, route: Route) -> tuple[Names, Client]:
        """What a route's example names, made now, and who sends it."""
        before = self._before.get((route.method, route.path))
        names = {**self.names, **(await before(self) if before is not None else {})}
        caller: Client = names.pop("caller", self.owner)
        return names, caller

    async def send(self, route: Route) -> dict[str, Any]:
        """Send a route's example; the answer. Raises Refused where it does not succeed (SWITCHED_OFF: is not refused
        as it should be)."""
        names, caller = await self.prepared(route)
        parameters = route.example_parameters(names)
        if route.takes is not Takes.NOTHING:
            file = ("notes.txt", b"hello") if route.takes is Takes.FILE else ("picture.png", picture())
            parameters["files"] = [file]
        code = SWITCHED_OFF.get((route.method, route.path))
        if code is None:
            return await caller.call(route.method, route.example_path(names), **parameters)
        refusal = await caller.refusal(route.method, route.example_path(names), **parameters)
        assert refusal["code"] == code, refusal
        return refusal
