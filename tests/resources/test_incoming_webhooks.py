"""Incoming webhooks: every service's examples become the messages that stand beside them.

`python -m tests.resources.test_incoming_webhooks` writes what each example becomes into its file (`becomes`), and the
index of docs/webhooks; read what it wrote before you believe it. A new service needs no line here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from chat.errors import JsonableError
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.resource import _body
from chat.resources.incoming.service import Delivery, Notice, Service
from chat.resources.notes import Door, RequestNotes
from chat.resources.webhooks import services

FIXTURES = Path(__file__).parent.parent / "fixtures" / "webhooks"
DOCS = Path(__file__).parents[2] / "docs" / "webhooks"
EXAMPLES = sorted(FIXTURES.glob("*/*.json"))
IDS = [f"{path.parent.name}-{path.stem}" for path in EXAMPLES]
MAX_TOPIC_OF_SERVICES = 500


def delivery_of(example: Mapping[str, Any]) -> Delivery:
    """What a service would have sent, read as the server reads it."""
    headers = {name.lower(): value for name, value in example.get("headers", {}).items()}
    if example.get("form") or example.get("form_payload"):
        headers["content-type"] = "application/x-www-form-urlencoded"
        body = urlencode(example["body"] if example.get("form") else {"payload": json.dumps(example["body"])}).encode()
    else:
        headers.setdefault("content-type", "application/json")
        body = json.dumps(example["body"]).encode()
    notes = RequestNotes(Door.API, "POST", "", body=body, header=lambda name: headers.get(name.lower()))
    return Delivery(Payload(_body(notes, None)), notes.header, example.get("query", {}),
                    example.get("now", 0.0))  # type: ignore[arg-type]


def outcome(service: Service, example: Mapping[str, Any]) -> dict[str, Any]:
    """What an example becomes: an event, and a topic and content where it is told."""
    delivery = delivery_of(example)
    event = service.event(delivery)
    notice = None if event in service.silent else service.notice(event, delivery)
    told = {} if notice is None else {"topic": notice.topic, "content": notice.content.split("\n")}
    return {"event": event, **told}


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_an_example_becomes_the_message_beside_it(path: Path) -> None:
    example = json.loads(path.read_text())
    assert outcome(services()[path.parent.name], example) == example["becomes"]


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_a_payload_without_any_one_part_is_told_or_refused(path: Path) -> None:
    """Never a crash, whatever is missing, null, or of another kind."""
    example, service = json.loads(path.read_text()), services()[path.parent.name]
    for place in places(example["body"]):
        for strange in (None, [], {}, "", 7, True, "@**all**", [None], {"a": {}}):
            delivery = delivery_of({**example, "form": False, "body": replaced(example["body"], place, strange)})
            try:
                notice = service.notice(service.event(delivery), delivery)
            except JsonableError:
                continue
            assert notice is None or isinstance(notice, Notice)
            assert notice is None or notice.content.strip(), (place, strange)
            assert notice is None or "@**" not in notice.content


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every part of a value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [found for key in keys for found in [(*path, key), *places(value[key], (*path, key))]]


def replaced(value: Any, place: tuple[Any, ...], strange: Any) -> Any:
    """The same with something else at a place."""
    if not place:
        return strange
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = replaced(value[place[0]], place[1:], strange)
    return copy


@pytest.mark.parametrize("name", sorted(services()))
def test_every_event_of_a_service_has_an_example(name: str) -> None:
    service = services()[name]
    examples = [json.loads(path.read_text())["becomes"] for path in (FIXTURES / name).glob("*.json")]
    assert examples, "no examples"
    assert {*service.tells} <= {example["event"] for example in examples if "content" in example}


@pytest.mark.parametrize("name", sorted(services()))
def test_every_service_has_a_page_that_names_its_events(name: str) -> None:
    service = services()[name]
    page = (DOCS / f"{name}.md").read_text()
    assert page.startswith(f"# {service.title}\n")
    page = " ".join(page.split())
    assert f"/api/v1/external/{name}?api_key=" in page
    for event in service.events:
        assert f"`{event}`" in page, event
    assert service.signature is None or "igning secret" in page


def index() -> str:
    """The list of all services, made of their pages' first sentences."""
    lines = ["# Incoming webhooks", "", "Services that can post into Plait. How they all work: [how.md](how.md).", "",
             "| service | |", "|---|---|"]
    for name, service in services().items():
        first = (DOCS / f"{name}.md").read_text().split("\n\n")[1].replace("\n", " ").partition(". ")[0].rstrip(".")
        lines.append(f"| [{service.title}]({name}.md) | {first}. |")
    return "\n".join(lines) + "\n"


def test_the_index_lists_every_service() -> None:
    assert (DOCS / "README.md").read_text() == index(), "run python -m tests.resources.test_incoming_webhooks"


def write() -> None:
    """Write what examples become, and the index."""
    for path in EXAMPLES:
        example = json.loads(path.read_text())
        example["becomes"] = outcome(services()[path.parent.name], example)
        path.write_text(json.dumps(example, indent=1, ensure_ascii=False) + "\n")
    (DOCS / "README.md").write_text(index())


if __name__ == "__main__":
    write()
