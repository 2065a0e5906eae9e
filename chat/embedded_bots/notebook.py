"""Notebook: remembers what a team keeps asking, and answers it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import orjson

from chat.embedded_bots.bot import Answer, Ask, Memory

MAX_NOTES = 500
MAX_NAME = 60
MAX_NOTE = 2000
HELP = """I remember what you tell me, for everyone here:
- `remember wifi: the password is on the fridge`
- `wifi?` tells it, `forget wifi` forgets it
- `list` shows what I know, `find fridge` where something is said"""
_LIST_CHARS = 5000


class Notebook:
    name = "notebook"
    summary = "Remembers answers (where is the wifi password?) and gives them to whoever asks."
    config: Mapping[str, str] = {"scope": "everywhere"}
    """`everywhere`: one notebook for all; `channel`: one for each channel or direct conversation."""

    def keys(self, ask: Ask) -> list[str]:
        return [_key(ask)]

    def answer(self, ask: Ask, memory: Memory) -> Answer:
        notes: dict[str, dict[str, Any]] = orjson.loads(memory.get(_key(ask), "{}"))
        had_notes, text = bool(notes), ask.text.strip()
        word, _, rest = text.partition(" ")
        match word.lower():
            case "remember" | "note":
                said = _remember(ask, notes, rest)
            case "forget":
                said = _forget(notes, rest)
            case "list" if not rest:
                said = _listed(notes)
            case "find":
                said = _found(notes, rest)
            case "help" | "":
                said = HELP
            case _:
                said = _told(notes, text)
        if notes or had_notes:
            memory[_key(ask)] = orjson.dumps(notes).decode()
        return Answer(said)


def _key(ask: Ask) -> str:
    return f"notes {ask.place}" if ask.config.get("scope") == "channel" else "notes"


def _name(text: str) -> str:
    """A note is found whatever the case of its name, and with or without "what is"."""
    name = " ".join(text.lower().split()).strip(" ?!.:\"'`")
    for start in ("what is ", "what's ", "where is ", "who is ", "how do i ", "the "):
        name = name.removeprefix(start)
    return name


def _remember(ask: Ask, notes: dict[str, dict[str, Any]], text: str) -> str:
    shown, colon, value = text.partition(":")
    if not colon:
        shown, _, value = text.partition(" is ")
    name, value = _name(shown), value.strip()
    if not name or not value:
        return "Tell me a name and what to remember: `remember wifi: the password is on the fridge`"
    if len(name) > MAX_NAME or len(value) > MAX_NOTE:
        return f"A name has at most {MAX_NAME} characters, a note {MAX_NOTE}."
    if name not in notes and len(notes) >= MAX_NOTES:
        return f"I can remember {MAX_NOTES} notes. Forget one first."
    old = notes.get(name)
    notes[name] = {"text": value, "by": ask.sender_name, "at": ask.now}
    return f"I remember **{name}**." if old is None else f"I remember **{name}** anew. Before, it was: {old['text']}"


def _forget(notes: dict[str, dict[str, Any]], text: str) -> str:
    old = notes.pop(_name(text), None)
    return f"I know nothing of **{_name(text)[:MAX_NAME]}**." if old is None else f"Forgotten: {old['text']}"


def _told(notes: dict[str, dict[str, Any]], text: str) -> str:
    name = _name(text)
    note = notes.get(name)
    if note is not None:
        return f"{note['text']}\n*(from {note['by']})*"
    near = get_close_matches(name[:MAX_NAME], notes, 3, 0.6)
    if near:
        return "I do not know that. Did you mean " + " or ".join(f"`{other}`" for other in near) + "?"
    return "I do not know that. " + ("`list` shows what I know." if notes else HELP)


def _listed(notes: dict[str, dict[str, Any]]) -> str:
    if not notes:
        return HELP
    listed = ", ".join(f"`{name}`" for name in sorted(notes))
    return f"I know {len(notes)}: {listed}" if len(listed) <= _LIST_CHARS else f"I know {listed[:_LIST_CHARS]} …"


def _found(notes: dict[str, dict[str, Any]], text: str) -> str:
    wanted = text.strip().lower()
    found = [name for name, note in sorted(notes.items()) if wanted and wanted in f"{name} {note['text']}".lower()]
    if not found:
        return "That is said nowhere."
    return "\n".join(f"- **{name}**: {notes[name]['text'][:120]}" for name in found[:20])
