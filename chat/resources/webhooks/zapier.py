"""Zapier: whatever a Zap sends, as `content` under a `topic`.

What it sends: the fields that the Zap's author gave (help.zapier.com, "Webhooks by Zapier").
"""

from __future__ import annotations

from chat.resources.incoming.payload import AnomalousPayload, Payload
from chat.resources.incoming.service import Notice, Service, always
from chat.resources.incoming.words import facts

_TOPICS, _CONTENTS = ("topic", "subject", "title"), ("content", "message", "text", "body")
_OURS = frozenset({*_TOPICS, *_CONTENTS, "type"})


def tell(p: Payload) -> Notice:
    topic = next((p.text(name) for name in _TOPICS if p.has(name)), "Zapier")
    content = next((p.text(name) for name in _CONTENTS if p.has(name)), "") or fields(p, _OURS)
    if not content.strip():
        raise AnomalousPayload("The payload has neither content nor other fields")
    return Notice(topic, content)


def fields(p: Payload, but: frozenset[str]) -> str:
    """Everything plain that was sent, by name."""
    names = p.value if isinstance(p.value, dict) else {}
    return facts((str(name), p.text(name)) for name, value in names.items()
                 if name not in but and "." not in name and isinstance(value, str | int | float))


SERVICE = Service("zapier", "Zapier", always("zap"), {"zap": tell})
