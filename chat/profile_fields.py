"""What an organisation asks its people to tell of themselves, and what they tell: records, and the wire's form.
Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NotRequired, TypedDict

MAX_FIELDS = 100
MAX_FIELD_NAME = 40
MAX_FIELD_HINT = 80
MAX_SUMMARY = 2
"""Fields that can be shown in the short form of a profile."""


class FieldType(IntEnum):
    SHORT_TEXT = 1
    LONG_TEXT = 2
    SELECT = 3
    DATE = 4
    URL = 5
    USER = 6
    EXTERNAL_ACCOUNT = 7
    PRONOUNS = 8


MAX_VALUE: Mapping[FieldType, int] = {FieldType.LONG_TEXT: 500, FieldType.URL: 2000, FieldType.USER: 1000}
"""Characters of a value; 50 for the other types."""
RENDERED = frozenset({FieldType.SHORT_TEXT, FieldType.LONG_TEXT})
"""Types whose values are text with HTML."""
NOT_IN_SUMMARY = frozenset({FieldType.LONG_TEXT, FieldType.USER})
FIELD_TYPES = {
    "SHORT_TEXT": {"id": 1, "name": "Text (short)"}, "LONG_TEXT": {"id": 2, "name": "Text (long)"},
    "SELECT": {"id": 3, "name": "List of options"}, "DATE": {"id": 4, "name": "Date"},
    "URL": {"id": 5, "name": "Link"}, "USER": {"id": 6, "name": "Users"},
    "EXTERNAL_ACCOUNT": {"id": 7, "name": "External account"}, "PRONOUNS": {"id": 8, "name": "Pronouns"}}
EXTERNAL_ACCOUNTS = {
    "github": {"name": "GitHub", "text": "GitHub", "hint": "Enter your GitHub username",
               "url_pattern": "https://github.com/%(username)s"},
    "gitlab": {"name": "GitLab", "text": "GitLab", "hint": "Enter your GitLab username",
               "url_pattern": "https://gitlab.com/%(username)s"}}
"""Places where people have accounts, of which an organisation need not say more."""


@dataclass(frozen=True, slots=True)
class ProfileField:
    id: int
    type: int
    name: str
    hint: str
    field_data: str
    """JSON text: the choices of a list, the place of an account; empty for other types."""
    is_required: bool
    in_summary: bool


@dataclass(frozen=True, slots=True)
class ProfileValue:
    value: str
    rendered: str | None = None


class ProfileFieldWire(TypedDict):
    id: int
    type: int
    order: int
    name: str
    hint: str
    field_data: str
    required: bool
    display_in_profile_summary: NotRequired[bool]


class ProfileValueWire(TypedDict):
    value: str
    rendered_value: NotRequired[str]


def profile_field_wire(field: ProfileField, order: int) -> ProfileFieldWire:
    wire: ProfileFieldWire = {"id": field.id, "type": field.type, "order": order, "name": field.name,
                              "hint": field.hint, "field_data": field.field_data, "required": field.is_required}
    if field.in_summary:
        wire["display_in_profile_summary"] = True
    return wire


def profile_value_wire(value: ProfileValue) -> ProfileValueWire:
    wire: ProfileValueWire = {"value": value.value}
    if value.rendered is not None:
        wire["rendered_value"] = value.rendered
    return wire


def profile_data_wire(values: Mapping[int, ProfileValue]) -> dict[str, ProfileValueWire]:
    """All that someone tells, by field."""
    return {str(field_id): profile_value_wire(value) for field_id, value in sorted(values.items())}
