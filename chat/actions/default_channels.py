"""The channels that people are in when they join: which ones, and being put into them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from chat import event_types
from chat.bus import Bus
from chat.channel_colors import color_of
from chat.database import channels as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import Channel, User
from chat.wire import subscription_wire

_LANE = ("directory",)
MAX_DEFAULT_CHANNELS = 500


class DefaultChannels:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_add(self, acting: User, channel_id: int) -> None:
        """New people are in this channel from now on. Raises JsonableError for a private one."""
        await self._set(acting, channel_id, is_default=True)

    async def do_remove(self, acting: User, channel_id: int) -> None:
        await self._set(acting, channel_id, is_default=False)

    async def _set(self, acting: User, channel_id: int, *, is_default: bool) -> None:
        async def write(unit: Transaction) -> None:
            channel = self._directory.channel_by_id(channel_id)
            if channel is None or not self._directory.can_see_channel(acting, channel):
                raise JsonableError("Invalid channel ID")
            if channel.is_default == is_default:
                return
            if is_default:
                check_can_be_default(channel)
            await self.set_within(unit, replace(channel, is_default=is_default))

        await self._database.transaction(write, _LANE)

    async def set_within(self, unit: Transaction, changed: Channel) -> None:
        """Keep and tell whether a channel is one of them, within a unit that holds the directory's lane."""
        defaults = {channel.id: channel for channel in self._directory.default_channels()}
        defaults.pop(changed.id, None)
        if changed.is_default:
            if len(defaults) >= MAX_DEFAULT_CHANNELS:
                raise JsonableError(f"There can be {MAX_DEFAULT_CHANNELS} default channels at most.")
            defaults[changed.id] = changed
        await sql.update_channel(unit, changed)
        self._bus.publish(unit, event_types.default_channels(
            [defaults[channel_id] for channel_id in sorted(defaults)], changed, self._directory.members()))

    async def welcome(self, unit: Transaction, user: User, channel_ids: Collection[int] | None = None) -> None:
        """Put a person who joins in this unit into channels: these, or (None) the default ones; guests only into
        these. Everyone who can see the channels hears of it."""
        if channel_ids is None:
            channels = [] if user.is_guest else self._directory.default_channels()
        else:
            found = (self._directory.channel_by_id(channel_id) for channel_id in sorted(set(channel_ids)))
            channels = [channel for channel in found if channel is not None]
        rows = await sql.insert_subscriptions(unit, [(user.id, channel.id, color_of(channel)) for channel in channels])
        if not rows:
            return
        by_id = {channel.id: channel for channel in channels}
        wires = [{**subscription_wire(by_id[row.channel_id], row),
                  "subscribers": sorted(self._directory.subscribers(row.channel_id) | {user.id})} for row in rows]
        self._bus.publish(unit, event_types.subscription_added(user.id, wires, rows))
        for channel in channels:
            self._bus.publish(unit, event_types.peers(
                "peer_add", [channel.id], [user.id], self._directory.who_can_see(channel)))


def check_can_be_default(channel: Channel) -> None:
    """Raises JsonableError for a private channel."""
    if channel.invite_only:
        raise JsonableError("Private channels cannot be made default.")
