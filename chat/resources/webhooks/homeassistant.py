"""Home Assistant: notifications of its RESTful notify service.

What it sends: www.home-assistant.io/integrations/notify.rest
"""

from __future__ import annotations

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, always
from chat.resources.incoming.words import bold, paragraphs


def tell(p: Payload) -> Notice:
    title = p.text("title", "")
    return Notice(p.text("topic", "") or p.text("target", "") or "Home",
                  paragraphs(bold(title), p.text("message")))


SERVICE = Service("homeassistant", "Home Assistant", always("notification"), {"notification": tell})
