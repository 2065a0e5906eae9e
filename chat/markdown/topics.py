"""Links in a topic's name: linkifiers and bare addresses, in the order they stand."""

from __future__ import annotations

import re

from chat.markdown.addresses import link_target
from chat.markdown.bare_urls import URL, trim
from chat.markdown.inlines import Claim
from chat.markdown.linkifiers import find_links
from chat.markdown.names import MarkdownNames
from chat.markdown.state import RenderState

MAX_TOPIC = 1_000
_URL = re.compile(rf"(?<![A-Za-z0-9_@.]){URL}", re.IGNORECASE)


def topic_links(topic: str, names: MarkdownNames) -> list[dict[str, str]]:
    """`[{"text": ..., "url": ...}]` for a message's `topic_links`; what a linkifier takes no address takes again."""
    if "/" not in topic and "www." not in topic.lower() and not names.linkifiers:
        return []
    topic = topic[:MAX_TOPIC]
    state = RenderState(names)
    claims = find_links(topic, names.linkifiers, state) if names.linkifiers else []
    for m in _URL.finditer(topic):
        url = trim(m.group())
        href = url and link_target(("http://" + url) if url[0] in "wW" else url, state)
        if url and href:
            claims.append(Claim(m.start(), m.start() + len(url), href))
    links = []
    taken = 0
    for claim in sorted(claims, key=lambda claim: claim.start):
        if claim.start >= taken:
            links.append({"text": topic[claim.start : claim.end], "url": claim.href})
            taken = claim.end
    return links
