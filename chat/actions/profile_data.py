"""What people tell of themselves in the organisation's profile fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

import msgspec
import orjson

from chat import profile_events
from chat.actions.sending import Markdown
from chat.bus import Bus
from chat.database import profile_fields as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.markdown.errors import MarkdownFailed
from chat.models import User
from chat.profile_fields import MAX_VALUE, RENDERED, FieldType, ProfileField, ProfileValue

Told = str | list[int] | None
"""What a client sends for a field; nothing and empty take back what was told."""
_LANE = ("directory",)
_MAX_OTHER = 50
MAX_PEOPLE = 100


class ProfileData:
    def __init__(self, database: Database, directory: Directory, bus: Bus, markdown: Markdown) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._markdown = markdown

    async def do_update(self, user: User, told: Mapping[int, Told]) -> None:
        """Keep what is told of `user`, field by field: all of it or nothing. Raises JsonableError."""
        values = {field_id: await self._value(field_id, value) for field_id, value in told.items()}

        async def write(unit: Transaction) -> None:
            for field_id, value in values.items():
                self._field(field_id)  # may have been taken away meanwhile
                await self._put(unit, user.id, field_id, value)

        await self._database.transaction(write, _LANE)

    async def do_remove(self, user: User, field_ids: Sequence[int]) -> None:
        """Take back what was told in these fields."""
        await self.do_update(user, dict.fromkeys(field_ids))

    async def _put(self, unit: Transaction, user_id: int, field_id: int, value: ProfileValue | None) -> None:
        if self._directory.profile_data(user_id).get(field_id) == value:
            return
        if value is None:
            await sql.delete_value(unit, user_id, field_id)
        else:
            await sql.put_value(unit, user_id, field_id, value)
        self._bus.publish(unit, profile_events.profile_value(user_id, field_id, value))

    async def _value(self, field_id: int, told: Told) -> ProfileValue | None:
        field = self._field(field_id)
        text = check_value(self._directory, field, told)
        if not text:
            return None
        if field.type not in RENDERED:
            return ProfileValue(text)
        try:
            return ProfileValue(text, (await self._markdown.render(text, self._directory)).html)
        except MarkdownFailed as error:
            raise JsonableError(str(error)) from error

    def _field(self, field_id: int) -> ProfileField:
        for field in self._directory.profile_fields:
            if field.id == field_id:
                return field
        raise JsonableError(f"Field id {field_id} not found.")


def check_value(directory: Directory, field: ProfileField, told: Told) -> str:
    """What is told, as it is kept; empty for nothing. Raises JsonableError for what is no value of the field."""
    kind = FieldType(field.type)
    if kind == FieldType.USER:
        return _people(directory, field, told)
    if told is None:
        return ""
    if not isinstance(told, str):
        raise JsonableError(f"{field.name} is not a string")
    text = told.strip()
    limit = MAX_VALUE.get(kind, _MAX_OTHER)
    if len(text) > limit:
        raise JsonableError(f"{field.name} is too long (limit: {limit} characters)")
    if text and kind == FieldType.SELECT and text not in orjson.loads(field.field_data):
        raise JsonableError(f"'{text}' is not a valid choice for '{field.name}'.")
    if text and kind == FieldType.DATE and not _is_date(text):
        raise JsonableError(f"{field.name} is not a date")
    if text and kind == FieldType.URL and not _is_address(text):
        raise JsonableError(f"{field.name} is not a URL")
    return text


def _people(directory: Directory, field: ProfileField, told: Told) -> str:
    if told is None or told in ("", []):
        return ""
    try:
        ids = msgspec.json.decode(told, type=list[int]) if isinstance(told, str) else told
    except (msgspec.DecodeError, UnicodeError):
        raise JsonableError(f"{field.name} is not a list of user IDs") from None
    if len(ids) > MAX_PEOPLE:
        raise JsonableError(f"{field.name} has too many user IDs (limit: {MAX_PEOPLE})")
    for user_id in ids:
        user = directory.user_by_id(user_id)
        if user is None or not user.is_active or user.is_bot:
            raise JsonableError(f"Invalid user ID: {user_id}")
    return orjson.dumps(ids).decode() if ids else ""


def _is_date(text: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", text)
