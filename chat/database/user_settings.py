"""SQL of what people set for themselves."""

from __future__ import annotations

import orjson

from chat.database.people import Runs
from chat.declared import sparse, whole
from chat.user_settings import UserSettings

SELECT_SETTINGS = "SELECT id, settings FROM user_profile WHERE settings <> '{}'"
UPDATE_SETTINGS = "UPDATE user_profile SET settings = %s::jsonb WHERE id = %s"


async def everyones(db: Runs) -> dict[int, UserSettings]:
    """By person, of those who differ from the defaults. Equal settings are one record."""
    known: dict[UserSettings, UserSettings] = {}
    found = {}
    for user_id, stored in await db.query(SELECT_SETTINGS):
        settings = whole(UserSettings, stored)
        found[user_id] = known.setdefault(settings, settings)
    return found


async def update(unit: Runs, user_id: int, settings: UserSettings) -> None:
    await unit.query(UPDATE_SETTINGS, (orjson.dumps(sparse(settings)).decode(), user_id))
