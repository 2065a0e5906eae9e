"""SQL of profile fields and of what people tell in them."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.people import Runs
from chat.profile_fields import ProfileField, ProfileValue

_FIELD = "id, type, name, hint, field_data, is_required, in_summary"
SELECT_FIELDS = f"SELECT {_FIELD} FROM custom_profile_field ORDER BY position, id"
INSERT_FIELD = f"""INSERT INTO custom_profile_field (type, name, hint, field_data, is_required, in_summary, position)
    SELECT %s, %s, %s, %s, %s, %s, coalesce(max(position), 0) + 1 FROM custom_profile_field
    ON CONFLICT DO NOTHING RETURNING {_FIELD}"""
UPDATE_FIELD = """UPDATE custom_profile_field SET name = %s, hint = %s, field_data = %s, is_required = %s,
    in_summary = %s WHERE id = %s"""
DELETE_FIELD = "DELETE FROM custom_profile_field WHERE id = %s"
ORDER_FIELDS = """UPDATE custom_profile_field SET position = wanted.position
    FROM unnest(%s::int[]) WITH ORDINALITY AS wanted (id, position) WHERE custom_profile_field.id = wanted.id"""
SELECT_VALUES = "SELECT user_id, field_id, value, rendered FROM profile_value"
UPSERT_VALUE = """INSERT INTO profile_value (user_id, field_id, value, rendered) VALUES (%s, %s, %s, %s)
    ON CONFLICT (user_id, field_id) DO UPDATE SET value = excluded.value, rendered = excluded.rendered"""
DELETE_VALUE = "DELETE FROM profile_value WHERE user_id = %s AND field_id = %s"


async def fields(db: Runs) -> list[ProfileField]:
    """In order."""
    return [ProfileField(*row) for row in await db.query(SELECT_FIELDS)]


async def insert_field(unit: Runs, wanted: ProfileField) -> ProfileField | None:
    """The new field, last in order, with the id it has then; None where there is one of this name."""
    rows = await unit.query(INSERT_FIELD, (
        wanted.type, wanted.name, wanted.hint, wanted.field_data, wanted.is_required, wanted.in_summary))
    return ProfileField(*rows[0]) if rows else None


async def update_field(unit: Runs, field: ProfileField) -> None:
    """Raises psycopg2's UniqueViolation where another has this name."""
    await unit.query(UPDATE_FIELD, (
        field.name, field.hint, field.field_data, field.is_required, field.in_summary, field.id))


async def delete_field(unit: Runs, field_id: int) -> None:
    """With everything that people told in it."""
    await unit.query(DELETE_FIELD, (field_id,))


async def order_fields(unit: Runs, ids: Sequence[int]) -> None:
    await unit.query(ORDER_FIELDS, (list(ids),))


async def values(db: Runs) -> dict[int, dict[int, ProfileValue]]:
    """By person and field."""
    found: dict[int, dict[int, ProfileValue]] = {}
    for user_id, field_id, value, rendered in await db.query(SELECT_VALUES):
        found.setdefault(user_id, {})[field_id] = ProfileValue(value, rendered)
    return found


async def put_value(unit: Runs, user_id: int, field_id: int, value: ProfileValue) -> None:
    await unit.query(UPSERT_VALUE, (user_id, field_id, value.value, value.rendered))


async def delete_value(unit: Runs, user_id: int, field_id: int) -> None:
    await unit.query(DELETE_VALUE, (user_id, field_id))
