"""Opsgenie: alerts made, acknowledged, escalated, closed.

What it sends: support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.words import bold, code, cut, facts, paragraphs, quote

_VERBS = {
    "Create": (":rotating_light:", "is new"), "Acknowledge": (":eyes:", "was acknowledged"),
    "UnAcknowledge": (":rotating_light:", "is no longer acknowledged"), "Close": (":check:", "was closed"),
    "Escalate": (":rotating_light:", "was escalated"), "AssignOwnership": (":point_right:", "was given to {owner}"),
    "TakeOwnership": (":point_right:", "was taken over"), "AddNote": (":memo:", "has a note"),
    "AddTags": (":info:", "has new tags"), "RemoveTags": (":info:", "lost tags"),
    "AddTeam": (":point_right:", "has one more team"), "AddRecipient": (":point_right:", "has one more recipient"),
    "Snooze": (":zzz:", "was snoozed"), "Delete": (":prohibited:", "was deleted"),
    "UpdatePriority": (":info:", "has a new priority"), "UpdateMessage": (":info:", "has a new message"),
    "UpdateDescription": (":info:", "has a new description"),
}


def alert(p: Payload) -> Notice:
    about, action = p["alert"], p.text("action")
    mark, verb = _VERBS[action]
    number, title = about.text("tinyId", "") or about.text("alertId"), about.text("message")
    who = about.text("username", "")
    verb = verb.replace("{owner}", bold(about.text("owner", "somebody")))
    tags = " ".join(code(tag.plain) for tag in about.each("tags")[:10])
    more = ""
    if action == "Create":
        more = paragraphs(facts((("Priority", about.text("priority", "")), ("Source", about.text("source", "")),
                                 ("Team", about.text("team", "")))), quote(about.text("description", "")))
    elif action == "AddNote":
        more = quote(about.text("note", ""))
    elif action in ("AddTags", "RemoveTags"):
        more = tags
    elif action == "UpdatePriority":
        more = facts((("Priority", about.text("priority", "")),))
    by = f" by {bold(who)}" if who and action != "Create" else ""
    return Notice(f"Alert #{number} {title}", paragraphs(f"{mark} Alert #{number} {cut(title)} {verb}{by}.", more))


SERVICE = Service("opsgenie", "Opsgenie", by_key("action"), dict.fromkeys(_VERBS, alert))
