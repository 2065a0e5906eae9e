"""The names that an import's markdown may speak of, as the renderer asks for them. Travels to other processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chat.commands.imports.records import Everything
from chat.markdown.snapshot import Named


@dataclass(slots=True)
class ImportedNames:
    external_url: str
    linkifiers: Sequence[Named] = ()
    people: dict[int, Named] = field(default_factory=dict)
    by_name: dict[str, list[Named]] = field(default_factory=dict)
    channels: dict[int, Named] = field(default_factory=dict)
    channel_names: dict[str, Named] = field(default_factory=dict)
    emoji: dict[str, Named] = field(default_factory=dict)

    def user_by_id(self, user_id: int) -> Named | None:
        return self.people.get(user_id)

    def users_by_name(self, full_name: str) -> Sequence[Named]:
        return self.by_name.get(full_name.lower(), ())

    def channel_by_name(self, name: str) -> Named | None:
        return self.channel_names.get(name.lower())

    def channel_by_id(self, channel_id: int) -> Named | None:
        return self.channels.get(channel_id)

    def group_by_name(self, name: str) -> Named | None:
        return None

    def custom_emoji(self, name: str) -> Named | None:
        return self.emoji.get(name)


def names_of(everything: Everything, external_url: str, emoji: Iterable[tuple[str, str]]) -> ImportedNames:
    """The names of an import; `emoji` are (name, address of the picture)."""
    names = ImportedNames(external_url)
    for person in everything.people:
        named = Named(id=person.id, full_name=person.full_name, is_active=person.is_active)
        names.people[person.id] = named
        names.by_name.setdefault(person.full_name.lower(), []).append(named)
    for place in everything.places:
        named = Named(id=place.id, name=place.name)
        names.channels[place.id] = named
        if not place.is_archived:
            names.channel_names[place.name.lower()] = named
    names.emoji = {name: Named(name=name, source_url=url) for name, url in emoji}
    return names
