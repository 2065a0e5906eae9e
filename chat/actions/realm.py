"""The organisation's settings, and those that new people start with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from chat import setting_events
from chat.actions.group_settings import check_group_update
from chat.actions.new_members import NewMembers
from chat.bus import Bus
from chat.database import realm as sql
from chat.database.pool import Database, Transaction
from chat.declared import Declared
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed
from chat.models import User

_LANE = ("directory",)
_OFF = {
    "enable_spectator_access": "Public access is not available on this server.",
    "want_advertise_in_communities_directory": "This server has no directory of communities.",
    "digest_emails_enabled": "This server sends no digests.",
}
"""Settings that cannot be turned on here, and what is said of it."""


class RealmSettings:
    def __init__(self, database: Database, directory: Directory, bus: Bus, new_members: NewMembers) -> None:
        self._new_members = new_members
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_update(self, acting: User, asked: Sequence[tuple[Declared, Any]]) -> dict[str, Any]:
        """Change settings of the organisation; what is different now. Raises NotAllowed for those that only owners
        change."""
        if not acting.is_owner and any(one.setting.owners for one, _ in asked):
            raise NotAllowed("Must be an organization owner")

        async def write(unit: Transaction) -> dict[str, Any]:
            values = {one.name: self._check(one, value) for one, value in asked}
            changed = {name: value for name, value in values.items()
                       if value != getattr(self._directory.realm, name)}
            if not changed:
                return {}
            await sql.update_realm(unit, replace(self._directory.realm, **changed))
            self._publish(unit, changed)
            if "waiting_period_threshold" in changed:
                self._new_members.recount(unit, changed["waiting_period_threshold"])
            if "default_language" in changed:
                await self._update_defaults(unit, {"default_language": changed["default_language"]})
            return {name: msgspec.to_builtins(value) for name, value in changed.items()}

        return await self._database.transaction(write, _LANE)

    async def do_update_defaults(self, values: Mapping[str, Any]) -> None:
        """Change what new people start with."""
        async def write(unit: Transaction) -> None:
            await self._update_defaults(unit, values)

        await self._database.transaction(write, _LANE)

    async def _update_defaults(self, unit: Transaction, values: Mapping[str, Any]) -> None:
        defaults = self._directory.user_settings_defaults
        await sql.update_user_settings_defaults(unit, replace(defaults, **values))
        for name, value in values.items():
            if getattr(defaults, name) != value:
                defaults = replace(defaults, **{name: value})
                self._bus.publish(unit, setting_events.user_settings_default(defaults, name))

    def _publish(self, unit: Transaction, changed: Mapping[str, Any]) -> None:
        realm = self._directory.realm
        for name, value in changed.items():
            realm = replace(realm, **{name: value})
            self._bus.publish(unit, setting_events.realm_setting(realm, name))

    def _check(self, one: Declared, value: Any) -> Any:
        name = one.name
        if value is True and name in _OFF:
            raise JsonableError(_OFF[name])
        if one.setting.group is not None:
            return check_group_update(
                self._directory, name, one.setting.group, value, getattr(self._directory.realm, name))
        if name.endswith("_stream_id") and value != -1:
            return self._check_channel(value)
        if name == "jitsi_server_url":
            return check_jitsi_url(value)
        return _check_name(value) if name == "name" else value

    def _check_channel(self, channel_id: int) -> int:
        if self._directory.channel_by_id(channel_id) is None:
            raise JsonableError("Invalid channel ID")
        return channel_id


def _check_name(name: str) -> str:
    if not (name := " ".join(name.split())):
        raise JsonableError("Organization name is required.")
    return name


def check_jitsi_url(url: str | None) -> str | None:
    """The address of a server for calls; None for the server's own choice. Raises JsonableError for what is none."""
    if url is None or url in ("default", "null"):
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise JsonableError("jitsi_server_url is not an allowed_type")
    return url.rstrip("/")


