"""Linear: issues, comments, projects and their updates.

What it sends: linear.app/developers/webhooks
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, facts, items, link, paragraphs, quote

_VERBS = {"create": "made", "remove": "removed", "update": "changed"}
_PRIORITIES = {0: "none", 1: "urgent", 2: "high", 3: "medium", 4: "low"}


def _who(p: Payload) -> str:
    return bold(p.text("actor.name", "") or p.text("data.user.name", "") or "Somebody")


def issue(p: Payload) -> Notice | None:
    data, verb = p["data"], _VERBS.get(p.text("action"))
    key, title = data.text("identifier", "") or data.text("number", "issue"), data.text("title")
    linked = f"{link(key, p.text('url', '') or data.text('url', ''))} {cut(title)}"
    topic = f"{key}: {title}"
    if verb == "changed":
        changes = _changes(p)
        return Notice(topic, paragraphs(f"{_who(p)} changed {linked}.", items(changes))) if changes else None
    if verb != "made":
        return None if verb is None else Notice(topic, f"{_who(p)} removed {linked}.")
    about = facts((("State", data.text("state.name", "")), ("Priority", _priority(data)),
                   ("Assignee", data.text("assignee.name", "")), ("Team", data.text("team.name", ""))))
    return Notice(topic, paragraphs(f"{_who(p)} made {linked}.", about, quote(data.text("description", ""))))


def _priority(data: Payload) -> str:
    return _PRIORITIES.get(int(data.number("priority", 0)), "") if data.has("priority") else ""


def _changes(p: Payload) -> list[str]:
    """What is told of an update: the new values of what it names."""
    before, data = p.find("updatedFrom"), p["data"]
    if before is None or not isinstance(before.value, dict):
        return []
    told = {"title": ("Title", data.text("title", "")), "stateId": ("State", data.text("state.name", "")),
            "assigneeId": ("Assignee", data.text("assignee.name", "nobody")), "priority": ("Priority", _priority(data)),
            "dueDate": ("Due", data.text("dueDate", "none")), "estimate": ("Estimate", data.text("estimate", "none")),
            "description": ("Description", "changed")}
    return [f"{bold(told[name][0])}: {code(told[name][1] or 'none')}" for name in before.value if name in told]


def comment(p: Payload) -> Notice | None:
    verb = {"create": "commented on", "update": "edited a comment on", "remove": "deleted a comment on"}.get(
        p.text("action"))
    if verb is None:
        return None
    title = p.text("data.issue.title", "") or p.text("data.project.name", "") or "a document"
    key = p.text("data.issue.identifier", "")
    body = "" if verb.startswith("deleted") else quote(p.text("data.body"))
    return Notice(f"{key}: {title}" if key else title,
                  paragraphs(f"{_who(p)} {link(verb, p.text('url', ''))} {key} {cut(title)}.".replace("  ", " "), body))


def project(p: Payload) -> Notice | None:
    verb, name = _VERBS.get(p.text("action")), p.text("data.name")
    linked = link(name, p.text("url", ""))
    return None if verb is None else Notice(name, f"{_who(p)} {verb} the project {linked}.")


def project_update(p: Payload) -> Notice | None:
    if p.text("action") != "create":
        return None
    name, health = p.text("data.project.name", "Project"), p.text("data.health", "")
    told = f" It is {code(health)}." if health else ""
    return Notice(name, paragraphs(f"{_who(p)} wrote an {link('update', p.text('url', ''))} on {bold(name)}.{told}",
                                   quote(p.text("data.body", ""))))


SERVICE = Service(
    "linear", "Linear", by_key("type"),
    {"Issue": issue, "Comment": comment, "Project": project, "ProjectUpdate": project_update},
    signature=hmac_hex("Linear-Signature"),
    once=lambda delivery: delivery.header("Linear-Delivery"))
