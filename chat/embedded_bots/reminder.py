"""Reminder: says what it was asked to say, in the same conversation, when its time has come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from chat.embedded_bots.bot import Alarm, Answer, Ask, Memory
from chat.embedded_bots.times import read_time, zone

MAX_REMINDERS = 100
"""Of one person."""
MAX_TEXT = 1000
HELP = """I remind you, here, of what you tell me:
- `remind me in 2 h 30 min to look after the bread`
- `remind us tomorrow at 9 of the review` (also `at 17:30`, `on friday at 10`, `on 2026-12-24 at 18:00`)
- `list` what you asked me for, `cancel 3`"""
_REMIND = re.compile(r"(?:please\s+)?(?:remind\s+)?(?:(me|us)\b)?\s*", re.IGNORECASE)
_OF = re.compile(r"of\s+", re.IGNORECASE)


class Reminder:
    name = "reminder"
    summary = "Reminds people, or a conversation, of what they ask it to, when they ask it to."
    config: Mapping[str, str] = {"timezone": "UTC"}

    def keys(self, ask: Ask) -> list[str]:
        return [_key(ask)]

    def answer(self, ask: Ask, memory: Memory) -> Answer:
        mine: dict[str, Any] = orjson.loads(memory.get(_key(ask), '{"next": 1, "reminders": {}}'))
        answer = self._ring(ask, mine) if ask.is_wake else self._command(ask, mine)
        if mine["reminders"]:
            memory[_key(ask)] = orjson.dumps(mine).decode()
        else:
            memory.pop(_key(ask), None)
        return answer

    def _command(self, ask: Ask, mine: dict[str, Any]) -> Answer:
        text = " ".join(ask.text.split())
        word, _, rest = text.lower().partition(" ")
        if word in ("list", "reminders") and not rest:
            return Answer(_listed(mine))
        if word in ("cancel", "forget", "delete"):
            return Answer(_cancelled(mine, rest.strip("# ")))
        return self._remind(ask, mine, text)

    def _remind(self, ask: Ask, mine: dict[str, Any], text: str) -> Answer:
        match = _REMIND.match(text)
        assert match is not None
        found = read_time(text[match.end():], ask.now, zone(ask.timezone, ask.config.get("timezone", "")))
        if found is None:
            return Answer(HELP)
        at, what = found[0], _OF.sub("", found[1], 1) if _OF.match(found[1]) else found[1]
        if not what or len(what) > MAX_TEXT:
            return Answer("Of what should I remind you?" if not what else
                          f"I can keep at most {MAX_TEXT} characters of what to remind you of.")
        if len(mine["reminders"]) >= MAX_REMINDERS:
            return Answer(f"I keep at most {MAX_REMINDERS} reminders for one person. `list` shows yours.")
        number = str(mine["next"])
        mine["next"] += 1
        mine["reminders"][number] = {
            "at": at, "text": what, "all": (match[1] or "me").lower() == "us"}
        return Answer(f"I will remind you {_when(at)}. (`cancel {number}` if not.)", [Alarm(at, number)])

    def _ring(self, ask: Ask, mine: dict[str, Any]) -> Answer:
        reminder = mine["reminders"].pop(ask.text, None)
        if reminder is None:
            return Answer()  # cancelled meanwhile
        return Answer(f"Reminder: {reminder['text']}" if reminder["all"] else f"{ask.mention} {reminder['text']}")


def _key(ask: Ask) -> str:
    return f"reminders {ask.sender_id}"


def _when(at: int) -> str:
    """In markdown, so that everyone reads it in their own time zone."""
    return f"<time:{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}>"


def _listed(mine: dict[str, Any]) -> str:
    if not mine["reminders"]:
        return "You have no reminders."
    ordered = sorted(mine["reminders"].items(), key=lambda item: (item[1]["at"], int(item[0])))
    return "\n".join(f"- {number}: {_when(item['at'])} {item['text'][:80]}" for number, item in ordered)


def _cancelled(mine: dict[str, Any], number: str) -> str:
    if mine["reminders"].pop(number, None) is None:
        return "You have no reminder of that number. `list` shows yours."
    return f"Reminder {number} is cancelled."
