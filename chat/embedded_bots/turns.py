"""Turns: whose turn is it, who is it to be, what do the dice say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from chat.embedded_bots.bot import Answer, Ask, Memory

MAX_LISTS = 50
MAX_MEMBERS = 100
MAX_NAME = 40
MAX_MEMBER = 60
MAX_DICE, MAX_SIDES = 100, 1000
HELP = """I keep track of turns, and decide by chance:
- `turns coffee: Ada, Grace, Alan`, then `next coffee`, `who coffee`, `skip coffee`, `list`, `drop coffee`
- `pick tea, coffee, water`, `shuffle a, b, c`, `teams 2: a, b, c, d`
- `roll 2d6+1`, `flip`"""
_DICE = re.compile(r"(\d{0,4})d(\d{1,5})\s*(?:([+-])\s*(\d{1,6}))?", re.ASCII)


class Turns:
    name = "turns"
    summary = "Keeps track of whose turn it is, and picks, shuffles, makes teams and rolls dice."
    config: Mapping[str, str] = {}

    def keys(self, ask: Ask) -> list[str]:
        return [_key(ask)]

    def answer(self, ask: Ask, memory: Memory) -> Answer:
        lists: dict[str, dict[str, Any]] = orjson.loads(memory.get(_key(ask), "{}"))
        word, _, rest = ask.text.strip().partition(" ")
        said = _by_chance(ask, word.lower(), rest.strip())
        if said is None:
            said = _turn(lists, word.lower(), rest.strip()) or HELP
            if lists:
                memory[_key(ask)] = orjson.dumps(lists).decode()
            else:
                memory.pop(_key(ask), None)
        return Answer(said)


def _key(ask: Ask) -> str:
    return f"turns {ask.place}"


def _turn(lists: dict[str, dict[str, Any]], word: str, rest: str) -> str | None:
    """Whose turn it is. None for what is none of this."""
    if word == "turns" and ":" in rest:
        return _made(lists, *rest.split(":", 1))
    if word == "list" or (word == "turns" and not rest):
        return "\n".join(f"- **{name}**: {_order(kept)}" for name, kept in sorted(lists.items())) or HELP
    if word not in ("next", "who", "skip", "drop"):
        return None
    name = _list_name(rest) or (next(iter(lists)) if len(lists) == 1 else "")
    kept = lists.get(name)
    if kept is None:
        return "I have no such list here. `list` shows those I have."
    if word == "drop":
        del lists[name]
        return f"The list **{name}** is gone."
    if word in ("next", "skip"):
        kept["at"] = (kept["at"] + 1) % len(kept["members"])
    return f"{name}: it is the turn of **{kept['members'][kept['at']]}**."


def _made(lists: dict[str, dict[str, Any]], name: str, members: str) -> str:
    name, kept = _list_name(name), _members(members)
    if not name or not kept:
        return "Tell me a name and who takes turns: `turns coffee: Ada, Grace, Alan`"
    if len(name) > MAX_NAME or len(kept) > MAX_MEMBERS or (name not in lists and len(lists) >= MAX_LISTS):
        return f"I keep {MAX_LISTS} lists in a conversation, of {MAX_MEMBERS} people, with names of {MAX_NAME} letters."
    lists[name] = {"members": kept, "at": 0}
    return f"{name}: {_order(lists[name])}. **{kept[0]}** begins."


def _order(kept: Mapping[str, Any]) -> str:
    members, at = kept["members"], kept["at"]
    return ", ".join(f"**{member}**" if place == at else member for place, member in enumerate(members))


def _list_name(text: str) -> str:
    return " ".join(text.lower().split()).strip("?*` ")


def _members(text: str) -> list[str]:
    parts = text.split(",") if "," in text else text.split()
    return [part.strip()[:MAX_MEMBER] for part in parts if part.strip()]


def _by_chance(ask: Ask, word: str, rest: str) -> str | None:
    """What chance decides. None for what is none of this."""
    if word == "flip":
        return "Heads." if ask.random() < 0.5 else "Tails."
    if word == "roll":
        return _rolled(ask, rest or "1d6")
    if word not in ("pick", "choose", "shuffle", "teams"):
        return None
    count, _, listed = rest.partition(":") if word == "teams" else ("", "", rest)
    members = _members(listed)
    if not members or len(members) > MAX_MEMBERS:
        return f"Tell me 1 to {MAX_MEMBERS} things, with commas between them."
    if word in ("pick", "choose"):
        return f"**{members[int(ask.random() * len(members))]}**"
    shuffled = _shuffled(ask, members)
    if word == "shuffle":
        return ", ".join(shuffled)
    teams = int(count) if count.strip().isascii() and count.strip().isdigit() and len(count) < 6 else 2
    teams = max(1, min(teams, len(members)))
    return "\n".join(f"{number + 1}. {', '.join(shuffled[number::teams])}" for number in range(teams))


def _shuffled(ask: Ask, members: Sequence[str]) -> list[str]:
    left, shuffled = list(members), []
    while left:
        shuffled.append(left.pop(int(ask.random() * len(left))))
    return shuffled


def _rolled(ask: Ask, text: str) -> str:
    match = _DICE.fullmatch(text.strip().lower())
    dice, sides = (0, 0) if match is None else (int(match[1] or 1), int(match[2]))
    if match is None or not 1 <= dice <= MAX_DICE or not 2 <= sides <= MAX_SIDES:
        return f"I roll up to {MAX_DICE} dice of 2 to {MAX_SIDES} sides: `roll 2d6+1`"
    rolls = [1 + int(ask.random() * sides) for _ in range(dice)]
    extra = int(match[4] or 0) * (-1 if match[3] == "-" else 1)
    told = f" ({' + '.join(map(str, rolls))}{f' {match[3]} {match[4]}' if match[3] else ''})"
    return f"**{sum(rolls) + extra}**{told if dice > 1 or extra else ''}"
