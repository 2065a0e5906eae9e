"""The organisation's groups, those that follow from roles and those that people make, and who is in them.

Live state that the Directory holds. It knows groups, not people: who asks brings the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chat.group_values import SYSTEM_GROUPS, AnonymousGroup, GroupValue
from chat.models import Group, User

_BY_ROLE: Mapping[int, Callable[[User, bool], bool]] = {
    SYSTEM_GROUPS["role:internet"]: lambda user, is_new: True,
    SYSTEM_GROUPS["role:everyone"]: lambda user, is_new: True,
    SYSTEM_GROUPS["role:members"]: lambda user, is_new: not user.is_guest,
    SYSTEM_GROUPS["role:fullmembers"]: lambda user, is_new: user.is_moderator or not (user.is_guest or is_new),
    SYSTEM_GROUPS["role:moderators"]: lambda user, is_new: user.is_moderator,
    SYSTEM_GROUPS["role:administrators"]: lambda user, is_new: user.is_administrator,
    SYSTEM_GROUPS["role:owners"]: lambda user, is_new: user.is_owner,
    SYSTEM_GROUPS["role:nobody"]: lambda user, is_new: False,
}
"""Who is in the groups that follow from roles. Each that is not empty contains the one below it."""
_ORDER = ("role:owners", "role:administrators", "role:moderators", "role:fullmembers", "role:members",
          "role:everyone", "role:internet")


class UserGroups:
    def __init__(self) -> None:
        self.made: dict[int, Group] = {}
        """Those that people made, by id."""
        self._by_name: dict[str, int] = {}

    def put(self, group: Group) -> None:
        """A group is as this record says."""
        self.remove(group.id)
        self.made[group.id] = group
        self._by_name[group.name.lower()] = group.id

    def remove(self, group_id: int) -> None:
        old = self.made.pop(group_id, None)
        if old is not None:
            del self._by_name[old.name.lower()]

    def load(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self.put(group)

    def by_name(self, name: str) -> Group | None:
        """Of those that people made, whatever its case."""
        group_id = self._by_name.get(name.lower())
        return None if group_id is None else self.made[group_id]

    def exists(self, group_id: int) -> bool:
        return group_id in _BY_ROLE or group_id in self.made

    def is_in(self, user: User, value: GroupValue, *, is_new: bool) -> bool:
        """Whether an active person is in a group, in one of its subgroups, or named by a value of its own. `is_new`:
        a member who is not a full member yet."""
        if isinstance(value, AnonymousGroup):
            return user.id in value.direct_members or any(
                self.is_in(user, group_id, is_new=is_new) for group_id in value.direct_subgroups)
        test = _BY_ROLE.get(value)
        if test is not None:
            return test(user, is_new)
        group = self.made.get(value)
        return group is not None and (user.id in group.member_ids or any(
            self.is_in(user, subgroup_id, is_new=is_new) for subgroup_id in group.subgroup_ids))

    def subgroups(self, group_id: int) -> set[int]:
        """Ids of all groups within a group, at whatever depth."""
        found: set[int] = set()
        pending = list(self._direct_subgroups(group_id))
        while pending:
            subgroup_id = pending.pop()
            if subgroup_id not in found:
                found.add(subgroup_id)
                pending.extend(self._direct_subgroups(subgroup_id))
        return found

    def containing(self, group_id: int) -> list[Group]:
        """The groups that have this one as a direct subgroup."""
        return [group for group in self.made.values() if group_id in group.subgroup_ids]

    def _direct_subgroups(self, group_id: int) -> Iterable[int]:
        if group_id in self.made:
            return self.made[group_id].subgroup_ids
        below = [SYSTEM_GROUPS[name] for name in _ORDER]
        place = below.index(group_id) if group_id in below else 0
        return below[place - 1:place] if place else ()
