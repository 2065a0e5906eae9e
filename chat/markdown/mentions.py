"""Mentions: people, wildcards and groups.

A person is `@**Full Name**`, `@**Full Name|id**` or `@**|id**`; everybody is `@**all**` and its like, a
topic's people `@**topic**`, a group `@*group*`; with `@_` for `@` nobody is called, nor in a quote. A
name that nobody has is text.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.util import AtomicString

from chat.markdown.inlines import NOT_OURS, InlineRoom, InlineText, Match, Reading
from chat.markdown.names import MentionedUser
from chat.markdown.state import RenderState

CHANNEL_WILDCARDS = frozenset({"all", "everyone", "channel", "stream"})
TOPIC_WILDCARD = "topic"
_BEFORE = frozenset("'\"({[/<*~|\u201c\u2018\u00ab\u2014")
_WITH_ID = re.compile(r"(.*)\|(\d{1,10})$")


def may_follow(data: str, start: int) -> bool:
    """Whether a mention or channel link may begin here: at the start, after a space or an opening mark."""
    return not start or data[start - 1].isspace() or data[start - 1] in _BEFORE


class MentionRoom(InlineRoom):
    first = "@"
    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, md: Markdown) -> None:
        super().__init__(r"@(_?)(?:\*\*([^*`\n]{1,120})\*\*|\*([^*`\n]{1,120})\*(?!\*))", md)

    def read(self, m: Match, data: InlineText) -> Reading:
        if not may_follow(data, m.start()):
            return NOT_OURS
        silent = bool(m.group(1)) or self.state.quote_depth > 0
        if m.group(2) is not None:
            element = _person(m.group(2), silent, self.state)
        else:
            element = _group(m.group(3), silent, self.state)
        return (m.group() if element is None else element), m.start(), m.end()


def _person(typed: str, silent: bool, state: RenderState) -> Element | None:
    if typed in CHANNEL_WILDCARDS:
        if not silent:
            state.mentions_channel_wildcard = True
        return _span("user-mention", typed, silent, "data-user-id", "*")
    if typed == TOPIC_WILDCARD:
        if not silent:
            state.mentions_topic_wildcard = True
        return _span("topic-mention", typed, silent)
    user = find_user(typed, state)
    if user is None:
        return None
    silent = silent or not user.is_active
    if not silent:
        state.mentioned_user_ids.add(user.id)
    return _span("user-mention", user.full_name, silent, "data-user-id", str(user.id))


def find_user(typed: str, state: RenderState) -> MentionedUser | None:
    """Who is meant by the words between the stars. Of several with one name: an active one, the earliest."""
    with_id = _WITH_ID.match(typed)
    if with_id is not None:
        user = state.names.user_by_id(int(with_id.group(2)))
        name = with_id.group(1)
        if user is not None and (not name or user.full_name.lower() == name.lower()):
            return user
    candidates = state.names.users_by_name(typed)
    return min(candidates, key=lambda user: (not user.is_active, user.id), default=None)


def _group(typed: str, silent: bool, state: RenderState) -> Element | None:
    group = state.names.group_by_name(typed)
    if group is None:
        return None
    if not silent:
        state.mentioned_group_ids.add(group.id)
    return _span("user-group-mention", group.name, silent, "data-user-group-id", str(group.id))


def _span(css_class: str, name: str, silent: bool, attribute: str = "", value: str = "") -> Element:
    element = Element("span", {"class": css_class + " silent" if silent else css_class})
    if attribute:
        element.set(attribute, value)
    element.text = AtomicString(name if silent else "@" + name)
    return element


def extend(md: Markdown) -> None:
    md.inlinePatterns.register(MentionRoom(md), "mention", 160)
