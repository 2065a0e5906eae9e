"""Who may call each operation: docs/permissions.md is the written table, and every cell of it is tried.

The table is made from the routes' declarations (`python -m tests.test_api_coverage` writes it anew) and read by
people before it is kept; the test sends every kind of caller to every route of the running application, through its
own dispatch, and holds what happens against the table. Handlers are replaced by one that only answers, so that trying
changes nothing: what an action asks beyond the door is tested with the action.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from chat.bots import BotType
from chat.errors import NotAllowed
from chat.models import Role
from chat.params import Declaration, NoParams
from chat.resources.routes import Route, Who
from tests.support.harness import Client, InProcess, run
from tests.test_api_coverage import OPERATIONS, shape

PAGE = Path(__file__).parent.parent / "docs" / "permissions.md"
CALLERS = ("owner", "administrator", "moderator", "member", "guest", "bot", "webhook bot", "nobody")
ALLOWED: dict[Who, frozenset[str]] = {
    Who.ANYONE: frozenset(CALLERS),
    Who.SENDER: frozenset(CALLERS[:-1]),
    Who.USER: frozenset(CALLERS[:-2]),
    Who.HUMAN: frozenset(("owner", "administrator", "moderator", "member", "guest")),
    Who.MEMBER: frozenset(("owner", "administrator", "moderator", "member", "bot")),
    Who.ADMINISTRATOR: frozenset(("owner", "administrator")),
    Who.OWNER: frozenset(("owner",)),
}
"""Written by hand: what the names of declarations mean."""
DOCUMENTED: dict[str, frozenset[Who]] = {
    "anonymous": frozenset((Who.ANYONE,)), "human": frozenset((Who.HUMAN,)), "admin": frozenset((Who.ADMINISTRATOR,)),
    "member": frozenset((Who.MEMBER,)), "owner": frozenset((Who.OWNER,)),
    "user_group_editor": frozenset((Who.MEMBER,)), "user": frozenset((Who.USER, Who.SENDER)),
    "user|incoming_webhook_bot": frozenset((Who.SENDER,)),
    "user|anonymous_session_if_web_public": frozenset((Who.USER,))}
"""What the public description says of an operation, and how that is declared here."""
DIFFERENT: dict[tuple[str, str], str] = {
    ("DELETE", "/messages/{}"): "people delete their own, as the organisation allows; asked beyond the door",
    ("PATCH", "/streams/{}"): "channels are administrators' here",
    ("DELETE", "/realm/emoji/{}"): "its author may; asked beyond the door",
    ("DELETE", "/bots/{}"): "guests own no bots",
    ("DELETE", "/users/me"): "bots are closed by their owners, not by themselves",
}
"""Where it is declared otherwise, and why."""


async def callers(server: InProcess) -> dict[str, Client]:
    owner = await server.organisation()
    found = {"owner": owner, "nobody": Client(server.app, None)}
    for role in (Role.ADMINISTRATOR, Role.MODERATOR, Role.MEMBER, Role.GUEST):
        found[role.name.lower()] = await server.person(role=role)
    for name, kind in (("bot", BotType.GENERIC), ("webhook bot", BotType.INCOMING_WEBHOOK)):
        body = await owner.call("POST", "/bots", full_name=name, short_name=name.replace(" ", ""), bot_type=int(kind))
        found[name] = Client(server.app, server.app.directory.users[body["user_id"]])
    return found


async def tried() -> dict[tuple[str, str], frozenset[str]]:
    """Which callers get past the door of each route, by verb and path."""
    server = InProcess()
    await server.start()
    try:
        people = await callers(server)
        routes = server.app.rest.routes
        for route in routes:
            server.app.rest._verbs[route.path][route.method] = replace(
                route, handler=_answers, declaration=Declaration(NoParams), waits=False, returns=None)
        return {(route.method, route.path): frozenset([
            caller for caller in CALLERS if await _admitted(people[caller], route)]) for route in routes}
    finally:
        await server.stop()


async def _answers(notes: Any, p: Any, **places: Any) -> None:
    return None


async def _admitted(client: Client, route: Route) -> bool:
    path = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:email\}", "a@chat.test", route.path))
    status, body = await client.answer(route.method, re.sub(r"\{\w+(:path)?\}", "x", path))
    if status == 200:
        return True
    assert (status, body["code"]) in ((401, "UNAUTHORIZED"), (400, "UNAUTHORIZED_PRINCIPAL")), (route.path, body)
    return False


def page(routes: list[Route]) -> str:
    """The written table."""
    lines = [
        "# Who may call what", "",
        "Each operation and who gets past its door. A webhook bot may only send. Where it says `asks`,",
        "the organisation's settings, or whose thing it is, decide beyond the door. The table is written by",
        "`python -m tests.test_api_coverage`, and a test tries every cell of it.", "",
        "| operation | " + " | ".join(CALLERS) + " |", "|---" * (len(CALLERS) + 1) + "|"]
    for route in sorted(routes, key=lambda route: (route.template(), route.method)):
        yes = "asks" if NotAllowed in route.errors else "yes"
        cells = [yes if caller in ALLOWED[route.who] else "" for caller in CALLERS]
        lines.append(f"| `{route.method} {route.template()}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


async def all_routes() -> list[Route]:
    server = InProcess()
    await server.start()
    try:
        return server.app.rest.routes
    finally:
        await server.stop()


def test_every_cell_of_the_table_is_true() -> None:
    """Who is said to get past a door does, and nobody else."""
    wrong = {place: sorted(found ^ _written(*place)) for place, found in run(tried()).items()
             if found != _written(*place)}
    assert wrong == {}


def _written(method: str, path: str) -> frozenset[str]:
    template = re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
    (line,) = (line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{method} {template}` |"))
    cells = [cell.strip() for cell in line.split("|")[2:-1]]
    return frozenset(caller for caller, cell in zip(CALLERS, cells, strict=True) if cell)


def test_it_is_what_the_public_description_says() -> None:
    """An operation is open to those to whom the public API opens it; differences are written down, with reasons."""
    documented = {shape(one["method"], one["path"]): one["who"] for one in OPERATIONS}
    different = {}
    for route in run(all_routes()):
        place = shape(route.method, route.template())
        if documented.get(place) in DOCUMENTED and route.who not in DOCUMENTED[documented[place]]:
            different[place] = (documented[place], route.who.name)
    assert different.keys() == DIFFERENT.keys(), json.dumps({" ".join(place): said for place, said in sorted(
        different.items()) if place not in DIFFERENT}, indent=1)
