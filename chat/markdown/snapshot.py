"""The part of the organisation that one message speaks of, as plain data that can travel to another
process.

Owns finding the names a message might mean. More may be carried than is used, never less: `tests` hold
that a message renders the same with the snapshot as with the live names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chat.markdown.names import MarkdownNames

MAX_NAMES = 2_000
# Looking ahead, so that a name inside what looks like another is found too.
_PEOPLE = re.compile(r"@_?(?=\*\*([^*`\n\r]{1,120})\*\*)")
_ID = re.compile(r"\|(\d{1,10})$")
_GROUPS = re.compile(r"@_?(?=\*([^*`\n\r]{1,120})\*)")
_CHANNELS = re.compile(r"#(?=\*\*([^*`\n\r>]{1,200}))")
_CHANNEL_IDS = re.compile(r"#narrow/(?:channel|stream)/(\d{1,10})")
_EMOJI = re.compile(r":(?=([A-Za-z0-9_+-]{1,60}):)")


@dataclass(frozen=True, slots=True)
class Named:
    """A person, channel, group, emoji or linkifier: the attributes that the kind has."""

    id: int = 0
    name: str = ""
    full_name: str = ""
    is_active: bool = True
    source_url: str = ""
    pattern: str = ""
    url_template: str = ""


@dataclass(slots=True)
class NamesSnapshot:
    """`MarkdownNames` from plain data."""

    external_url: str
    linkifiers: Sequence[Named] = ()
    people: dict[str, list[Named]] = field(default_factory=dict)
    people_by_id: dict[int, Named] = field(default_factory=dict)
    channels: dict[str, Named] = field(default_factory=dict)
    channels_by_id: dict[int, Named] = field(default_factory=dict)
    groups: dict[str, Named] = field(default_factory=dict)
    emoji: dict[str, Named] = field(default_factory=dict)

    def user_by_id(self, user_id: int) -> Named | None:
        return self.people_by_id.get(user_id)

    def users_by_name(self, full_name: str) -> Sequence[Named]:
        return self.people.get(full_name, ())

    def channel_by_name(self, name: str) -> Named | None:
        return self.channels.get(name)

    def channel_by_id(self, channel_id: int) -> Named | None:
        return self.channels_by_id.get(channel_id)

    def group_by_name(self, name: str) -> Named | None:
        return self.groups.get(name)

    def custom_emoji(self, name: str) -> Named | None:
        return self.emoji.get(name)


def take_snapshot(content: str, names: MarkdownNames) -> NamesSnapshot:
    """Everything `content` could ask of `names`."""
    snapshot = NamesSnapshot(
        names.external_url,
        [Named(pattern=one.pattern, url_template=one.url_template) for one in names.linkifiers],
    )
    for typed in _distinct(_PEOPLE, content):
        snapshot.people[typed] = [_person(user) for user in names.users_by_name(typed)]
        with_id = _ID.search(typed)
        if with_id is not None and (user := names.user_by_id(int(with_id.group(1)))) is not None:
            snapshot.people_by_id[user.id] = _person(user)
    for typed in _distinct(_GROUPS, content):
        if (group := names.group_by_name(typed)) is not None:
            snapshot.groups[typed] = Named(group.id, group.name)
    for typed in _distinct(_CHANNELS, content):
        if (channel := names.channel_by_name(typed)) is not None:
            snapshot.channels[typed] = Named(channel.id, channel.name)
    for typed in _distinct(_CHANNEL_IDS, content):
        if (channel := names.channel_by_id(int(typed))) is not None:
            snapshot.channels_by_id[channel.id] = Named(channel.id, channel.name)
    for typed in _distinct(_EMOJI, content):
        if (emoji := names.custom_emoji(typed)) is not None:
            snapshot.emoji[typed] = Named(name=emoji.name, source_url=emoji.source_url)
    return snapshot


def _distinct(pattern: re.Pattern[str], content: str) -> list[str]:
    return list(dict.fromkeys(pattern.findall(content)))[:MAX_NAMES]


def _person(user: Any) -> Named:
    return Named(user.id, full_name=user.full_name, is_active=user.is_active)


def to_plain(snapshot: NamesSnapshot) -> dict[str, Any]:
    """For JSON."""

    def plain(one: Named) -> list[Any]:
        return [one.id, one.name, one.full_name, one.is_active, one.source_url, one.pattern, one.url_template]

    return {
        "external_url": snapshot.external_url,
        "linkifiers": [plain(one) for one in snapshot.linkifiers],
        "people": {typed: [plain(one) for one in people] for typed, people in snapshot.people.items()},
        "people_by_id": [plain(one) for one in snapshot.people_by_id.values()],
        "channels": {typed: plain(one) for typed, one in snapshot.channels.items()},
        "channels_by_id": [plain(one) for one in snapshot.channels_by_id.values()],
        "groups": {typed: plain(one) for typed, one in snapshot.groups.items()},
        "emoji": {typed: plain(one) for typed, one in snapshot.emoji.items()},
    }


def from_plain(plain: dict[str, Any]) -> NamesSnapshot:
    """What `to_plain` was given."""
    return NamesSnapshot(
        plain["external_url"],
        [Named(*one) for one in plain["linkifiers"]],
        {typed: [Named(*one) for one in people] for typed, people in plain["people"].items()},
        {one[0]: Named(*one) for one in plain["people_by_id"]},
        {typed: Named(*one) for typed, one in plain["channels"].items()},
        {one[0]: Named(*one) for one in plain["channels_by_id"]},
        {typed: Named(*one) for typed, one in plain["groups"].items()},
        {typed: Named(*one) for typed, one in plain["emoji"].items()},
    )
