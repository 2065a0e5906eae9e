"""Slack's markup ("mrkdwn") as our markdown.

Described at api.slack.com/reference/surfaces/formatting. Knows nobody: whom `<@U123>` means is the caller's to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_REFERENCE = re.compile(r"<([^<>|\n]{1,2000})(?:\|([^<>\n]{0,2000}))?>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_STYLES = ((re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"**\1**"),
           (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"*\1*"),
           (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"~~\1~~"))
_KEPT = re.compile("\x01(\\d+)\x02")

Reference = Callable[[str, str], str]
"""What stands for `<target|title>`, where it is no address on the web."""


def plain_reference(target: str, title: str) -> str:
    """A person, channel or group by what it is called there; it calls nobody here."""
    if target.startswith("!"):
        return f"*@{title.lstrip('@') or target[1:].partition('^')[0]}*"
    return (target[0] if target[0] in "@#" else "") + (title or target[1:])


def markdown_of(text: str, reference: Reference = plain_reference) -> str:
    """The same in our markdown. What is code stays as it is."""
    text = text.replace("\x01", "").replace("\x02", "")
    parts = _CODE.split(text)
    return "".join(_entities(part) if place % 2 else _prose(part, reference) for place, part in enumerate(parts))


def _prose(text: str, reference: Reference) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_shown(_entities(match[1]), _entities(match[2] or ""), reference))
        return f"\x01{len(kept) - 1}\x02"

    text = _REFERENCE.sub(keep, text)
    for pattern, ours in _STYLES:
        text = pattern.sub(ours, text)
    text = re.sub(r"(?m)^(\s*)[•◦▪]\s+", r"\1* ", text)
    return _KEPT.sub(lambda place: kept[int(place[1])], _entities(text))


def _shown(target: str, title: str, reference: Reference) -> str:
    if target.startswith(("http://", "https://")):
        return web_link(title or target, target)
    if target.startswith(("mailto:", "tel:")):
        return title or target.partition(":")[2]
    return reference(target, title)


def web_link(title: str, url: str) -> str:
    """A link whose title and address cannot break out of it."""
    if title == url:
        return url
    title = " ".join(title.replace("[", "(").replace("]", ")").split())
    return f"[{title}]({url.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"


def _entities(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
