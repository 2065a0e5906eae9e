"""Emoticons: `:)` becomes an emoji for those who asked for it, where it stands as a word of its own."""

from __future__ import annotations

import re

from markdown import Markdown

from chat.emoji import EMOTICONS, name_to_code
from chat.markdown.emoji_spans import unicode_emoji
from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading


class EmoticonRoom(InlineRoom):
    first = "".join(sorted({emoticon[0] for emoticon in EMOTICONS}))
    guard = "(?:{})".format(
        "|".join(re.escape(emoticon[1:]) for emoticon in sorted(EMOTICONS, key=len, reverse=True))
    )

    def __init__(self, md: Markdown) -> None:
        longest_first = sorted(EMOTICONS, key=len, reverse=True)
        super().__init__("(?:" + "|".join(map(re.escape, longest_first)) + r")(?=[\s.,;!?)]|$)", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        start = m.start()
        if not self.state.translate_emoticons or (start and not data[start - 1].isspace()):
            return NOT_OURS
        name = EMOTICONS[m.group()]
        return unicode_emoji(name, name_to_code[name]), start, m.end()


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(EmoticonRoom(md), "emoticon", 125)
