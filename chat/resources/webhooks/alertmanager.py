"""Prometheus Alertmanager: groups of alerts.

What it sends: prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

from chat.resources.incoming.alerts import group, name
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.words import paragraphs

_URLS = (("generatorURL", "graph"),)


def alerts(p: Payload) -> Notice:
    found = p.each("alerts")
    topic = p.text("groupLabels.alertname", "") or p.text("commonLabels.alertname", "") or (
        name(found[0]) if found else "Alerts")
    left_out = int(p.number("truncatedAlerts", 0))
    more = f"{left_out:,} more alerts were left out." if left_out > 0 else ""
    return Notice(topic, paragraphs(group(found, urls=_URLS), more) or "A group without alerts.")


SERVICE = Service("alertmanager", "Alertmanager", by_key("status"), {"firing": alerts, "resolved": alerts})
