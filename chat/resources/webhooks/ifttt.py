"""IFTTT: what an applet's action "Make a web request" sends: `content` under a `topic`, or its three values.

What it sends: the body that the applet's author wrote (ifttt.com/maker_webhooks).
"""

from __future__ import annotations

from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.service import Notice, Service, always


def tell(p: Payload) -> Notice:
    values = [p.text(name) for name in ("value1", "value2", "value3") if p.has(name)]
    content = p.text("content", "") or p.text("message", "") or "\n".join(values)
    if not content.strip():
        raise AnomalousPayload("The payload has neither content nor values")
    return Notice(p.text("topic", "") or p.text("event", "") or "IFTTT", content)


SERVICE = Service("ifttt", "IFTTT", always("applet"), {"applet": tell})
