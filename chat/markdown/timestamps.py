"""Times: `<time:2026-11-21T15:00+01:00>` is shown to everybody in their own time zone.

ISO 8601, seconds since 1970 and a few ways people write dates are understood; without a zone it is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import InlineRoom, InlineText, Match, Reading

MAX_TIME = 80
_SECONDS = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?$")
_LARGEST_OFFSET_H = 14
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WORDS = re.compile(
    r"""(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[ ])?
    (?:(?P<y1>\d{4})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})
      |(?P<d2>\d{1,2})(?:st|nd|rd|th)?[ ](?P<m2>[a-z]{3,9})[ ](?P<y2>\d{4})
      |(?P<m3>[a-z]{3,9})[ ](?P<d3>\d{1,2})(?:st|nd|rd|th)?[ ](?P<y3>\d{4}))
    (?:[ ](?:at[ ])?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?[ ]?(?P<half>[ap]m)?
      (?:[ ]?(?P<zone>utc|gmt|z|[+-]\d{2}:?\d{2}))?)?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def read_time(typed: str) -> datetime | None:
    """The moment somebody wrote down, in UTC."""
    text = typed.strip()
    try:
        if _SECONDS.match(text):
            return datetime.fromtimestamp(float(text), UTC)
        moment = _iso(text) or _free(text)
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _free(text: str) -> datetime | None:
    """A date in words or figures, perhaps a time of day, perhaps a zone. ValueError when there is no such day."""
    m = _WORDS.fullmatch(" ".join(text.replace(",", " ").split()))
    if m is None:
        return None
    year, month, day = (next(filter(None, (m[f"{part}{form}"] for form in "123"))) for part in "ymd")
    hour = int(m["hour"] or 0)
    if m["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if m["half"].lower() == "pm" else 0)
    minute, second = int(m["minute"] or 0), int(m["second"] or 0)
    return datetime(int(year), _month(month), int(day), hour, minute, second, tzinfo=UTC) - _offset(m["zone"] or "")


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((number for number, name in enumerate(_MONTHS, start=1) if name.startswith(text.lower())), 0)


def _offset(zone: str) -> timedelta:
    if zone[:1] not in {"+", "-"}:
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > _LARGEST_OFFSET_H or minutes > 59:
        raise ValueError("no such zone")
    offset = timedelta(hours=hours, minutes=minutes)
    return offset if zone[0] == "+" else -offset


class TimestampRoom(InlineRoom):
    first = "<"

    def __init__(self, md: Markdown) -> None:
        super().__init__(rf"<time:([^<>\n]{{1,{MAX_TIME}}})>", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        typed = m.group(1)
        moment = read_time(typed)
        if moment is None:
            element = Element("span", {"class": "timestamp-error"})
            element.text = AtomicString(f"Invalid time format: {typed}")
        else:
            element = Element("time", {"datetime": moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)})
            element.text = AtomicString(typed)
        return element, m.start(), m.end()


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(TimestampRoom(md), "timestamp", 180)
