"""PagerDuty: incidents, from the third version of its webhooks.

What it sends: developer.pagerduty.com/docs/webhooks-overview
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.signatures import hmac_of_several
from chat.resources.incoming.words import bold, code, facts, link, paragraphs, quote

_VERBS = {
    "incident.triggered": (":rotating_light:", "was triggered"),
    "incident.acknowledged": (":eyes:", "was acknowledged"),
    "incident.unacknowledged": (":rotating_light:", "is no longer acknowledged"),
    "incident.resolved": (":check:", "was resolved"),
    "incident.reopened": (":rotating_light:", "was reopened"),
    "incident.escalated": (":rotating_light:", "was escalated"),
    "incident.reassigned": (":point_right:", "was reassigned"),
    "incident.delegated": (":point_right:", "was delegated"),
    "incident.priority_updated": (":info:", "has a new priority"),
}


def _topic(incident: Payload) -> str:
    return f"Incident #{incident.text('number', '')} {incident.text('title', '') or incident.text('summary', '')}"


def _linked(incident: Payload) -> str:
    title = incident.text("title", "") or incident.text("summary", "") or "An incident"
    return link(title, incident.text("html_url", ""))


def incident(p: Payload) -> Notice:
    data = p["event.data"]
    mark, verb = _VERBS[p.text("event.event_type")]
    who = p.text("event.agent.summary", "")
    to = ", ".join(bold(one.text("summary")) for one in data.each("assignees")[:5])
    about = facts((("Service", data.text("service.summary", "")), ("Urgency", data.text("urgency", "")),
                   ("Priority", data.text("priority.summary", ""))))
    assigned = f" Assigned to {to}." if to and "resolved" not in verb else ""
    return Notice(_topic(data), paragraphs(
        f"{mark} {_linked(data)} {verb}{f' by {bold(who)}' if who else ''}.{assigned}",
        about if verb in ("was triggered", "has a new priority") else ""))


def annotated(p: Payload) -> Notice:
    data = p["event.data"]
    who = bold(p.text("event.agent.summary", "Somebody"))
    return Notice(_topic(data["incident"]), paragraphs(
        f"{who} wrote a note on {_linked(data['incident'])}.", quote(data.text("content"))))


def status_update(p: Payload) -> Notice:
    data = p["event.data"]
    return Notice(_topic(data["incident"]), paragraphs(
        f"A new status of {_linked(data['incident'])}.", quote(data.text("message"))))


def responder(p: Payload) -> Notice:
    data = p["event.data"]
    state, who = data.text("state", "asked"), bold(data.text("user.summary", "") or data.text(
        "escalation_policy.summary", "somebody"))
    return Notice(_topic(data["incident"]), f"{who} as responder to {_linked(data['incident'])}: {code(state)}.")


SERVICE = Service(
    "pagerduty", "PagerDuty", by_key("event.event_type"),
    {**dict.fromkeys(_VERBS, incident), "incident.annotated": annotated,
     "incident.status_update_published": status_update, "incident.responder.added": responder,
     "incident.responder.replied": responder},
    silent=frozenset({"pagey.ping"}),
    signature=hmac_of_several("X-PagerDuty-Signature", "v1="),
    once=lambda delivery: delivery.payload.text("event.id", "") or None)
