"""Edits as plain records: what somebody changed of a message, and the same as a history that people can read.

A message keeps one entry an edit, newest first, in the wire's own form (`models.EditEntry`). Pure: no database, no
names of people. Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NotRequired, TypedDict

from chat.models import Channel, Message

RENDERED_VERSION = 1
"""Of the way in which markdown becomes HTML."""
MAX_ENTRIES = 100
"""Edits that a message remembers: the newest."""
RESOLVED = "✔ "
"""What the name of a resolved topic begins with."""
_TOKEN = re.compile(r"<[^>]*>|&[^;\s]{1,20};|\w+|\s+|.", re.DOTALL)
_MAX_STEPS = 250_000
"""Above so many pairs of tokens two texts are not compared, but shown one after the other."""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A text and its HTML, before and after."""

    old_content: str
    old_rendered: str
    content: str
    rendered: str


@dataclass(frozen=True, slots=True)
class Move:
    """Messages go to another topic or channel; None: it stays."""

    propagate_mode: str
    old_topic: str
    topic: str | None
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody changed at one moment of one message, and which messages went along."""

    user_id: int
    timestamp: int
    message_id: int
    message_ids: Sequence[int]
    channel: Channel | None
    """Where the messages were; None for direct messages."""
    text: TextEdit | None = None
    move: Move | None = None


class SnapshotWire(TypedDict):
    """A message as it was from one edit to the next."""

    topic: str
    content: str
    rendered_content: str
    timestamp: int
    user_id: int | None
    prev_topic: NotRequired[str]
    stream: NotRequired[int]
    prev_stream: NotRequired[int]
    prev_content: NotRequired[str]
    prev_rendered_content: NotRequired[str]
    content_html_diff: NotRequired[str]


def snapshots(message: Message) -> list[SnapshotWire]:
    """Every state the message was in, the oldest first."""
    state: dict[str, Any] = {
        "topic": message.topic, "content": message.content, "rendered_content": message.rendered_content}
    found: list[dict[str, Any]] = []
    for entry in message.edit_history:
        found.append({**state, "user_id": entry["user_id"], "timestamp": entry["timestamp"],
                      **{name: value for name, value in entry.items() if name != "prev_rendered_content_version"}})
        state = {"topic": entry.get("prev_topic", state["topic"]),
                 "content": entry.get("prev_content", state["content"]),
                 "rendered_content": entry.get("prev_rendered_content", state["rendered_content"])}
        if "prev_content" in entry:
            found[-1]["content_html_diff"] = html_diff(
                entry["prev_rendered_content"], found[-1]["rendered_content"])
    found.append({**state, "user_id": message.sender_id, "timestamp": message.timestamp})
    return found[::-1]  # type: ignore[return-value]


def html_diff(old: str, new: str) -> str:
    """The new HTML, with words that came and words that went marked; what went has lost its tags."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    start = next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
                 min(len(before), len(after)))
    room = min(len(before), len(after)) - start
    end = next((place for place in range(room) if before[-1 - place] != after[-1 - place]), room)
    changed = _changed(before[start:len(before) - end], after[start:len(after) - end])
    return "".join(after[:start]) + changed + "".join(after[len(after) - end:])


def _changed(before: list[str], after: list[str]) -> str:
    if len(before) * len(after) > _MAX_STEPS:
        return _marked(before, "deleted", tags=False) + _marked(after, "inserted", tags=True)
    parts: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append("".join(after[c:d]))
        else:
            parts += [_marked(before[a:b], "deleted", tags=False), _marked(after[c:d], "inserted", tags=True)]
    return "".join(parts)


def _marked(tokens: list[str], kind: str, *, tags: bool) -> str:
    """The tokens with each run of text in a span; tags stand outside of it, or are left out."""
    parts: list[str] = []
    text: list[str] = []

    def close() -> None:
        if text:
            parts.append(f'<span class="highlight_text_{kind}">{"".join(text)}</span>')
            text.clear()

    for token in tokens:
        if not token.startswith("<"):
            text.append(token if token.startswith("&") else html.escape(token, quote=False))
        elif tags:
            close()
            parts.append(token)
    close()
    return "".join(parts)


def is_resolved(topic: str) -> bool:
    return topic.startswith(RESOLVED)
