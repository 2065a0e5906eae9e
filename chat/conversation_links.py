"""Addresses of conversations, as the browser client reads them: `/#narrow/...`."""

from __future__ import annotations

import re
from collections.abc import Collection

from chat.markdown.channel_links import encode_operand, topic_path
from chat.models import Channel

_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")


def topic_link(channel: Channel, topic: str, near: int) -> str:
    """A topic, at a message of it."""
    return f"{topic_path(channel, topic)}/near/{near}"


def direct_link(user_ids: Collection[int], name: str, near: int) -> str:
    """A conversation with these people (oneself left out, where there are others), at a message of it. The name is for
    people who read addresses."""
    ids = ",".join(map(str, sorted(user_ids)))
    return f"/#narrow/dm/{ids}-{encode_operand(_NOT_IN_A_NAME.sub('-', name)[:60])}/near/{near}"
