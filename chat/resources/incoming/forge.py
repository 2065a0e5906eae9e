"""What the services that keep code have in common: pushes, branches, tags, outcomes of builds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.resources.incoming.words import code, cut, items, link, paragraphs, plural

_SHA = 7
_MARKS = {
    ":check:": ("success", "succeeded", "successful", "passed", "fixed", "ok", "ready", "up", "resolved", "healthy"),
    ":cross_mark:": ("failure", "failed", "error", "errored", "timed_out", "broken", "still failing", "failing",
                     "infrastructure_fail", "unauthorized", "not_run", "timedout"),
    ":prohibited:": ("canceled", "cancelled", "skipped", "aborted", "stopped", "killed"),
    ":warning:": ("unstable", "warning", "degraded"),
}
_MARK_OF = {state: mark for mark, states in _MARKS.items() for state in states}


@dataclass(frozen=True)
class Commit:
    sha: str
    url: str
    message: str

    def line(self) -> str:
        return f"{link(self.sha[:_SHA], self.url)} {cut(self.message.partition(chr(10))[0])}"


def short(sha: str) -> str:
    """The beginning of a commit's name, as people write it."""
    return sha[:_SHA]


def pushed(who: str, name: str, commits: Sequence[Commit], url: str, *, count: int = 0, forced: bool = False) -> str:
    """Somebody pushed commits to a branch; `count` where the list is not whole."""
    counted = link(plural(max(count, len(commits)), "commit"), url)
    verb = "force-pushed" if forced else "pushed"
    lines = items([commit.line() for commit in commits], count - len(commits))
    return paragraphs(f"{who} {verb} {counted} to {code(name)}.", lines)


def made(who: str, what: str, name: str, url: str = "") -> str:
    """Somebody made a branch or a tag."""
    return f"{who} made the {what} {link(name, url) if url else code(name)}."


def gone(who: str, what: str, name: str) -> str:
    """Somebody deleted a branch or a tag."""
    return f"{who} deleted the {what} {code(name)}."


def mark(state: str) -> str:
    """The emoji for how something ended."""
    return _MARK_OF.get(state.lower(), ":hourglass:")


def is_nothing(sha: str) -> bool:
    """Whether a commit's name is the one that stands for no commit."""
    return not sha.strip("0")
