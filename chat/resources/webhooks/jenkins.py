"""Jenkins: builds, as its Notification plugin tells of them.

What it sends: plugins.jenkins.io/notification
"""

from __future__ import annotations

from chat.resources.incoming.forge import mark, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.words import block, code, link, paragraphs


def _build(p: Payload) -> tuple[str, str]:
    name = p.text("display_name", "") or p.text("name")
    return name, link(f"{name} #{p.text('build.number')}", p.text("build.full_url", ""))


def started(p: Payload) -> Notice:
    name, linked = _build(p)
    return Notice(name, f":hourglass: {linked} started.{_scm(p)}")


def completed(p: Payload) -> Notice:
    name, linked = _build(p)
    status = p.text("build.status", "") or "UNKNOWN"
    log = p.text("build.log", "")
    return Notice(name, paragraphs(f"{mark(status)} {linked} ended with {code(status.lower())}.{_scm(p)}",
                                   block(log[-1500:]) if log.strip() and status != "SUCCESS" else ""))


def _scm(p: Payload) -> str:
    branch, commit = p.text("build.scm.branch", "").removeprefix("origin/"), p.text("build.scm.commit", "")
    parts = [f"on {code(branch)}" if branch else "", f"at {code(short(commit))}" if commit else ""]
    return f" It is {' '.join(filter(None, parts))}." if branch or commit else ""


SERVICE = Service("jenkins", "Jenkins", by_key("build.phase"), {"STARTED": started, "COMPLETED": completed},
                  silent=frozenset({"QUEUED", "FINALIZED"}))
