"""Profile fields: what an organisation asks its people to tell of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import psycopg2.errors

from chat import profile_events
from chat.bus import Bus
from chat.database import profile_fields as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.profile_fields import (
    EXTERNAL_ACCOUNTS,
    MAX_FIELD_HINT,
    MAX_FIELD_NAME,
    MAX_FIELDS,
    MAX_SUMMARY,
    NOT_IN_SUMMARY,
    FieldType,
    ProfileField,
)

_LANE = ("directory",)
MAX_CHOICES = 200
MAX_CHOICE = 100


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What is to be different; None stays as it is."""

    name: str | None = None
    hint: str | None = None
    field_data: Mapping[str, Any] | None = None
    required: bool | None = None
    in_summary: bool | None = None


class ProfileFields:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_create(self, kind: int, wanted: FieldChange) -> int:
        """A new field, the last in order; its id. Raises JsonableError for what cannot be one."""
        new = self._new(kind, wanted)

        async def write(unit: Transaction) -> int:
            if len(self._directory.profile_fields) >= MAX_FIELDS:
                raise JsonableError(f"An organization can have {MAX_FIELDS} custom profile fields at most.")
            self._check_summary(new)
            made = await sql.insert_field(unit, new)
            if made is None:
                raise _taken()
            self._publish(unit, [*self._directory.profile_fields, made])
            return made.id

        return await self._database.transaction(write, _LANE)

    async def do_update(self, field_id: int, change: FieldChange) -> None:
        async def write(unit: Transaction) -> None:
            old = self._field(field_id)
            new = _changed(old, change)
            if new == old:
                return
            self._check_summary(new)
            try:
                await sql.update_field(unit, new)
            except psycopg2.errors.UniqueViolation:
                raise _taken() from None
            self._publish(unit, [new if one.id == new.id else one for one in self._directory.profile_fields])

        await self._database.transaction(write, _LANE)

    async def do_delete(self, field_id: int) -> None:
        """Take a field away, with everything that people told in it."""
        async def write(unit: Transaction) -> None:
            gone = self._field(field_id)
            await sql.delete_field(unit, gone.id)
            self._publish(unit, [one for one in self._directory.profile_fields if one.id != gone.id])

        await self._database.transaction(write, _LANE)

    async def do_reorder(self, order: Sequence[int]) -> None:
        """Show the fields in this order; it must name each of them once."""
        async def write(unit: Transaction) -> None:
            by_id = {one.id: one for one in self._directory.profile_fields}
            if sorted(order) != sorted(by_id):
                raise JsonableError("Invalid order mapping.")
            await sql.order_fields(unit, order)
            self._publish(unit, [by_id[field_id] for field_id in order])

        await self._database.transaction(write, _LANE)

    def _new(self, kind: int, wanted: FieldChange) -> ProfileField:
        """A field that could be; its id is still to come."""
        data = wanted.field_data or {}
        if kind not in set(FieldType):
            raise JsonableError("Invalid field type.")
        blank = ProfileField(0, kind, "", "", "", is_required=False, in_summary=False)
        account = EXTERNAL_ACCOUNTS.get(str(data.get("subtype"))) if kind == FieldType.EXTERNAL_ACCOUNT else None
        name = account["name"] if account else wanted.name or ""
        hint = account["hint"] if account else wanted.hint or ""
        return _changed(blank, replace(wanted, name=name, hint=hint, field_data=data))

    def _check_summary(self, field: ProfileField) -> None:
        if not field.in_summary:
            return
        if field.type in NOT_IN_SUMMARY:
            raise JsonableError("Field type not supported for display in profile summary.")
        if sum(one.in_summary and one.id != field.id for one in self._directory.profile_fields) >= MAX_SUMMARY:
            raise JsonableError(f"Only {MAX_SUMMARY} custom profile fields can be displayed in the profile summary.")

    def _field(self, field_id: int) -> ProfileField:
        for field in self._directory.profile_fields:
            if field.id == field_id:
                return field
        raise JsonableError(f"Field id {field_id} not found.")

    def _publish(self, unit: Transaction, fields: Sequence[ProfileField]) -> None:
        self._bus.publish(unit, profile_events.profile_fields(fields))


def _changed(old: ProfileField, change: FieldChange) -> ProfileField:
    new = old
    if change.name is not None:
        new = replace(new, name=_check_name(change.name))
    if change.hint is not None:
        if len(change.hint) > MAX_FIELD_HINT:
            raise JsonableError(f"Hint is too long (limit: {MAX_FIELD_HINT} characters)")
        new = replace(new, hint=change.hint.strip())
    if change.field_data is not None:
        new = replace(new, field_data=check_field_data(FieldType(old.type), change.field_data))
    if change.required is not None:
        new = replace(new, is_required=change.required)
    if change.in_summary is not None:
        new = replace(new, in_summary=change.in_summary)
    return new


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise JsonableError("Label cannot be blank.")
    if len(name) > MAX_FIELD_NAME:
        raise JsonableError(f"Label is too long (limit: {MAX_FIELD_NAME} characters)")
    return name


def check_field_data(kind: FieldType, data: Mapping[str, Any]) -> str:
    """A field's data as JSON text. Raises JsonableError for what does not belong to a field of this type."""
    if kind == FieldType.SELECT:
        _check_choices(data)
    elif kind == FieldType.EXTERNAL_ACCOUNT:
        _check_account(data)
    elif data:
        raise JsonableError("Field type does not support field data.")
    return orjson.dumps(data).decode() if data else ""


def _check_choices(data: Mapping[str, Any]) -> None:
    if not data:
        raise JsonableError("Field must have at least one choice.")
    if len(data) > MAX_CHOICES:
        raise JsonableError(f"Field can have {MAX_CHOICES} choices at most.")
    texts: set[str] = set()
    for key, choice in data.items():
        if not (isinstance(choice, Mapping) and set(choice) == {"text", "order"}
                and all(isinstance(part, str) for part in choice.values())):
            raise JsonableError("field_data is malformed: each choice has a text and an order")
        text = choice["text"].strip()
        if not key or not text or len(key) > MAX_CHOICE or len(text) > MAX_CHOICE or not choice["order"].isdigit():
            raise JsonableError("field_data is malformed: a choice is blank, too long, or has no order")
        if text in texts:
            raise JsonableError("Field must not have duplicate choices.")
        texts.add(text)


def _check_account(data: Mapping[str, Any]) -> None:
    subtype, pattern = data.get("subtype"), data.get("url_pattern")
    if subtype in EXTERNAL_ACCOUNTS and set(data) == {"subtype"}:
        return
    if subtype != "custom":
        raise JsonableError("Invalid external account type")
    if set(data) != {"subtype", "url_pattern"} or not isinstance(pattern, str) or len(pattern) > 1000:
        raise JsonableError("Custom external account must define URL pattern")
    if pattern.count("%(username)s") != 1 or not pattern.startswith(("https://", "http://")):
        raise JsonableError("Malformed URL pattern.")


def _taken() -> JsonableError:
    return JsonableError("A field with that label already exists.")
