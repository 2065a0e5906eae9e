"""Which bots one can make: those that live in the server, and the services that post through an incoming webhook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chat.bots import SIGNING_SECRET
from chat.embedded_bots.bot import EmbeddedBot
from chat.resources.incoming.service import Service


def catalogue(embedded: Iterable[EmbeddedBot], services: Iterable[Service]) -> dict[str, Any]:
    """The parts of `register` that tell it, by name."""
    return {
        "realm_embedded_bots": [
            {"name": bot.name, "summary": bot.summary, "config": dict(bot.config)} for bot in embedded],
        "realm_incoming_webhook_bots": [
            {"name": service.name, "display_name": service.title, "all_event_types": service.events or None,
             "config": {} if service.signature is None else {SIGNING_SECRET: ""}} for service in services],
    }
