"""The `to` of a message: reading its spellings. No names are looked up here.

A channel is a JSON integer, a JSON string, a one-element list of either, or a bare name; people are a JSON list of ids,
a JSON list of addresses, or addresses separated by commas. Source: the public API description, feature level 278.
"""

from __future__ import annotations

import orjson

from chat.errors import JsonableError
from chat.models import MAX_RECIPIENTS

MAX_TO = 20_000


def parse_channel(text: str) -> int | str:
    """A channel's id or name. Raises JsonableError where it names more than one, or none."""
    value = _json(text)
    if isinstance(value, list):
        if len(value) != 1:
            raise JsonableError("Expected exactly one channel")
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise JsonableError("Invalid data type for channel")
    if isinstance(value, int) and not 0 <= value < 2**31:
        raise JsonableError("Invalid data type for channel")
    return value


def parse_people(text: str) -> list[int] | list[str]:
    """People's ids, or their addresses; never a mixture. Raises JsonableError."""
    value = _json(text)
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        raise JsonableError("Invalid data type for recipients")
    if len(value) > MAX_RECIPIENTS:
        raise JsonableError(f"A direct message has at most {MAX_RECIPIENTS} recipients")
    if all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part < 2**31 for part in value):
        return list(value)
    if all(isinstance(part, str) for part in value):
        return list(value)
    raise JsonableError("Recipient lists may contain emails or user IDs, but not both.")


def _json(text: str) -> object:
    if len(text) > MAX_TO:
        raise JsonableError(f"The list of recipients is longer than {MAX_TO} characters")
    try:
        value: object = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        return text
    return value if not isinstance(value, float | dict) and value is not None else text
