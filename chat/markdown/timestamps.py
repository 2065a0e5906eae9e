"""Times: `<time:2026-11-21T15:00+01:00>` is shown to everybody in their own time zone.

ISO 8601, seconds since 1970 and a few ways people write dates are understood; without a zone it is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import InlineRoom, InlineText, Match, Reading

MAX_TIME = 80
_SECONDS = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?$")
_ORDINAL = re.compile(r"(\d)(?:st|nd|rd|th)\b")
_ZONE = re.compile(r"\s*\b(?:UTC|GMT|Z)$", re.IGNORECASE)
_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%a %d %b %Y", "%A %d %B %Y",
    "%a %b %d %Y", "%A %B %d %Y",
)  # fmt: skip
_TIMES = (" %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M%p", " %I %p", " %I%p")
_FORMATS = (*_DATES, *(date + time + zone for date in _DATES for time in _TIMES for zone in ("", " %z")))


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
    text = " ".join(_ORDINAL.sub(r"\1", _ZONE.sub(" +0000", text)).replace(",", " ").split())
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007  # the zone is settled by the caller
        except ValueError:
            continue
    return None


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
