"""Events of the groups that people make. As `event_types`, in a room of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.changes import GroupGone, GroupSet
from chat.event_types import Event
from chat.group_values import group_value_wire
from chat.models import Group
from chat.wire import group_wire


def group_added(group: Group) -> Event:
    return Event({"type": "user_group", "op": "add", "group": group_wire(group)}, None, (GroupSet(group),))


def group_updated(group: Group, names: Sequence[str]) -> Event:
    """These properties are as the record says."""
    values: dict[str, Any] = {"name": group.name, "description": group.description,
                              "can_mention_group": group_value_wire(group.can_mention_group)}
    return Event({"type": "user_group", "op": "update", "group_id": group.id,
                  "data": {name: values[name] for name in names}}, None, (GroupSet(group),))


def group_members(op: str, group: Group, user_ids: Sequence[int]) -> Event:
    """`op` is "add_members" or "remove_members"; the record has the members as they are now."""
    return Event({"type": "user_group", "op": op, "group_id": group.id, "user_ids": list(user_ids)}, None,
                 (GroupSet(group),))


def group_subgroups(op: str, group: Group, subgroup_ids: Sequence[int]) -> Event:
    """`op` is "add_subgroups" or "remove_subgroups"."""
    return Event({"type": "user_group", "op": op, "group_id": group.id, "direct_subgroup_ids": list(subgroup_ids)},
                 None, (GroupSet(group),))


def group_removed(group_id: int) -> Event:
    return Event({"type": "user_group", "op": "remove", "group_id": group_id}, None, (GroupGone(group_id),))
