"""Groups that people make: create, change, give up, and who and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import psycopg2.errors

from chat import group_events
from chat.actions.group_settings import check_group_update, check_group_value
from chat.bus import Bus
from chat.database import user_groups as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed
from chat.group_values import EVERYONE, SYSTEM_GROUPS, AnonymousGroup, GroupUpdate, GroupValue
from chat.models import Group, User
from chat.permissions import Permissions
from chat.realm import CAN_MENTION_GROUP, REALM_SETTINGS

_LANE = ("directory",)
MAX_GROUPS = 1000
MAX_GROUP_NAME = 100
MAX_GROUP_DESCRIPTION = 1000
_RESERVED = ("@", "role:", "user:", "stream:", "channel:")
"""What names cannot begin with: they would look like something else."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What is to be different; None stays as it is."""

    name: str | None = None
    description: str | None = None
    can_mention_group: GroupUpdate | None = None


class UserGroupActions:
    def __init__(self, database: Database, directory: Directory, bus: Bus, permissions: Permissions) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._permissions = permissions

    async def do_create(self, acting: User, name: str, description: str, members: Collection[int],
                        can_mention: GroupValue = EVERYONE) -> Group:
        """A new group. Raises NotAllowed, or JsonableError for a name that cannot be or is taken."""
        name, description = check_group_name(name), check_group_description(description)

        async def write(unit: Transaction) -> Group:
            if not self._permissions.may_edit_groups(acting):
                raise NotAllowed("Insufficient permission")
            if len(self._directory.user_groups.made) >= MAX_GROUPS:
                raise JsonableError(f"An organization can have {MAX_GROUPS} user groups at most.")
            self._check_people(members)
            value = check_group_value(self._directory, "can_mention_group", CAN_MENTION_GROUP, can_mention)
            group_id = await sql.insert_group(unit, name, description, value, acting.id)
            if group_id is None:
                raise _taken(name)
            await sql.add_members(unit, group_id, members)
            group = Group(group_id, name, description, is_system=False, member_ids=frozenset(members),
                          subgroup_ids=(), can_mention_group=value)
            self._bus.publish(unit, group_events.group_added(group))
            return group

        return await self._database.transaction(write, _LANE)

    async def do_update(self, acting: User, group_id: int, change: GroupChange) -> None:
        """Change name, description, or who may mention a group."""
        if change == GroupChange():
            raise JsonableError("No new data supplied")

        async def write(unit: Transaction) -> None:
            old = self._edited(acting, group_id)
            new = self._changed(old, change)
            names = [name for name in ("name", "description", "can_mention_group")
                     if getattr(new, name) != getattr(old, name)]
            if names:
                try:
                    await sql.update_group(unit, new)
                except psycopg2.errors.UniqueViolation:
                    raise _taken(new.name) from None
                self._bus.publish(unit, group_events.group_updated(new, names))

        await self._database.transaction(write, _LANE)

    async def do_delete(self, acting: User, group_id: int) -> None:
        """Give a group up. It leaves the groups it is in. Raises JsonableError while a permission is the group's."""
        async def write(unit: Transaction) -> None:
            group = self._edited(acting, group_id)
            if used_by(self._directory, group_id):
                raise JsonableError("This user group has permissions and cannot be deleted.")
            for outer in self._directory.user_groups.containing(group_id):
                await self._remove_subgroups(unit, outer, [group_id])
            await sql.delete_group(unit, group.id)
            self._bus.publish(unit, group_events.group_removed(group_id))

        await self._database.transaction(write, _LANE)

    async def do_change_members(self, acting: User, group_id: int, add: Sequence[int], remove: Sequence[int]) -> None:
        """Bring people in, and put others out. Raises JsonableError where somebody is (not) in already."""
        _check_some(add, remove)

        async def write(unit: Transaction) -> None:
            group = self._edited(acting, group_id)
            self._check_people(add)
            for user_id in add:
                if user_id in group.member_ids:
                    raise JsonableError(f"User {user_id} is already a member of this group")
            for user_id in remove:
                if user_id not in group.member_ids:
                    raise JsonableError(f"There is no user '{user_id}' in this group!")
            if add:
                group = replace(group, member_ids=group.member_ids | set(add))
                await sql.add_members(unit, group.id, add)
                self._bus.publish(unit, group_events.group_members("add_members", group, add))
            if remove:
                group = replace(group, member_ids=group.member_ids - set(remove))
                await sql.remove_members(unit, group.id, remove)
                self._bus.publish(unit, group_events.group_members("remove_members", group, remove))

        await self._database.transaction(write, _LANE)

    async def do_change_subgroups(self, acting: User, group_id: int, add: Sequence[int], remove: Sequence[int]
                                  ) -> None:
        """Bring groups in, and put others out. Raises JsonableError also where a group would contain itself."""
        _check_some(add, remove)

        async def write(unit: Transaction) -> None:
            group = self._edited(acting, group_id)
            self._check_subgroups(group, add)
            for subgroup_id in remove:
                if subgroup_id not in group.subgroup_ids:
                    raise JsonableError(f"User group {subgroup_id} is not a subgroup of this group.")
            if add:
                group = replace(group, subgroup_ids=tuple(sorted({*group.subgroup_ids, *add})))
                await sql.add_subgroups(unit, group.id, add)
                self._bus.publish(unit, group_events.group_subgroups("add_subgroups", group, add))
            if remove:
                await self._remove_subgroups(unit, group, remove)

        await self._database.transaction(write, _LANE)

    async def _remove_subgroups(self, unit: Transaction, group: Group, remove: Sequence[int]) -> None:
        group = replace(group, subgroup_ids=tuple(one for one in group.subgroup_ids if one not in remove))
        await sql.remove_subgroups(unit, group.id, remove)
        self._bus.publish(unit, group_events.group_subgroups("remove_subgroups", group, remove))

    def _edited(self, acting: User, group_id: int) -> Group:
        group = self._directory.user_groups.made.get(group_id)
        if group is None and group_id not in SYSTEM_GROUPS.values():
            raise JsonableError("Invalid user group")
        if group is None or not self._permissions.may_edit_group(acting, group):
            raise NotAllowed("Insufficient permission")
        return group

    def _changed(self, old: Group, change: GroupChange) -> Group:
        new = old
        if change.name is not None:
            new = replace(new, name=check_group_name(change.name))
        if change.description is not None:
            new = replace(new, description=check_group_description(change.description))
        if change.can_mention_group is not None:
            new = replace(new, can_mention_group=check_group_update(
                self._directory, "can_mention_group", CAN_MENTION_GROUP, change.can_mention_group,
                old.can_mention_group))
        return new

    def _check_people(self, user_ids: Collection[int]) -> None:
        for user_id in user_ids:
            user = self._directory.user_by_id(user_id)
            if user is None or not user.is_active or user.is_system:
                raise JsonableError(f"Invalid user ID: {user_id}")

    def _check_subgroups(self, group: Group, add: Sequence[int]) -> None:
        groups = self._directory.user_groups
        for subgroup_id in add:
            if not groups.exists(subgroup_id):
                raise JsonableError(f"Invalid user group ID: {subgroup_id}")
            if subgroup_id in group.subgroup_ids:
                raise JsonableError(f"User group {subgroup_id} is already a subgroup of this group.")
            if subgroup_id == group.id or group.id in groups.subgroups(subgroup_id):
                raise JsonableError(f"User group {group.id} is already a subgroup of one of the passed subgroups.")


def used_by(directory: Directory, group_id: int) -> bool:
    """Whether a permission names this group."""
    values = [getattr(directory.realm, one.name) for one in REALM_SETTINGS.values() if one.setting.group is not None]
    values += [group.can_mention_group for group in directory.user_groups.made.values() if group.id != group_id]
    return any(group_id == value or (isinstance(value, AnonymousGroup) and group_id in value.direct_subgroups)
               for value in values)


def check_group_name(name: str) -> str:
    """The name as it is kept. Raises JsonableError for one that could not be mentioned."""
    name = " ".join(name.split())
    if not name:
        raise JsonableError("User group name can't be empty!")
    if len(name) > MAX_GROUP_NAME:
        raise JsonableError(f"User group name cannot exceed {MAX_GROUP_NAME} characters.")
    for prefix in _RESERVED:
        if name.lower().startswith(prefix):
            raise JsonableError(f"User group name cannot start with '{prefix}'.")
    if set(name) & {"*", "`"} or not name.isprintable():
        raise JsonableError("Invalid characters in user group name!")
    return name


def check_group_description(description: str) -> str:
    if len(description) > MAX_GROUP_DESCRIPTION:
        raise JsonableError(f"description is too long (limit: {MAX_GROUP_DESCRIPTION} characters)")
    return description


def _check_some(add: Sequence[int], remove: Sequence[int]) -> None:
    if not add and not remove:
        raise JsonableError('Nothing to do. Specify at least one of "add" or "delete".')


def _taken(name: str) -> JsonableError:
    return JsonableError(f"User group '{name}' already exists.")
