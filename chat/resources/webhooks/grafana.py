"""Grafana: its own alerting, and what its older alerting sent.

What it sends: grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations
"""

from __future__ import annotations

from chat.resources.incoming.alerts import group, name
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Delivery, Notice, Service
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, facts, link, paragraphs, quote

_URLS = (("generatorURL", "rule"), ("panelURL", "panel"), ("dashboardURL", "dashboard"), ("silenceURL", "silence"))
_STATES = {"alerting": (":rotating_light:", "is firing"), "ok": (":check:", "is resolved"),
           "no_data": (":question:", "has no data"), "pending": (":hourglass:", "is pending"),
           "paused": (":prohibited:", "is paused")}


def event(delivery: Delivery) -> str:
    """What happened: firing or resolved; of the older alerting its state."""
    if delivery.payload.find("alerts"):
        return delivery.payload.text("status")
    return delivery.payload.text("state")


def alerts(p: Payload) -> Notice:
    found = p.each("alerts")
    topic = p.text("groupLabels.alertname", "") or (name(found[0]) if found else p.text("title", "Grafana"))
    return Notice(topic, group(found, urls=_URLS) or p.text("title", "") or "A group without alerts.")


def older(p: Payload) -> Notice:
    mark, verb = _STATES[p.text("state")]
    linked = link(p.text("ruleName"), p.text("ruleUrl", ""))
    values = facts((one.text("metric"), one.text("value", "")) for one in p.each("evalMatches")[:10])
    return Notice(p.text("ruleName"), paragraphs(f"{mark} {bold(linked) if linked[0] != '[' else linked} {verb}.",
                                                 quote(p.text("message", "")), values))


SERVICE = Service(
    "grafana", "Grafana", event, {"firing": alerts, "resolved": alerts, **dict.fromkeys(_STATES, older)},
    signature=hmac_hex("X-Grafana-Alerting-Signature"))
