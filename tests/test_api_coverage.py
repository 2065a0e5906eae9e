"""Which operations of the public API work: each that exists is called, and docs/api-coverage.md says so.

`python -m tests.test_api_coverage` writes the page anew; the test fails where it is out of date, and where a route has
no example here.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.harness import Client, InProcess, run

OPERATIONS = json.loads((Path(__file__).parent / "fixtures" / "operations.json").read_text())
PAGE = Path(__file__).parent.parent / "docs" / "api-coverage.md"


FAR = 4_000_000_000
DRAFT = {"type": "stream", "to": [1], "topic": "t", "content": "unfinished", "timestamp": 1_700_000_000}


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
        self.names: dict[str, Any] = {}

    async def start(self) -> None:
        await self.server.start()
        self.owner = await self.server.organisation()
        other = await self.server.person("Grace Hopper")
        await self.owner.call("POST", "/users/me/subscriptions", principals=[self.owner.user.id, other.user.id],
                              subscriptions=[{"name": "general"}, {"name": "closing"}])
        channels = self.server.app.directory
        state = await self.owner.register()
        self.names = {
            "me": self.owner.user.id, "other": other.user.id, "email": other.user.email,
            "message": await self.owner.send("general", "hello **there**"),
            "doomed": await self.owner.send("general", "bye"),
            "channel": channels.channel_by_name("general").id,  # type: ignore[union-attr]
            "closing": channels.channel_by_name("closing").id,  # type: ignore[union-attr]
            "queue": state["queue_id"],
            "draft": (await self.owner.call("POST", "/drafts", drafts=[DRAFT]))["ids"][0],
            "scheduled": (await self.owner.call("POST", "/scheduled_messages", type="direct", to=[other.user.id],
                                                content="later", scheduled_delivery_timestamp=FAR))
            ["scheduled_message_id"],
        }
        file = await self.owner.call("POST", "/user_uploads", files=[("a.txt", b"kept")])
        self.names["file"] = file["url"].removeprefix("/user_uploads/")
        (attachment,) = (await self.owner.call("GET", "/attachments"))["attachments"]
        self.names["attachment"] = attachment["id"]


Example = tuple[str, str, Callable[[dict[str, Any]], dict[str, Any]]]

EXAMPLES: list[Example] = [
    ("GET", "/server_settings", lambda n: {}),
    ("POST", "/register", lambda n: {"event_types": ["message"]}),
    ("GET", "/events", lambda n: {"queue_id": n["queue"], "last_event_id": -1, "dont_block": True}),
    ("DELETE", "/events", lambda n: {"queue_id": n["queue"]}),
    ("GET", "/users", lambda n: {}),
    ("GET", "/users/me", lambda n: {}),
    ("GET", "/users/{other}", lambda n: {}),
    ("GET", "/users/{email}", lambda n: {}),
    ("POST", "/users", lambda n: {"email": "new@chat.test", "full_name": "New One", "password": "long enough"}),
    ("PATCH", "/users/{other}", lambda n: {"full_name": "Rear Admiral Hopper"}),
    ("POST", "/messages", lambda n: {"type": "channel", "to": "general", "topic": "t", "content": "hi"}),
    ("GET", "/messages", lambda n: {"anchor": "newest", "num_before": 5, "num_after": 0}),
    ("GET", "/messages/{message}", lambda n: {}),
    ("POST", "/messages/render", lambda n: {"content": "*x*"}),
    ("GET", "/messages/matches_narrow", lambda n: {"msg_ids": [n["message"]], "narrow": [["search", "hello"]]}),
    ("POST", "/messages/flags", lambda n: {"messages": [n["message"]], "op": "add", "flag": "starred"}),
    ("POST", "/messages/flags/narrow", lambda n: {
        "anchor": "oldest", "num_before": 0, "num_after": 10, "narrow": [], "op": "add", "flag": "read"}),
    ("POST", "/messages/{message}/reactions", lambda n: {"emoji_name": "tada"}),
    ("DELETE", "/messages/{message}/reactions", lambda n: {"emoji_name": "tada"}),
    ("POST", "/mark_all_as_read", lambda n: {}),
    ("POST", "/mark_stream_as_read", lambda n: {"stream_id": n["channel"]}),
    ("POST", "/mark_topic_as_read", lambda n: {"stream_id": n["channel"], "topic_name": "topic"}),
    ("GET", "/streams", lambda n: {"include_default": True}),
    ("GET", "/streams/{channel}", lambda n: {}),
    ("GET", "/streams/{channel}/members", lambda n: {}),
    ("PATCH", "/streams/{channel}", lambda n: {"description": "For **all**"}),
    ("GET", "/get_stream_id", lambda n: {"stream": "general"}),
    ("GET", "/users/me/{channel}/topics", lambda n: {}),
    ("GET", "/users/me/subscriptions", lambda n: {"include_subscribers": True}),
    ("POST", "/users/me/subscriptions", lambda n: {"subscriptions": [{"name": "fresh"}]}),
    ("DELETE", "/users/me/subscriptions", lambda n: {"subscriptions": ["fresh"]}),
    ("POST", "/users/me/subscriptions/properties", lambda n: {
        "subscription_data": [{"stream_id": n["channel"], "property": "color", "value": "#aabbcc"}]}),
    ("PATCH", "/users/me/subscriptions/{channel}", lambda n: {"property": "pin_to_top", "value": True}),
    ("GET", "/users/{other}/subscriptions/{channel}", lambda n: {}),
    ("GET", "/users/me/alert_words", lambda n: {}),
    ("POST", "/users/me/alert_words", lambda n: {"alert_words": ["tea", "coffee"]}),
    ("DELETE", "/users/me/alert_words", lambda n: {"alert_words": ["tea"]}),
    ("POST", "/user_topics", lambda n: {"stream_id": n["channel"], "topic": "topic", "visibility_policy": 3}),
    ("PATCH", "/users/me/subscriptions/muted_topics", lambda n: {
        "stream_id": n["channel"], "topic": "noise", "op": "add"}),
    ("POST", "/users/me/muted_users/{other}", lambda n: {}),
    ("DELETE", "/users/me/muted_users/{other}", lambda n: {}),
    ("GET", "/drafts", lambda n: {}),
    ("POST", "/drafts", lambda n: {"drafts": [DRAFT]}),
    ("PATCH", "/drafts/{draft}", lambda n: {"draft": {**DRAFT, "content": "nearly finished"}}),
    ("DELETE", "/drafts/{draft}", lambda n: {}),
    ("GET", "/scheduled_messages", lambda n: {}),
    ("POST", "/scheduled_messages", lambda n: {
        "type": "channel", "to": n["channel"], "topic": "t", "content": "later", "scheduled_delivery_timestamp": FAR}),
    ("PATCH", "/scheduled_messages/{scheduled}", lambda n: {"content": "a little later"}),
    ("DELETE", "/scheduled_messages/{scheduled}", lambda n: {}),
    ("POST", "/user_uploads", lambda n: {"files": [("hello.txt", b"hello")]}),
    ("GET", "/user_uploads/{file}", lambda n: {}),
    ("GET", "/attachments", lambda n: {}),
    ("DELETE", "/attachments/{attachment}", lambda n: {}),
    ("GET", "/realm/emoji", lambda n: {}),
    ("POST", "/realm/emoji/plaited", lambda n: {"files": [("emoji.png", picture())]}),
    ("DELETE", "/realm/emoji/plaited", lambda n: {}),
    ("POST", "/users/me/avatar", lambda n: {"files": [("me.png", picture())]}),
    ("DELETE", "/users/me/avatar", lambda n: {}),
    ("DELETE", "/streams/{closing}", lambda n: {}),
    ("DELETE", "/users/{other}", lambda n: {}),
    ("POST", "/users/{other}/reactivate", lambda n: {}),
    ("POST", "/users/me/api_key/regenerate", lambda n: {}),
]
"""In an order in which they can be called; places in the paths name things of the World."""

TESTED_ELSEWHERE = {
    ("POST", "/fetch_api_key"): "tests/clients",
    ("DELETE", "/users/me"): "tests/events/test_register_is_exact.py",
}


def shape(method: str, path: str) -> tuple[str, str]:
    """An operation whatever its places are called: those that take an address apart from those that take an id."""
    path = re.sub(r"\{[^}]*(?:email|user_id_or_email)[^}]*\}", "{@}", path)
    return method, re.sub(r"\{[^}@]*\}", "{}", path)


async def call_all() -> set[tuple[str, str]]:
    """Call every example; the shapes of those that work."""
    world = World()
    await world.start()
    try:
        for method, path, params in EXAMPLES:
            await world.owner.call(method, path.format(**world.names), **params(world.names))
        return {shape(route.method, route.template()) for route in world.server.app.rest.routes}
    finally:
        await world.server.stop()


def page(existing: set[tuple[str, str]]) -> str:
    """The page that tells what works."""
    lines = ["# API coverage", "",
             "Which operations of the public Zulip REST API (feature level 278) Plait answers. Written by",
             "`python -m tests.test_api_coverage`; a test calls every operation that is marked.", ""]
    for documented, title in ((True, "Documented operations"), (False, "Operations beside the documentation")):
        operations = [operation for operation in OPERATIONS if operation["documented"] is documented]
        working = [operation for operation in operations
                   if shape(operation["method"], operation["path"]) in existing]
        lines += [f"## {title}: {len(working)} of {len(operations)}", "", "| operation | | works |", "|---|---|---|"]
        lines += [f"| `{operation['method']} {operation['path']}` | {operation['operation']} | "
                  f"{'yes' if operation in working else ''} |" for operation in operations]
        lines.append("")
    return "\n".join(lines)


def test_every_operation_works_and_is_listed() -> None:
    """Every route has an example that succeeds, and docs/api-coverage.md tells of it."""
    existing = run(call_all())
    examples = {shape(method, path.replace("{file}", "{}/{}").replace("plaited", "{}").replace("{email}", "{@email}"))
                for method, path, _ in EXAMPLES}
    known = {shape(operation["method"], operation["path"]) for operation in OPERATIONS}
    elsewhere = {shape(*operation) for operation in TESTED_ELSEWHERE}
    assert (existing & known) - examples - elsewhere == set(), "routes without an example"
    assert PAGE.read_text() == page(existing), "out of date: run python -m tests.test_api_coverage"


if __name__ == "__main__":
    PAGE.write_text(page(run(call_all())))
