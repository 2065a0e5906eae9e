"""Who has a permission, as the value of a setting: the id of a group, or people and groups named on the spot.

Owns the values and their form on the wire, and the ids of the groups that follow from roles. It knows nobody: whether
someone is in a group is the Directory's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

SYSTEM_GROUPS: Mapping[str, int] = {
    "role:internet": 1, "role:everyone": 2, "role:members": 3, "role:fullmembers": 4,
    "role:moderators": 5, "role:administrators": 6, "role:owners": 7, "role:nobody": 8,
}
"""Ids of the groups that follow from roles. They exist in every organisation and cannot be changed."""

EVERYONE, MEMBERS, FULL_MEMBERS, MODERATORS, ADMINISTRATORS, OWNERS, NOBODY = (
    SYSTEM_GROUPS[f"role:{name}"] for name in
    ("everyone", "members", "fullmembers", "moderators", "administrators", "owners", "nobody"))

_Ids = Annotated[tuple[Annotated[int, Meta(ge=1, le=2**31 - 1)], ...], Meta(max_length=1000)]


class AnonymousGroup(msgspec.Struct, frozen=True):
    """People and groups that only this setting brings together."""

    direct_members: _Ids = ()
    direct_subgroups: _Ids = ()


GroupValue = int | AnonymousGroup


class GroupUpdate(msgspec.Struct, frozen=True):
    """A new value; `old` is what the client believes it was."""

    new: GroupValue
    old: GroupValue | None = None


def normal(value: GroupValue) -> GroupValue:
    """The one form that equal values share: ids ascending, a single group by its id."""
    if isinstance(value, int):
        return value
    members, subgroups = tuple(sorted(set(value.direct_members))), tuple(sorted(set(value.direct_subgroups)))
    if not members and len(subgroups) == 1:
        return subgroups[0]
    return AnonymousGroup(members, subgroups)


def group_value_wire(value: GroupValue) -> Any:
    """An id, or the two lists."""
    return msgspec.to_builtins(value)
