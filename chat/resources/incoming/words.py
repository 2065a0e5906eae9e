"""Markdown made of other people's words: links, quotes, code, lists, each of a bounded length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MAX_QUOTE = 1500
MAX_LINE = 200
MAX_ITEMS = 10
_FENCE = re.compile(r"(?m)^([`~]{3,})")


def cut(text: str, length: int = MAX_LINE) -> str:
    """One line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[:length - 1].rstrip() + "…"


def link(text: str, url: str) -> str:
    """A link; the text alone where there is no address on the web."""
    text = cut(text).replace("[", "(").replace("]", ")") or "link"
    if not re.match(r"https?://", url):
        return text
    return f"[{text}]({url.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"


def bold(text: str) -> str:
    text = cut(text).replace("*", "∗")
    return f"**{text}**" if text else ""


def code(text: str) -> str:
    """A word or two as code."""
    return f"`{cut(text).replace('`', 'ˋ')}`"


def block(text: str, language: str = "") -> str:
    """Lines as code."""
    text = text.strip("\n")
    text = text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE] + "\n…"
    fence = "`" * max([3, *(len(found) + 1 for found in re.findall(r"`{3,}", text))])
    return f"{fence}{language}\n{text}\n{fence}"


def quote(text: str) -> str:
    """What somebody wrote, as a quotation; nothing for nothing."""
    text = text.strip()
    if not text:
        return ""
    text = text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE].rstrip() + "…"
    return f"~~~ quote\n{_FENCE.sub(lambda fence: chr(0x200b) + fence[0], text)}\n~~~"


def items(lines: Sequence[str], hidden: int = 0) -> str:
    """A list of the first ten, and how many there are beside; `hidden` are not among the lines."""
    shown = [f"* {line}" for line in lines[:MAX_ITEMS]]
    more = max(0, len(lines) - MAX_ITEMS) + max(0, hidden)
    if more:
        shown.append(f"* and {more:,} more")
    return "\n".join(shown)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, those that have one, a line each."""
    return "\n".join(f"* **{name}**: {cut(value, 500)}" for name, value in pairs if value.strip())


def paragraphs(*parts: str) -> str:
    """Parts one under the other, without those that are empty."""
    return "\n\n".join(part for part in parts if part)


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 commit", "2 commits"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
