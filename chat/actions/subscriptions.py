"""Subscribing to channels (which makes those that do not exist), leaving them, and one's own view of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chat import event_types
from chat.actions.activity import Activity
from chat.actions.channels import Channels, NewChannel
from chat.actions.default_channels import DefaultChannels, check_can_be_default
from chat.bus import Bus
from chat.channel_colors import color_of
from chat.database import channels as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed
from chat.models import Channel, Subscription, User
from chat.permissions import Permissions
from chat.wire import CHANNEL_NOTIFICATIONS, subscription_wire


@dataclass(slots=True)
class Subscribed:
    """Who was subscribed to what; ids of people to names of channels."""

    subscribed: dict[int, list[str]] = field(default_factory=dict)
    already: dict[int, list[str]] = field(default_factory=dict)
    unauthorized: list[str] = field(default_factory=list)


class Subscriptions:
    def __init__(self, database: Database, directory: Directory, bus: Bus, channels: Channels,
                 activity: Activity, permissions: Permissions, default_channels: DefaultChannels) -> None:
        self._default_channels = default_channels
        self._permissions = permissions
        self._database = database
        self._directory = directory
        self._bus = bus
        self._channels = channels
        self._activity = activity

    async def do_subscribe(self, acting: User, wanted: Sequence[NewChannel], people: Sequence[User], *,
                           colors: Mapping[str, str] | None = None, refuse_unauthorized: bool = True) -> Subscribed:
        """Subscribe people to channels by name; channels that do not exist are created.

        Raises NotAllowed for a private channel that `acting` is not in (or reports it, without
        `refuse_unauthorized`), and for guests who would create a channel.
        """
        if any(person.id != acting.id for person in people) and not self._permissions.may_subscribe_others(acting):
            raise NotAllowed("Insufficient permission")
        await self._activity.wake(person.id for person in people)

        async def write(unit: Transaction) -> Subscribed:
            result = Subscribed()
            present = self._present(people)
            existing: list[Channel] = []
            for new in {item.name.strip().lower(): item for item in wanted}.values():
                channel = self._directory.channel_by_name(new.name.strip())
                if channel is None:
                    await self._create(unit, acting, new, present, result, colors or {})
                elif self._may_join(acting, channel):
                    existing.append(channel)
                elif refuse_unauthorized:
                    raise NotAllowed(f"Unable to access channel ({channel.name}).")
                else:
                    result.unauthorized.append(channel.name)
            await self._join(unit, existing, present, result, colors or {})
            return result

        return await self._database.transaction(write, ("directory",))

    async def do_unsubscribe(self, acting: User, channels: Sequence[Channel], people: Sequence[User]) -> Subscribed:
        """Take people out of channels: oneself always, others as the channels' settings say. `already` has those
        who were not in."""
        if any(person.id != acting.id for person in people) and not all(
                self._permissions.may_remove_subscribers(acting, channel) for channel in channels):
            raise NotAllowed("Insufficient permission")
        await self._activity.wake(person.id for person in people)

        async def write(unit: Transaction) -> Subscribed:
            result = Subscribed()
            gone: list[tuple[int, int]] = []
            for person in self._present(people):
                for channel in channels:
                    inside = self._directory.is_subscribed(person.id, channel.id)
                    (result.subscribed if inside else result.already).setdefault(person.id, []).append(channel.name)
                    if inside:
                        gone.append((person.id, channel.id))
            await sql.delete_subscriptions(unit, gone)
            self._publish_gone(unit, channels, gone)
            return result

        return await self._database.transaction(write, ("directory",))

    async def do_set_property(self, user: User, channel_id: int, prop: str, value: Any) -> None:
        """Change one's own view of a channel: color, is_muted, pin_to_top (in_home_view is the older is_muted), and
        what one wants to be told of (None: as one's settings have it)."""
        async def write(unit: Transaction) -> None:
            subscription = self._directory.subscription(user.id, channel_id)
            if subscription is None:
                raise JsonableError("Invalid channel ID")
            changed = _changed(subscription, prop, value)
            await sql.update_subscription(unit, changed)
            if changed.is_muted != subscription.is_muted:
                self._bus.publish(unit, event_types.subscription_updated(
                    changed, "in_home_view", not changed.is_muted))
                self._bus.publish(unit, event_types.subscription_updated(changed, "is_muted", changed.is_muted))
            elif changed != subscription:
                self._bus.publish(unit, event_types.subscription_updated(changed, prop, getattr(changed, prop)))

        await self._database.transaction(write, ("directory",))

    def _present(self, people: Sequence[User]) -> list[User]:
        """Those whose account has not been closed since they were named."""
        return [self._directory.users[person.id] for person in people if self._directory.users[person.id].is_active]

    def _may_join(self, acting: User, channel: Channel) -> bool:
        return self._directory.is_subscribed(acting.id, channel.id) or not (channel.invite_only or acting.is_guest)

    async def _create(self, unit: Transaction, acting: User, new: NewChannel, people: Sequence[User],
                      result: Subscribed, colors: Mapping[str, str]) -> None:
        if not self._permissions.may_create_channel(acting, private=new.invite_only):
            raise NotAllowed("Insufficient permission")
        channel = await self._channels.create(unit, acting, new)
        rows = await sql.insert_subscriptions(
            unit, [(person.id, channel.id, self._color(person, channel, colors)) for person in people])
        members = {person.id for person in people}
        audience = (members | self._directory.administrators() if channel.invite_only
                    else members | {user.id for user in self._directory.active_users() if not user.is_guest})
        self._bus.publish(unit, event_types.channel_created(channel, audience))
        if new.is_default:
            check_can_be_default(channel)
            channel = replace(channel, is_default=True)
            await self._default_channels.set_within(unit, channel)
        for row in rows:
            self._publish_added(unit, row.user_id, [channel], [row], {channel.id: members})
            result.subscribed.setdefault(row.user_id, []).append(channel.name)
        self._publish_peers(unit, "peer_add", channel, members, audience - members)

    async def _join(self, unit: Transaction, channels: Sequence[Channel], people: Sequence[User],
                    result: Subscribed, colors: Mapping[str, str]) -> None:
        wanted: list[tuple[int, int, str]] = []
        for channel in channels:
            for person in people:
                inside = self._directory.is_subscribed(person.id, channel.id)
                (result.already if inside else result.subscribed).setdefault(person.id, []).append(channel.name)
                if not inside:
                    wanted.append((person.id, channel.id, self._color(person, channel, colors)))
        rows = await sql.insert_subscriptions(unit, wanted)
        by_id = {channel.id: channel for channel in channels}
        joining = {channel.id: {row.user_id for row in rows if row.channel_id == channel.id} for channel in channels}
        members = {channel.id: self._directory.subscribers(channel.id) | joining[channel.id] for channel in channels}
        for user_id in dict.fromkeys(row.user_id for row in rows):
            own = [row for row in rows if row.user_id == user_id]
            user = self._directory.users[user_id]
            unseen = [by_id[row.channel_id] for row in own
                      if not self._directory.can_see_channel(user, by_id[row.channel_id])]
            if unseen:
                self._bus.publish(unit, event_types.channel_visible(unseen, (user_id,)))
            self._publish_added(unit, user_id, [by_id[row.channel_id] for row in own], own, members)
        for channel in channels:
            audience = self._directory.who_can_see(channel) | joining[channel.id]
            # Those who join together learn of each other from the lists they get.
            self._publish_peers(unit, "peer_add", channel, joining[channel.id], audience - joining[channel.id])

    def _publish_added(self, unit: Transaction, user_id: int, channels: Sequence[Channel],
                       rows: Sequence[Subscription], members: Mapping[int, Collection[int]]) -> None:
        wire = [{**subscription_wire(channel, row), "subscribers": sorted(members[channel.id])}
                for channel, row in zip(channels, rows, strict=True)]
        self._bus.publish(unit, event_types.subscription_added(user_id, wire, rows))

    def _publish_gone(self, unit: Transaction, channels: Sequence[Channel], gone: Sequence[tuple[int, int]]) -> None:
        by_id = {channel.id: channel for channel in channels}
        for user_id in dict.fromkeys(user_id for user_id, _ in gone):
            left = [by_id[channel_id] for who, channel_id in gone if who == user_id]
            self._bus.publish(unit, event_types.subscription_removed(user_id, left))
            user = self._directory.users[user_id]
            for channel in left:
                if (channel.invite_only and not user.is_administrator) or user.is_guest:
                    self._bus.publish(unit, event_types.channel_gone(channel, (user_id,)))
        for channel in channels:
            leaving = {user_id for user_id, channel_id in gone if channel_id == channel.id}
            unseeing = {user_id for user_id in leaving
                        if self._directory.users[user_id].is_guest
                        or (channel.invite_only and not self._directory.users[user_id].is_administrator)}
            seeing = self._directory.who_can_see(channel) - unseeing
            self._publish_peers(unit, "peer_remove", channel, leaving, seeing - leaving)
            if len(leaving) > 1:
                for user_id in leaving & seeing:
                    self._publish_peers(unit, "peer_remove", channel, leaving - {user_id}, {user_id})

    def _publish_peers(self, unit: Transaction, op: str, channel: Channel, user_ids: Collection[int],
                       audience: Collection[int]) -> None:
        if user_ids and audience:
            self._bus.publish(unit, event_types.peers(op, [channel.id], sorted(user_ids), frozenset(audience)))

    def _color(self, person: User, channel: Channel, colors: Mapping[str, str]) -> str:
        return colors.get(channel.name.lower()) or color_of(channel)


def check_color(color: str) -> str:
    """#rgb or #rrggbb, as #rrggbb in lower case. Raises JsonableError."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}){1,2}", color):
        raise JsonableError("color is not a valid hex color code")
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _changed(subscription: Subscription, prop: str, value: Any) -> Subscription:
    if prop == "color":
        if not isinstance(value, str):
            raise JsonableError("color is not a string")
        return replace(subscription, color=check_color(value))
    if prop not in ("is_muted", "in_home_view", "pin_to_top", *CHANNEL_NOTIFICATIONS):
        raise JsonableError(f"Unknown subscription property: {prop[:60]}")
    if not isinstance(value, bool) and (value is not None or prop not in CHANNEL_NOTIFICATIONS):
        raise JsonableError(f"{prop} is not a boolean")
    changed: dict[str, Any] = {"is_muted": not value} if prop == "in_home_view" else {prop: value}
    return replace(subscription, **changed)
