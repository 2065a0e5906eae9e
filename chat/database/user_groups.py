"""SQL of the groups that people make."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
import orjson

from chat.database.people import Runs
from chat.group_values import GroupValue
from chat.models import Group

SELECT_GROUPS = """SELECT id, name, description, can_mention,
        ARRAY(SELECT user_id FROM user_group_member m WHERE m.group_id = g.id),
        ARRAY(SELECT subgroup_id FROM user_group_subgroup s WHERE s.group_id = g.id ORDER BY subgroup_id)
    FROM user_group g ORDER BY id"""
INSERT_GROUP = """INSERT INTO user_group (name, description, can_mention, creator_id) VALUES (%s, %s, %s::jsonb, %s)
    ON CONFLICT DO NOTHING RETURNING id"""
UPDATE_GROUP = "UPDATE user_group SET name = %s, description = %s, can_mention = %s::jsonb WHERE id = %s"
DELETE_GROUP = "DELETE FROM user_group WHERE id = %s"
INSERT_MEMBERS = """INSERT INTO user_group_member (group_id, user_id) SELECT %s, unnest(%s::int[])
    ON CONFLICT DO NOTHING"""
DELETE_MEMBERS = "DELETE FROM user_group_member WHERE group_id = %s AND user_id = ANY(%s)"
INSERT_SUBGROUPS = """INSERT INTO user_group_subgroup (group_id, subgroup_id) SELECT %s, unnest(%s::int[])
    ON CONFLICT DO NOTHING"""
DELETE_SUBGROUPS = "DELETE FROM user_group_subgroup WHERE group_id = %s AND subgroup_id = ANY(%s)"


async def groups(db: Runs) -> list[Group]:
    """All of them, by id."""
    return [Group(group_id, name, description, is_system=False, member_ids=frozenset(members),
                  subgroup_ids=tuple(subgroups), can_mention_group=_value(can_mention))
            for group_id, name, description, can_mention, members, subgroups in await db.query(SELECT_GROUPS)]


async def insert_group(unit: Runs, name: str, description: str, can_mention: GroupValue, creator_id: int
                       ) -> int | None:
    """The new group's id; None where the name is taken."""
    rows = await unit.query(INSERT_GROUP, (name, description, _json(can_mention), creator_id))
    return rows[0][0] if rows else None


async def update_group(unit: Runs, group: Group) -> None:
    """Write name, description and who may mention it. Raises psycopg2's UniqueViolation where the name is taken."""
    await unit.query(UPDATE_GROUP, (group.name, group.description, _json(group.can_mention_group), group.id))


async def delete_group(unit: Runs, group_id: int) -> None:
    await unit.query(DELETE_GROUP, (group_id,))


async def add_members(unit: Runs, group_id: int, user_ids: Collection[int]) -> None:
    await unit.query(INSERT_MEMBERS, (group_id, list(user_ids)))


async def remove_members(unit: Runs, group_id: int, user_ids: Collection[int]) -> None:
    await unit.query(DELETE_MEMBERS, (group_id, list(user_ids)))


async def add_subgroups(unit: Runs, group_id: int, subgroup_ids: Collection[int]) -> None:
    await unit.query(INSERT_SUBGROUPS, (group_id, list(subgroup_ids)))


async def remove_subgroups(unit: Runs, group_id: int, subgroup_ids: Collection[int]) -> None:
    await unit.query(DELETE_SUBGROUPS, (group_id, list(subgroup_ids)))


def _json(value: GroupValue) -> str:
    return orjson.dumps(msgspec.to_builtins(value)).decode()


def _value(stored: Any) -> GroupValue:
    value: GroupValue = msgspec.convert(stored, GroupValue)
    return value
