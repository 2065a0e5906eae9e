"""Sentry: issues, alerts and comments of an internal integration, and what the older plugin sends.

What it sends: docs.sentry.io/organization/integrations/integration-platform/webhooks
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Delivery, MissingEventHeader, Notice, Service
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, facts, link, paragraphs, quote

_HEADER = "Sentry-Hook-Resource"
_MARKS = {"fatal": ":rotating_light:", "error": ":cross_mark:", "warning": ":warning:", "info": ":info:"}


def event(delivery: Delivery) -> str:
    """By the header; the older plugin sends none, and a project instead."""
    resource = delivery.header(_HEADER)
    if not resource and delivery.payload.find("project_name"):
        return "legacy"
    if not resource:
        raise MissingEventHeader(_HEADER)
    return resource[:100]


def issue(p: Payload) -> Notice | None:
    about, action = p["data.issue"], p.text("action")
    verb = {"created": "is new", "resolved": "is resolved", "assigned": "is assigned", "archived": "is archived",
            "ignored": "is archived", "unresolved": "is back"}.get(action)
    if verb is None:
        return None
    title = about.text("title")
    linked = link(title, about.text("web_url", "") or about.text("permalink", ""))
    who = p.text("actor.name", "")
    to = about.text("assignedTo.name", "") if action == "assigned" else ""
    by = f" by {bold(who)}" if who and who != "Sentry" and action != "created" else ""
    where = facts((("Project", about.text("project.name", "")), ("Where", about.text("culprit", ""))))
    mark = ":check:" if action == "resolved" else _MARKS.get(about.text("level", "error"), ":cross_mark:")
    return Notice(about.text("shortId", "") + " " + title, paragraphs(
        f"{mark} {linked} {verb}{f' to {bold(to)}' if to else ''}{by}.", where if action == "created" else ""))


def _event(p: Payload, part: str) -> Notice:
    about = p[f"data.{part}"]
    title, level = about.text("title"), about.text("level", "error")
    linked = link(title, about.text("web_url", ""))
    rule = p.text("data.triggered_rule", "")
    return Notice(title, paragraphs(
        f"{_MARKS.get(level, ':cross_mark:')} {linked}" + (f" (alert {bold(rule)})" if rule else ""),
        facts((("Where", about.text("culprit", "")), ("Environment", about.text("environment", "")),
               ("Message", about.text("message", ""))))))


def metric_alert(p: Payload) -> Notice:
    action, title = p.text("action"), p.text("data.description_title")
    mark = {"critical": ":rotating_light:", "warning": ":warning:", "resolved": ":check:"}.get(action, ":info:")
    linked = link(title, p.text("data.web_url", ""))
    return Notice(title, paragraphs(f"{mark} {linked} is {code(action)}.", quote(p.text("data.description_text", ""))))


def comment(p: Payload) -> Notice:
    who, project = bold(p.text("actor.name", "Somebody")), p.text("data.project_slug", "Sentry")
    return Notice(f"{project} / issue {p.text('data.issue_id')}",
                  paragraphs(f"{who} commented on an issue of {cut(project)}.", quote(p.text("data.comment"))))


def legacy(p: Payload) -> Notice:
    title = p.text("message", "") or p.text("event.title", "") or "An error"
    linked = link(title, p.text("url", ""))
    return Notice(p.text("project_name"), paragraphs(
        f"{_MARKS.get(p.text('level', 'error'), ':cross_mark:')} {linked}",
        facts((("Where", p.text("culprit", "")),))))


SERVICE = Service(
    "sentry", "Sentry", event,
    {"issue": issue, "event_alert": lambda p: _event(p, "event"), "error": lambda p: _event(p, "error"),
     "metric_alert": metric_alert, "comment": comment, "legacy": legacy},
    silent=frozenset({"installation"}),
    signature=hmac_hex("Sentry-Hook-Signature"),
    once=lambda delivery: delivery.header("Request-ID"))
