"""SQL of the organisation's settings."""

from __future__ import annotations

import orjson

from chat.database.people import Runs
from chat.declared import sparse, whole
from chat.realm import Realm
from chat.user_settings import UserSettings

SELECT_REALM = "SELECT name, description, settings, user_settings_defaults FROM organisation"
UPDATE_REALM = "UPDATE organisation SET name = %s, description = %s, settings = %s::jsonb"
UPDATE_DEFAULTS = "UPDATE organisation SET user_settings_defaults = %s::jsonb"
_COLUMNS = ("name", "description")
"""Settings with a column of their own."""


async def realm(db: Runs) -> tuple[Realm, UserSettings]:
    """The organisation's settings, and those that new people start with; the defaults while there is no
    organisation."""
    rows = await db.query(SELECT_REALM)
    if not rows:
        return Realm(), UserSettings()
    name, description, settings, user_settings = rows[0]
    return whole(Realm, {**settings, "name": name, "description": description}), whole(UserSettings, user_settings)


async def update_realm(unit: Runs, changed: Realm) -> None:
    values = {name: value for name, value in sparse(changed).items() if name not in _COLUMNS}
    await unit.query(UPDATE_REALM, (changed.name, changed.description, orjson.dumps(values).decode()))


async def update_user_settings_defaults(unit: Runs, changed: UserSettings) -> None:
    await unit.query(UPDATE_DEFAULTS, (orjson.dumps(sparse(changed)).decode(),))
