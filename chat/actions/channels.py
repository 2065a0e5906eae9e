"""Channels: create, change, archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import psycopg2.errors

from chat import event_types
from chat.actions.activity import Activity
from chat.actions.bot_changes import BotChanges
from chat.actions.default_channels import DefaultChannels, check_can_be_default
from chat.actions.group_settings import check_group_value
from chat.actions.sending import Markdown
from chat.bus import Bus
from chat.changes import ChannelSet, SubscriptionGone
from chat.database import channels as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed
from chat.group_values import ADMINISTRATORS
from chat.markdown.errors import MarkdownFailed
from chat.models import MAX_CHANNEL_DESCRIPTION, MAX_CHANNEL_NAME, Channel, PostPolicy, User
from chat.realm import CAN_REMOVE_SUBSCRIBERS

KEEP = -2
"""Of the days that messages are kept: no change is wanted."""


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel that is wanted."""

    name: str
    description: str = ""
    invite_only: bool = False
    history_public_to_subscribers: bool | None = None
    """None: everything is public in a public channel, and in a private one to those who are in it."""
    post_policy: int = PostPolicy.EVERYONE
    is_default: bool = False
    retention_days: int | None = None
    can_remove_subscribers_group: int = ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What is to be different; None stays as it is."""

    name: str | None = None
    description: str | None = None
    invite_only: bool | None = None
    history_public_to_subscribers: bool | None = None
    post_policy: int | None = None
    is_default: bool | None = None
    retention_days: int | None = KEEP
    """None: as the organisation says; KEEP: as it is."""
    can_remove_subscribers_group: int | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    """One property of a channel has another value; the channel as it is then."""

    channel: Channel
    prop: str
    value: Any
    extra: dict[str, Any]


class Channels:
    def __init__(self, database: Database, directory: Directory, bus: Bus, markdown: Markdown, activity: Activity,
                 bots: BotChanges, default_channels: DefaultChannels) -> None:
        self._default_channels = default_channels
        self._database = database
        self._directory = directory
        self._bus = bus
        self._markdown = markdown
        self._activity = activity
        self._bots = bots

    async def create(self, unit: Transaction, creator: User, new: NewChannel) -> Channel:
        """A new channel, within the caller's unit; the caller publishes `channel_created` once it knows the readers."""
        name, description = check_channel_name(new.name), check_description(new.description)
        history = new.history_public_to_subscribers
        channel = await sql.insert_channel(
            unit, name=name, description=description, rendered_description=await self._render(description),
            creator_id=creator.id, invite_only=new.invite_only,
            history_public_to_subscribers=(not new.invite_only if history is None else history)
            or not new.invite_only,
            post_policy=check_policy(new.post_policy), message_retention_days=new.retention_days,
            can_remove_subscribers_group=check_remover(self._directory, new.can_remove_subscribers_group))
        if channel is None:
            raise JsonableError(f"A channel named '{name}' exists already")
        return channel

    async def do_update(self, acting: User, channel_id: int, change: ChannelChange) -> None:
        """Change properties of a channel: administrators may, where they can see it; only owners how long messages
        are kept."""
        if change.retention_days is not KEEP and not acting.is_owner:
            raise NotAllowed("Must be an organization owner")
        changed = replace(change, name=None if change.name is None else check_channel_name(change.name),
                          description=None if change.description is None else check_description(change.description))

        async def write(unit: Transaction) -> None:
            old = self._administered(acting, channel_id)
            audience = self._directory.who_can_see(old)
            steps = await self._steps(old, changed)
            if steps:
                await self._keep(unit, steps[-1].channel)
            new = steps[-1].channel if steps else old
            if (new.invite_only, new.history_public_to_subscribers) != (
                    old.invite_only, old.history_public_to_subscribers):
                audience = self._privacy(unit, old, new)
            for step in steps:
                self._bus.publish(unit, event_types.channel_updated(
                    step.channel, old.name, step.prop, step.value, audience, step.extra))
            if change.is_default is not None and change.is_default != new.is_default:
                if change.is_default:
                    check_can_be_default(new)
                await self._default_channels.set_within(unit, replace(new, is_default=change.is_default))
            if new.name != old.name:
                self._tell_of_bots(unit, new)

        await self._database.transaction(write, ("directory",))

    async def _steps(self, old: Channel, change: ChannelChange) -> list[_Step]:
        """What is told, property by property, each with the channel as it is then."""
        steps: list[_Step] = []
        channel = old

        def step(prop: str, value: Any, extra: dict[str, Any] | None = None, **values: Any) -> None:
            nonlocal channel
            channel = replace(channel, **values)
            steps.append(_Step(channel, prop, value, extra or {}))

        if change.name is not None and change.name != old.name:
            step("name", change.name, name=change.name)
        if change.description is not None and change.description != old.description:
            html = await self._render(change.description)
            step("description", change.description, {"rendered_description": html},
                 description=change.description, rendered_description=html)
        if change.post_policy is not None and change.post_policy != old.post_policy:
            policy = check_policy(change.post_policy)
            step("stream_post_policy", policy, post_policy=policy)
            step("is_announcement_only", policy == PostPolicy.ADMINISTRATORS)
        if change.retention_days is not KEEP and change.retention_days != old.message_retention_days:
            step("message_retention_days", change.retention_days, message_retention_days=change.retention_days)
        group = change.can_remove_subscribers_group
        if group is not None and group != old.can_remove_subscribers_group:
            check_remover(self._directory, group)
            step("can_remove_subscribers_group", group, can_remove_subscribers_group=group)
        private, history = _privacy_of(old, change)
        if (private, history) != (old.invite_only, old.history_public_to_subscribers):
            if private and (old.is_default if change.is_default is None else change.is_default):
                raise JsonableError("A default channel cannot be private.")
            step("invite_only", private, {"history_public_to_subscribers": history, "is_web_public": False},
                 invite_only=private, history_public_to_subscribers=history)
        return steps

    async def _keep(self, unit: Transaction, channel: Channel) -> None:
        try:
            await sql.update_channel(unit, channel)
        except psycopg2.errors.UniqueViolation:
            raise JsonableError(f"Channel name already in use: '{channel.name}'") from None

    async def do_archive(self, acting: User, channel_id: int) -> None:
        """Close a channel: nobody is subscribed any more, its name is free, what was written stays readable to those
        who received it."""
        await self._activity.wake(self._directory.subscribers(channel_id))

        async def write(unit: Transaction) -> None:
            channel = self._administered(acting, channel_id)
            if channel.is_default:
                channel = replace(channel, is_default=False)
                await self._default_channels.set_within(unit, channel)
            archived = replace(channel, is_archived=True)
            await sql.update_channel(unit, archived)
            await sql.empty_channel(unit, channel.id)
            gone = tuple(SubscriptionGone(user_id, channel.id)
                         for user_id in self._directory.everyone_subscribed(channel.id))
            self._bus.publish(unit, event_types.channel_gone(
                channel, self._directory.who_can_see(channel), (*gone, ChannelSet(archived))))
            self._tell_of_bots(unit, archived)

        await self._database.transaction(write, ("directory",))

    def _tell_of_bots(self, unit: Transaction, channel: Channel) -> None:
        for event in self._bots.channel_changed(channel):
            self._bus.publish(unit, event)

    async def _render(self, description: str) -> str:
        """A description's HTML."""
        if not description:
            return ""
        try:
            return (await self._markdown.render(description, self._directory)).html
        except MarkdownFailed as error:
            raise JsonableError(str(error)) from error

    def _administered(self, acting: User, channel_id: int) -> Channel:
        channel = self._directory.channel_by_id(channel_id)
        if channel is None or not self._directory.can_see_channel(acting, channel):
            raise JsonableError("Invalid channel ID")
        if not acting.is_administrator:
            raise NotAllowed("Must be an organization administrator")
        return channel

    def _privacy(self, unit: Transaction, old: Channel, new: Channel) -> frozenset[int]:
        """A channel turns private or public: those who can see it no longer, or only now, are told; who is to hear of
        the change itself is returned."""
        before, subscribers = self._directory.who_can_see(old), self._directory.subscribers(old.id)
        after = (subscribers | self._directory.administrators() if new.invite_only
                 else subscribers | {user.id for user in self._directory.active_users() if not user.is_guest})
        if before - after:
            self._bus.publish(unit, event_types.channel_gone(old, before - after))
        if after - before:
            self._bus.publish(unit, event_types.channel_visible([new], after - before))
            self._bus.publish(unit, event_types.peers(
                "peer_add", [new.id], sorted(subscribers), after - before))
        return before & after


def check_channel_name(name: str) -> str:
    """The name as it is kept. Raises JsonableError."""
    name = name.strip()
    if not name:
        raise JsonableError("Channel name can't be empty!")
    if len(name) > MAX_CHANNEL_NAME:
        raise JsonableError(f"Channel name too long (limit: {MAX_CHANNEL_NAME} characters).")
    for place, char in enumerate(name):
        if not char.isprintable() and char not in "\u200d\u200c":
            raise JsonableError(f"Invalid character in channel name, at position {place + 1}.")
    return name


def check_description(description: str) -> str:
    """The description as it is kept: one line. Raises JsonableError where it is too long."""
    description = " ".join(description.split("\n")).strip()
    if "\x00" in description:
        raise JsonableError("description may not contain a NUL character")
    if len(description) > MAX_CHANNEL_DESCRIPTION:
        raise JsonableError(f"description is too long (limit: {MAX_CHANNEL_DESCRIPTION} characters)")
    return description


def check_policy(policy: int) -> int:
    if policy not in set(PostPolicy):
        raise JsonableError("Invalid stream_post_policy")
    return policy


def check_remover(directory: Directory, group_id: int) -> int:
    """The group whose members may put others out. Raises JsonableError for one that cannot be."""
    check_group_value(directory, "can_remove_subscribers_group", CAN_REMOVE_SUBSCRIBERS, group_id)
    return group_id


def _privacy_of(old: Channel, change: ChannelChange) -> tuple[bool, bool]:
    """(private, its subscribers see what was there before them) as it is to be."""
    private = old.invite_only if change.invite_only is None else change.invite_only
    history = change.history_public_to_subscribers
    if history is None:
        history = old.history_public_to_subscribers if private == old.invite_only else not private
    return private, history or not private
