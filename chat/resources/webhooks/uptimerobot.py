"""UptimeRobot: monitors that go down and come up, certificates that run out.

What it sends: uptimerobot.com/integrations/webhooks (the POST value with all variables, as JSON)
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Delivery, Notice, Service
from chat.resources.incoming.words import cut, facts, link, paragraphs

_KINDS = {"1": "down", "2": "up", "3": "ssl"}


def event(delivery: Delivery) -> str:
    """The alert's type, in a word."""
    kind = delivery.payload.text("alert_type")
    return _KINDS.get(kind, kind.lower())[:100]


def _duration(p: Payload) -> str:
    """How long it was down, in words."""
    seconds = int(p.number("alert_duration", 0)) if p.text("alert_duration", "").isdigit() else 0
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)[:50]


def _told(mark: str, verb: str, p: Payload) -> Notice:
    name = p.text("monitor_friendly_name", "") or p.text("monitor_url")
    linked = link(name, p.text("monitor_url", ""))
    lasted = f" It took {_duration(p)}." if verb == "is up again" and _duration(p) else ""
    return Notice(name, paragraphs(f"{mark} {linked} {verb}.{lasted}", facts((
        ("Reason", p.text("alert_details", "") if verb != "is up again" else ""),
        ("Certificate ends", cut(p.text("ssl_expiry_date", "")) if "certificate" in verb else "")))))


SERVICE = Service("uptimerobot", "UptimeRobot", event, {
    "down": lambda p: _told(":rotating_light:", "is down", p), "up": lambda p: _told(":check:", "is up again", p),
    "ssl": lambda p: _told(":warning:", "has a certificate that runs out", p)})
