"""Links to conversations: `#**channel**`, `#**channel>topic**`, `#**channel>topic@message**`.

An unknown channel is text.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading
from chat.markdown.mentions import may_follow
from chat.markdown.names import NamedChannel
from chat.markdown.state import RenderState

_OWN_ADDRESS = re.compile(
    r"/?#narrow/(?:channel|stream)/(\d{1,10})(?:-[^/]*)?(?:/(?:topic|subject)/([^/?#]+)(?:/(?:near/(\d{1,12})|with/\d+))?)?/?$"
)
_WITH_MESSAGE = re.compile(r"(.+)@(\d{1,12})$")


def encode_operand(text: str) -> str:
    """`text` as it stands in the fragment of an address: percent-encoded, with dots for the percent signs."""
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")


def channel_path(channel: NamedChannel) -> str:
    return f"/#narrow/stream/{channel.id}-{encode_operand(channel.name.replace(' ', '-'))}"


def topic_path(channel: NamedChannel, topic: str) -> str:
    return f"{channel_path(channel)}/topic/{encode_operand(topic)}"


def conversation_link(href: str, state: RenderState) -> Element | None:
    """The link for one of our own addresses, shown as the conversation it leads to; None for any other."""
    m = _OWN_ADDRESS.match(href)
    channel = state.names.channel_by_id(int(m.group(1))) if m is not None else None
    if m is None or channel is None:
        return None
    if m.group(2) is None:
        return link_to_channel(channel)
    topic = unquote(m.group(2).replace(".", "%"), errors="replace")
    return link_to_message(channel, topic, int(m.group(3))) if m.group(3) else link_to_topic(channel, topic)


def link_to_channel(channel: NamedChannel) -> Element:
    return _anchor("stream", channel, channel_path(channel), f"#{channel.name}")


def link_to_topic(channel: NamedChannel, topic: str) -> Element:
    return _anchor("stream-topic", channel, topic_path(channel, topic), f"#{channel.name} > {topic}")


def link_to_message(channel: NamedChannel, topic: str, message_id: int) -> Element:
    element = Element("a", {"class": "message-link", "href": f"{topic_path(channel, topic)}/near/{message_id}"})
    element.text = AtomicString(f"#{channel.name} > {topic} @ 💬")
    return element


class ChannelLinkRoom(InlineRoom):
    first = "#"
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"#\*\*([^*`\n]{1,200})\*\*", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        if not may_follow(data, m.start()):
            return NOT_OURS
        element = self.link(m.group(1))
        return (m.group() if element is None else element), m.start(), m.end()

    def link(self, typed: str) -> Element | None:
        name, arrow, topic = typed.partition(">")
        channel = self.state.names.channel_by_name(name)
        if channel is None or (arrow and not topic.strip()):
            return None
        if not arrow:
            return link_to_channel(channel)
        with_message = _WITH_MESSAGE.match(topic)
        if with_message is None:
            return link_to_topic(channel, topic)
        return link_to_message(channel, with_message.group(1), int(with_message.group(2)))


def _anchor(css_class: str, channel: NamedChannel, href: str, text: str) -> Element:
    element = Element("a", {"class": css_class, "data-stream-id": str(channel.id), "href": href})
    element.text = AtomicString(text)
    return element


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(ChannelLinkRoom(md), "channel_link", 160)
