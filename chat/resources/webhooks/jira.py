"""Jira: issues made, changed and commented on.

What it sends: developer.atlassian.com/cloud/jira/platform/webhooks
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, facts, items, link, paragraphs, quote

_QUIET_FIELDS = frozenset({"Rank", "Sprint", "timespent", "timeestimate", "WorklogId", "Workflow", "description"})


def _who(p: Payload) -> str:
    for path in ("user.displayName", "comment.updateAuthor.displayName", "comment.author.displayName"):
        if p.find(path):
            return bold(p.text(path))
    return "Somebody"


def _issue(p: Payload) -> tuple[str, str]:
    """(topic, link with summary)."""
    key, summary = p.text("issue.key"), p.text("issue.fields.summary", "")
    site = p.text("issue.self", "").partition("/rest/")[0]
    linked = link(key, f"{site}/browse/{key}" if site else "")
    return f"{key}: {summary}", f"{linked} {cut(summary)}".strip()


def created(p: Payload) -> Notice:
    topic, linked = _issue(p)
    fields = p["issue.fields"]
    about = facts((title, fields.text(path, "")) for title, path in (
        ("Type", "issuetype.name"), ("Priority", "priority.name"), ("Assignee", "assignee.displayName")))
    return Notice(topic, paragraphs(f"{_who(p)} opened {linked}.", about, _described(fields)))


def _described(fields: Payload) -> str:
    """The description, where it is text (the newer form is a document, which is left out)."""
    found = fields.find("description")
    return quote(fields.text("description")) if found is not None and isinstance(found.value, str) else ""


def updated(p: Payload) -> Notice | None:
    topic, linked = _issue(p)
    if p.text("issue_event_type_name", "") == "issue_commented" or (p.find("comment") and not p.find("changelog")):
        return comment_created(p)
    changes = [_change(one) for one in p.each("changelog.items")
               if one.text("field", "") not in _QUIET_FIELDS]
    if not changes:
        return None
    comment = p.find("comment.body")
    said = quote(p.text("comment.body")) if comment is not None and isinstance(comment.value, str) else ""
    return Notice(topic, paragraphs(f"{_who(p)} changed {linked}.", items(changes), said))


def _change(item: Payload) -> str:
    name, old, new = bold(item.text("field")), cut(item.text("fromString", "")), cut(item.text("toString", ""))
    if not new:
        return f"{name}: no longer {code(old)}" if old else f"{name}: removed"
    return f"{name}: {code(old)} → {code(new)}" if old else f"{name}: {code(new)}"


def deleted(p: Payload) -> Notice:
    topic, linked = _issue(p)
    return Notice(topic, f"{_who(p)} deleted {linked}.")


def comment_created(p: Payload) -> Notice:
    return _comment("commented on", p)


def _comment(verb: str, p: Payload) -> Notice:
    topic, linked = _issue(p)
    body = p.find("comment.body")
    said = quote(p.text("comment.body")) if body is not None and isinstance(body.value, str) and verb[0] != "d" else ""
    return Notice(topic, paragraphs(f"{_who(p)} {verb} {linked}.", said))


def sprint(verb: str, p: Payload) -> Notice:
    goal = quote(p.text("sprint.goal", ""))
    return Notice(p.text("sprint.name"), paragraphs(f"The sprint {bold(p.text('sprint.name'))} was {verb}.", goal))


def version(p: Payload) -> Notice:
    return Notice("Releases", f"The version {bold(p.text('version.name'))} was released.")


SERVICE = Service(
    "jira", "Jira", by_key("webhookEvent"),
    {"jira:issue_created": created, "jira:issue_updated": updated, "jira:issue_deleted": deleted,
     "comment_created": comment_created,
     "comment_updated": lambda p: _comment("edited a comment on", p),
     "comment_deleted": lambda p: _comment("deleted a comment on", p),
     "sprint_started": lambda p: sprint("started", p), "sprint_closed": lambda p: sprint("closed", p),
     "jira:version_released": version},
    signature=hmac_hex("X-Hub-Signature", "sha256="),
    once=lambda delivery: delivery.header("X-Atlassian-Webhook-Identifier"))
