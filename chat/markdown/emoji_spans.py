"""Emoji: `:name:` (the organisation's own first, then Unicode) and Unicode emoji as they are typed.

A character that is text unless asked otherwise (©, ™, ❤ without its variation selector) stays text.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat import emoji
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading
from chat.markdown.names import CustomEmoji

_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def unicode_emoji(name: str, code: str) -> Element:
    label = name.replace("_", " ")
    element = Element(
        "span", {"aria-label": label, "class": f"emoji emoji-{code}", "role": "img", "title": label}
    )
    element.text = AtomicString(f":{name}:")
    return element


def custom_emoji(custom: CustomEmoji) -> Element:
    alt, title = f":{custom.name}:", custom.name.replace("_", " ")
    return Element("img", {"alt": alt, "class": "emoji", "src": custom.source_url, "title": title})


class NamedEmojiRoom(InlineRoom):
    first = ":"

    def __init__(self, md: Markdown) -> None:
        super().__init__(r":([A-Za-z0-9_+-]{1,60}):", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        start, end = m.start(), m.end()
        before = data[start - 1] if start > data.taken else " "
        after = data[end] if end < len(data) else " "
        if before == ":" or (before in _WORD and after in _WORD):
            return NOT_OURS
        name = m.group(1)
        custom = self.state.names.custom_emoji(name)
        if custom is not None:
            return custom_emoji(custom), start, end
        code = emoji.name_to_code.get(name)
        if code is None:
            return NOT_OURS
        return unicode_emoji(name, code), start, end


class LiteralEmojiRoom(InlineRoom):
    first = emoji.FIRST_CHARACTERS

    def __init__(self, md: Markdown) -> None:
        super().__init__(emoji.SEQUENCE, md)

    def read(self, m: Match, data: InlineText) -> Reading:
        code = emoji.code_of(m.group())
        if code is None:
            return m.group(), m.start(), m.end()
        return unicode_emoji(emoji.code_to_names[code][0], code), m.start(), m.end()


class KeycapRoom(LiteralEmojiRoom):
    """Digits and signs on a key: the characters that follow tell them from ordinary ones."""

    first = "0123456789#*"
    guard = "\ufe0f?\u20e3"

    def __init__(self, md: Markdown) -> None:
        InlineRoom.__init__(self, emoji.KEYCAP, md)


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(NamedEmojiRoom(md), "named_emoji", 120)
    md.inlinePatterns.register(LiteralEmojiRoom(md), "literal_emoji", 110)
    md.inlinePatterns.register(KeycapRoom(md), "keycap", 170)
