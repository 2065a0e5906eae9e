"""Alerts in the form of Prometheus itself: a list as it posts them, or what its API lists.

What it sends: prometheus.io/docs/prometheus/latest/querying/api/#alerts, and the alerts API of Alertmanager
"""

from __future__ import annotations

from datetime import UTC, datetime

from chat.resources.incoming.alerts import group, name
from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.service import Delivery, Notice, Service

_URLS = (("generatorURL", "graph"),)


def _alerts(delivery: Delivery) -> list[Payload]:
    payload = delivery.payload
    if isinstance(payload.value, list):
        found = [Payload(one, str(place)) for place, one in enumerate(payload.value)]
    else:
        found = payload.each("data.alerts") if payload.find("data") else payload.each("alerts")
    if not found or not all(isinstance(one.value, dict) for one in found):
        raise AnomalousPayload("The payload has no alerts")
    return [Payload({**one.value, "status": "resolved" if _is_over(one, delivery.now) else "firing"}) for one in found]


def _is_over(alert: Payload, now: float) -> bool:
    """Whether it is resolved: it says so, or its end (which lies ahead as long as it fires) has come."""
    if alert.text("status", "") == "resolved" or alert.text("state", "") == "inactive":
        return True
    try:
        ends = datetime.fromisoformat(alert.text("endsAt", "")[:19]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return False
    return 0 < ends <= now


def event(delivery: Delivery) -> str:
    """Firing, as long as one of them is."""
    return "firing" if any(one.text("status") == "firing" for one in _alerts(delivery)) else "resolved"


def tell(delivery: Delivery) -> Notice:
    found = _alerts(delivery)
    return Notice(name(found[0]), group(found, urls=_URLS))


SERVICE = Service("prometheus", "Prometheus", event, tell=tell)
