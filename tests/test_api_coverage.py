"""Which operations of the public API work: the example of each that exists is sent, and docs/api-coverage.md says so.

`python -m tests.test_api_coverage` writes the page anew; the test fails where it is out of date, and where an example
does not work. Examples are beside the routes (`example=` of their declarations); what they name is made in
tests/examples.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import orjson

from chat.resources.openapi import openapi_document
from tests.examples import SWITCHED_OFF, World, pages
from tests.support.harness import run

OPERATIONS = json.loads((Path(__file__).parent / "fixtures" / "operations.json").read_text())
PAGE = Path(__file__).parent.parent / "docs" / "api-coverage.md"
PERMISSIONS = PAGE.parent / "permissions.md"


def shape(method: str, path: str) -> tuple[str, str]:
    """An operation whatever its places are called: those that take an address apart from those that take an id."""
    path = re.sub(r"\{[^}]*(?:email|user_id_or_email)[^}]*\}", "{@}", path)
    return method, re.sub(r"\{[^}@]*\}", "{}", path)


async def call_all() -> set[tuple[str, str]]:
    """Send every example; the shapes of the operations, all of which work."""
    world = World()
    await world.start()
    try:
        for route in world.routes:
            try:
                await world.send(route)
            except (AssertionError, orjson.JSONDecodeError) as error:
                raise AssertionError(f"the example of {route.method} {route.path} does not work: {error}") from error
        beside = {shape(*place) for place in await pages.answered(world)}
        return beside | {shape(route.method, route.template()) for route in world.routes}
    finally:
        await world.stop()


def page(existing: set[tuple[str, str]]) -> str:
    """The page that tells what works."""
    lines = ["# API coverage", "",
             "Which operations of the public Zulip REST API (feature level 278) Plait answers. Written by",
             "`python -m tests.test_api_coverage`; a test calls every operation that is marked. Some are there only to",
             "answer that this server does not have such a thing: *switched off*.", ""]
    refusing = {shape(*place) for place in SWITCHED_OFF}
    for documented, title in ((True, "Documented operations"), (False, "Operations beside the documentation")):
        operations = [operation for operation in OPERATIONS if operation["documented"] is documented]
        working = [operation for operation in operations
                   if shape(operation["method"], operation["path"]) in existing - refusing]
        lines += [f"## {title}: {len(working)} of {len(operations)}", "", "| operation | | works |", "|---|---|---|"]
        lines += [f"| `{operation['method']} {operation['path']}` | {operation['operation']} | "
                  f"{_mark(operation, existing, refusing)} |" for operation in operations]
        lines.append("")
    return "\n".join(lines)


def _mark(operation: dict[str, Any], existing: set[tuple[str, str]], refusing: set[tuple[str, str]]) -> str:
    place = shape(operation["method"], operation["path"])
    return "" if place not in existing else "switched off" if place in refusing else "yes"


def test_every_operation_works_and_is_listed() -> None:
    """Every route has an example that succeeds, and docs/api-coverage.md tells of it."""
    existing = run(call_all())
    assert PAGE.read_text() == page(existing), "out of date: run python -m tests.test_api_coverage"


def test_every_word_is_described() -> None:
    """Each parameter and each key of an answer has its line, beside it or in chat/data/wire_words.txt; each route has a
    summary, and words of its own."""
    document = run(_document())
    lacking = []
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            label = f"{verb.upper()} {path}"
            assert operation["summary"], label
            named = [(entry["name"], entry.get("description")) for entry in operation["parameters"]
                     if entry["in"] == "query"]
            for body in operation.get("requestBody", {}).get("content", {}).values():
                named += [(name, schema.get("description", "a file" if name == "file" else None))
                          for name, schema in body["schema"].get("properties", {}).items()]
            lacking += [f"parameter {name} of {label}" for name, line in named if not line]
    for name, component in document["components"]["schemas"].items():
        lacking += [f"key {key} of {name}" for key, schema in component.get("properties", {}).items()
                    if not schema.get("description") and name not in ("Success", "Error")]
    assert sorted(set(lacking)) == []


async def _document() -> dict[str, Any]:
    world = World()
    await world.server.start()
    try:
        return openapi_document(world.server.app.rest.routes, "http://chat.test")
    finally:
        await world.server.stop()


def test_who_may_call_what_is_written_down() -> None:
    """docs/permissions.md has every operation as its declaration says; tests/test_permissions_page tries them."""
    assert PERMISSIONS.read_text() == _permissions_page(), "out of date: run python -m tests.test_api_coverage"


def _permissions_page() -> str:
    from tests.test_permissions_page import all_routes, page

    return page(run(all_routes()))


if __name__ == "__main__":
    PAGE.write_text(page(run(call_all())))
    PERMISSIONS.write_text(_permissions_page())
