"""Reading when: "in 2 h 30 min", "tomorrow at 9", "at 17:30", "on friday at 10", "on 2026-12-24 at 18:00"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_AHEAD_S = 5 * 366 * 86_400
_MORNING_HOUR = 9
_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600,
          "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d{1,6})\s*([a-z]{1,7})(?![a-z])[\s,]*(?:and\s+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\b", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm|h)?\b", re.ASCII)


def zone(*names: str) -> tzinfo:
    """The first of the names that is a time zone; else UTC."""
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC


def read_time(text: str, now: int, where: tzinfo) -> tuple[int, str] | None:
    """When `text` says at its beginning, and what it says after that; None where it says no time to come."""
    lowered = text.lower()
    if lowered.startswith("in "):
        return _span(text, lowered, 3, now)
    here = datetime.fromtimestamp(now, where)
    day, place = _day(lowered, here)
    time = _clock(lowered, place)
    if day is None and time is None:
        return _span(text, lowered, 0, now)
    hour, minute, place = time or (_MORNING_HOUR, 0, place)
    found = (day or here).replace(hour=hour, minute=minute, second=0, microsecond=0)
    if day is None and found <= here:
        found += timedelta(days=1)
    at = int(found.timestamp())
    return (at, _rest(text, place)) if now < at <= now + MAX_AHEAD_S else None


def _span(text: str, lowered: str, place: int, now: int) -> tuple[int, str] | None:
    total, begun = 0, place
    while (match := _SPAN.match(lowered, place)) is not None:
        unit = _UNITS.get(match[2]) or _UNITS.get(match[2].removesuffix("s"))
        if unit is None:
            break
        total, place = total + int(match[1]) * unit, match.end()
    return (now + total, _rest(text, place)) if place > begun and 0 < total <= MAX_AHEAD_S else None


def _day(lowered: str, here: datetime) -> tuple[datetime | None, int]:
    for word, ahead in (("today", 0), ("tomorrow", 1)):
        if lowered.startswith(word):
            return here + timedelta(days=ahead), len(word)
    place = 3 if lowered.startswith("on ") else 0
    for number, name in enumerate(_DAYS):
        if lowered.startswith(name, place):
            return here + timedelta(days=(number - here.weekday() - 1) % 7 + 1), place + len(name)
    match = _DATE.match(lowered, place)
    if match is not None:
        try:
            return here.replace(year=int(match[1]), month=int(match[2]), day=int(match[3])), match.end()
        except ValueError:
            pass
    return None, 0


def _clock(lowered: str, place: int) -> tuple[int, int, int] | None:
    """(hour, minute, where it ends) of "at 17:30", "at 5 pm"."""
    while place < len(lowered) and lowered[place] in " ,":
        place += 1
    if not lowered.startswith("at ", place):
        return None
    match = _CLOCK.match(lowered, place + 3)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3] in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return (hour, minute, match.end()) if hour < 24 and minute < 60 else None


def _rest(text: str, place: int) -> str:
    """What comes after the time, without the word that joins them."""
    rest = text[place:].strip(" ,:;-\n")
    for joint in ("to ", "that ", "about "):
        if rest.lower().startswith(joint):
            return rest[len(joint):].strip()
    return rest
