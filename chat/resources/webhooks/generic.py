"""Any service that posts JSON: the address says how it reads.

`template` (and `topic_template`) are text in which `{path.to.value}` stands for a part of what was posted. Without a
template a `text`, `message` or `content` is the message, else all of it is shown as it came.
"""

from __future__ import annotations

import re

import orjson

from chat.errors import JsonableError
from chat.resources.incoming.payload import Payload, harmless
from chat.resources.incoming.service import Delivery, Notice, Service, always
from chat.resources.incoming.words import block, cut

MAX_TEMPLATE = 4000
_PLACE = re.compile(r"\{([\w-]+(?:\.[\w-]+)*)\}")
_TEXTS = ("text", "message", "content", "body", "description")
_TOPICS = ("topic", "subject", "title", "name")


def tell(delivery: Delivery) -> Notice:
    payload = delivery.payload
    template = delivery.query.get("template")
    content = _text_of(payload) if template is None else fill(template, payload)
    topic_template = delivery.query.get("topic_template")
    topic = _first(payload, _TOPICS) or "Notice" if topic_template is None else fill(topic_template, payload)
    return Notice(cut(topic, 60), content)


def fill(template: str, payload: Payload) -> str:
    """The template with each place filled; what is not there is left empty, a list or an object is shown as JSON."""
    if len(template) > MAX_TEMPLATE:
        raise JsonableError(f"A template has at most {MAX_TEMPLATE} characters")
    return _PLACE.sub(lambda place: _shown(payload, place[1]), template).strip() or "(nothing)"


def _shown(payload: Payload, path: str) -> str:
    found = payload.find(path)
    if found is None:
        return ""
    if isinstance(found.value, dict | list):
        return harmless(orjson.dumps(found.value).decode())
    return payload.text(path)


def _text_of(payload: Payload) -> str:
    text = _first(payload, _TEXTS)
    if text:
        return text
    return block(harmless(orjson.dumps(payload.value, option=orjson.OPT_INDENT_2).decode()), "json")


def _first(payload: Payload, names: tuple[str, ...]) -> str:
    for name in names:
        found = payload.find(name)
        if found is not None and isinstance(found.value, str) and found.value.strip():
            return payload.text(name)
    return ""


SERVICE = Service("json", "JSON", always("json"), tell=tell)
