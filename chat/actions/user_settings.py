"""What people set for themselves: how the chat looks, when it speaks up, and their time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from msgspec import structs

from chat import setting_events
from chat.bus import Bus
from chat.database import people as people_sql
from chat.database import user_settings as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.event_types import Event
from chat.models import User


class UserSettingsActions:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_update(self, user: User, values: Mapping[str, Any], timezone: str | None = None) -> None:
        """Change someone's own settings; what is as asked already makes no event."""
        if timezone is not None:
            check_timezone(timezone)

        async def write(unit: Transaction) -> None:
            await self._settings(unit, user, values)
            now = self._directory.users[user.id]
            if timezone is not None and timezone != now.timezone:
                moved = replace(now, timezone=timezone)
                await people_sql.update_user(unit, moved)
                self._publish(unit, setting_events.user_timezone(moved))

        await self._database.transaction(write, ("directory",))

    async def _settings(self, unit: Transaction, user: User, values: Mapping[str, Any]) -> None:
        settings = self._directory.settings_of(user.id)
        changed = structs.replace(settings, **values)
        if changed == settings:
            return
        await sql.update(unit, user.id, changed)
        for name, value in values.items():
            if getattr(settings, name) != value:
                settings = structs.replace(settings, **{name: value})
                self._publish(unit, setting_events.user_setting(user, settings, name))

    def _publish(self, unit: Transaction, events: Iterable[Event]) -> None:
        for event in events:
            self._bus.publish(unit, event)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_timezone(timezone: str) -> str:
    """A name of the time zone database; none at all is one too. Raises JsonableError."""
    if timezone and timezone not in _timezones():
        raise JsonableError("timezone is not a recognized time zone")
    return timezone
