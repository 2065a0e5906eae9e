"""Events of profile fields and of what people tell in them. As `event_types`, in a room of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chat.changes import ProfileFieldsSet, ProfileValueSet
from chat.event_types import Event
from chat.profile_fields import ProfileField, ProfileValue, profile_field_wire


def profile_fields(fields: Sequence[ProfileField]) -> Event:
    """All fields, in order."""
    return Event({"type": "custom_profile_fields",
                  "fields": [profile_field_wire(field, order) for order, field in enumerate(fields, 1)]}, None,
                 (ProfileFieldsSet(tuple(fields)),))


def profile_value(user_id: int, field_id: int, value: ProfileValue | None) -> Event:
    """What someone tells in a field; None: nothing any more."""
    told: dict[str, Any] = {"id": field_id, "value": None if value is None else value.value}
    if value is not None and value.rendered is not None:
        told["rendered_value"] = value.rendered
    return Event({"type": "realm_user", "op": "update", "person": {
        "user_id": user_id, "custom_profile_field": told}}, None, (ProfileValueSet(user_id, field_id, value),))
