"""Group-valued settings: whether a value may stand for a permission, and whether a client knew what it changes."""

from __future__ import annotations

from chat.declared import GroupRule
from chat.directory import Directory
from chat.errors import ExpectationMismatch, JsonableError, SystemGroupRequired
from chat.group_values import SYSTEM_GROUPS, AnonymousGroup, GroupUpdate, GroupValue, normal

_NAMES = {group_id: name for name, group_id in SYSTEM_GROUPS.items()}


def check_group_update(directory: Directory, name: str, rule: GroupRule, asked: GroupUpdate | int, now: GroupValue
                       ) -> GroupValue:
    """The value that is asked for. Raises ExpectationMismatch where the client took another for the present one."""
    if isinstance(asked, int):
        return check_group_value(directory, name, rule, asked)
    if asked.old is not None and normal(asked.old) != now:
        raise ExpectationMismatch
    return check_group_value(directory, name, rule, asked.new)


def check_group_value(directory: Directory, name: str, rule: GroupRule, value: GroupValue) -> GroupValue:
    """The value as it is kept. Raises JsonableError for groups and people that there are not, or not for this."""
    value = normal(value)
    if isinstance(value, AnonymousGroup):
        if rule.system_only:
            raise SystemGroupRequired(name)
        _check_parts(directory, name, value)
        return value
    if not directory.user_groups.exists(value):
        raise JsonableError("Invalid user group")
    system_name = _NAMES.get(value)
    if system_name is None:
        if rule.system_only:
            raise SystemGroupRequired(name)
        return value
    forbidden = {"role:internet": True, "role:nobody": not rule.nobody, "role:everyone": not rule.everyone,
                 "role:owners": not rule.owners}
    if forbidden.get(system_name) or (rule.only and system_name not in rule.only):
        raise JsonableError(f"'{name}' setting cannot be set to '{system_name}' group.")
    return value


def _check_parts(directory: Directory, name: str, value: AnonymousGroup) -> None:
    for user_id in value.direct_members:
        user = directory.user_by_id(user_id)
        if user is None or not user.is_active:
            raise JsonableError(f"Invalid user ID: {user_id}")
    for group_id in value.direct_subgroups:
        if not directory.user_groups.exists(group_id):
            raise JsonableError(f"Invalid user group ID: {group_id}")
        if _NAMES.get(group_id) == "role:internet":
            raise JsonableError(f"'{name}' setting cannot be set to 'role:internet' group.")
