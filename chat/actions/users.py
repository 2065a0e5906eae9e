"""People: create, rename, change role, deactivate, reactivate."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from chat import event_types
from chat.actions.activity import Activity
from chat.actions.bot_changes import BotChanges
from chat.actions.default_channels import DefaultChannels
from chat.bus import Bus
from chat.database import people as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import CannotDeactivateLastUser, JsonableError, NotAllowed
from chat.event_types import Event
from chat.models import MAX_EMAIL, MAX_FULL_NAME, MAX_PASSWORD, MIN_PASSWORD, Role, User

_LANE = ("directory",)
_FORBIDDEN_IN_NAMES = frozenset('*`\\>"@')
_ADDRESS = re.compile(r"[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,64}@[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,189}")


class Users:
    def __init__(self, database: Database, directory: Directory, bus: Bus, activity: Activity, bots: BotChanges,
                 default_channels: DefaultChannels) -> None:
        self._default_channels = default_channels
        self._database = database
        self._directory = directory
        self._bus = bus
        self._activity = activity
        self._bots = bots

    async def do_create_user(self, *, email: str, full_name: str, role: int, password_hash: str | None,
                             channel_ids: Collection[int] | None = None) -> User:
        """A new person, in these channels, or (None) in those that new people are in. Raises JsonableError where name
        or address cannot be, or the address is taken."""
        return await self._database.transaction(lambda unit: self.create(
            unit, email=email, full_name=full_name, role=role, password_hash=password_hash, channel_ids=channel_ids),
            _LANE)

    async def create(self, unit: Transaction, *, email: str, full_name: str, role: int, password_hash: str | None,
                     channel_ids: Collection[int] | None = None) -> User:
        """The same, within the caller's unit, which is in the lane ("directory",)."""
        email, full_name = check_email(email), check_full_name(full_name)
        self._check_unique(full_name, None)
        user = await sql.insert_user(unit, email=email, full_name=full_name, role=role, password_hash=password_hash)
        if user is None:
            raise JsonableError(f"Email is already in use: '{email}'", email=email)
        self._publish(unit, event_types.user_added(
            user, is_new=self._directory.realm.waiting_period_threshold > 0))
        await self._default_channels.welcome(unit, user, channel_ids)
        return user

    async def do_update_user(self, acting: User | None, user_id: int, *, full_name: str | None = None,
                             role: int | None = None) -> None:
        """Change a person's name or role, where `acting` may; None is the operator, who may all."""
        full_name = None if full_name is None else check_full_name(full_name)

        async def write(unit: Transaction) -> None:
            await self.update(unit, acting, user_id, full_name=full_name, role=role)

        await self._database.transaction(write, _LANE)

    async def update(self, unit: Transaction, acting: User | None, user_id: int, *, full_name: str | None,
                     role: int | None) -> User:
        """The same within a unit that holds the directory's lane, the name checked already; the person as they are
        then."""
        target = self._target(acting, user_id)
        changed = target
        if full_name is not None and full_name != target.full_name:
            if not target.is_bot:
                self._check_unique(full_name, target)
            changed = replace(changed, full_name=full_name)
            self._bus.publish(unit, event_types.user_renamed(changed))
            self._publish(unit, self._bots.renamed(changed))
        if role is not None and role != target.role:
            self._check_role(acting, target, role)
            old, changed = changed, replace(changed, role=role)
            self._publish(unit, event_types.user_role(
                changed, target.role, is_new=self._directory.is_new_member(changed.id)))
            self._publish(unit, self._sight(old, changed))
            self._publish(unit, self._defaults(old, changed))
            self._publish(unit, self._bots.sight(old, changed))
        if changed != target:
            await sql.update_user(unit, changed)
        return changed

    async def do_deactivate(self, acting: User | None, user_id: int) -> None:
        """Close an account, and those of its bots: sessions, keys and queues end at once. What it wrote stays."""
        bots = [bot.id for bot in self._directory.bots_of(user_id)]
        await self._activity.wake([user_id, *bots])

        async def write(unit: Transaction) -> None:
            target = self._target(acting, user_id)
            if not target.is_active:
                return
            if target.is_owner and self._owners() == {target.id}:
                raise CannotDeactivateLastUser(is_last_owner=True)
            for account in (target, *self._directory.bots_of(target.id)):
                if account.is_active:
                    await self._close(unit, account)

        await self._database.transaction(write, _LANE)

    async def _close(self, unit: Transaction, target: User) -> None:
        closed = replace(target, is_active=False)
        await sql.update_user(unit, closed)
        for key_hash in await sql.delete_keys(unit, target.id):
            self._bus.publish(unit, event_types.api_key_revoked(key_hash))
        for token_hash in await sql.delete_sessions(unit, target.id):
            self._bus.publish(unit, event_types.session_ended(token_hash))
        self._publish(unit, event_types.user_active(
            closed, is_new=self._directory.is_new_member(closed.id)))
        self._publish(unit, self._bots.active(closed))
        self._publish(unit, self._peers("peer_remove", target))

    async def do_reactivate(self, acting: User | None, user_id: int) -> None:
        """Open an account again."""
        async def write(unit: Transaction) -> None:
            target = self._target(acting, user_id)
            if target.is_active:
                raise JsonableError("User already active")
            opened = replace(target, is_active=True)
            await sql.update_user(unit, opened)
            bot_events: list[Event] = []
            if target.id in self._directory.bots:
                opened, bot_events = await self._bots.reopened(unit, opened, acting)
            self._publish(unit, event_types.user_active(
                opened, is_new=self._directory.is_new_member(opened.id)))
            self._publish(unit, bot_events)
            self._publish(unit, self._peers("peer_add", target))

        await self._database.transaction(write, _LANE)

    def _check_unique(self, full_name: str, whose: User | None) -> None:
        """Whether a person may have this name where names are to be unique. Raises JsonableError."""
        if self._directory.realm.require_unique_names and any(
                user.is_active and not user.is_bot and user != whose
                for user in self._directory.users_by_name(full_name)):
            raise JsonableError("Unique names required in this organization.")

    def check_change(self, acting: User, user_id: int) -> None:
        """Whether `acting` may change things of this person. Raises JsonableError, NotAllowed."""
        self._target(acting, user_id)

    def _target(self, acting: User | None, user_id: int) -> User:
        target = self._directory.user_by_id(user_id)
        if target is None or target.is_system:
            raise JsonableError("No such user")
        if acting is None:
            return target
        if acting.id not in (target.id, target.bot_owner_id) and not acting.is_administrator:
            raise NotAllowed("Insufficient permission")
        if target.is_owner and not acting.is_owner:
            raise NotAllowed("Must be an organization owner")
        return target

    def _check_role(self, acting: User | None, target: User, role: int) -> None:
        if acting is not None and not acting.is_administrator:
            raise NotAllowed("Insufficient permission")
        if acting is not None and Role.OWNER in (role, target.role) and not acting.is_owner:
            raise NotAllowed("Must be an organization owner")
        if target.is_bot and role == Role.OWNER:
            raise JsonableError("A bot cannot be an organization owner: administrators can read its key.")
        if target.is_owner and self._owners() == {target.id}:
            raise JsonableError("The owner permission cannot be removed from the only organization owner.")

    def _owners(self) -> set[int]:
        return {user.id for user in self._directory.active_users() if user.is_owner and not user.is_bot}

    def _peers(self, op: str, user: User) -> list[Event]:
        """Others see someone leave from, or come back to, the channels of their account."""
        events = []
        for channel_id in self._directory.subscriptions_of(user.id):
            channel = self._directory.channels[channel_id]
            if not channel.is_archived:
                audience = self._directory.who_can_see(channel) - {user.id}
                events.append(event_types.peers(op, [channel_id], [user.id], audience))
        return events

    def _sight(self, old: User, new: User) -> list[Event]:
        """A new role shows channels to a person, or hides them."""
        sees = self._directory.can_see_channel
        events = []
        for channel in self._directory.active_channels():
            if sees(old, channel) and not sees(new, channel):
                events.append(event_types.channel_gone(channel, (new.id,)))
            elif sees(new, channel) and not sees(old, channel):
                events.append(event_types.channel_visible([channel], (new.id,)))
                subscribers = sorted(self._directory.subscribers(channel.id))
                if subscribers:
                    events.append(event_types.peers("peer_add", [channel.id], subscribers, (new.id,)))
        return events

    def _defaults(self, old: User, new: User) -> list[Event]:
        """Guests do not see which channels new people are in."""
        if old.is_guest == new.is_guest:
            return []
        shown = [] if new.is_guest else self._directory.default_channels()
        return [event_types.default_channels(shown, None, (new.id,))]

    def _publish(self, unit: Transaction, events: list[Event]) -> None:
        for event in events:
            self._bus.publish(unit, event)


def check_full_name(full_name: str) -> str:
    """The name as it is kept. Raises JsonableError for one that cannot be mentioned or shown."""
    full_name = " ".join(full_name.split())
    if len(full_name) < 2:
        raise JsonableError("Name too short!")
    if len(full_name) > MAX_FULL_NAME:
        raise JsonableError("Name too long!")
    if _FORBIDDEN_IN_NAMES & set(full_name) or not full_name.isprintable():
        raise JsonableError("Invalid characters in name!")
    if re.search(r"\|\d+$", full_name):
        raise JsonableError("Invalid format!")
    return full_name


def check_email(email: str) -> str:
    """The address as it is kept. Raises JsonableError for what is none."""
    email = email.strip()
    if len(email) > MAX_EMAIL or not _ADDRESS.fullmatch(email):
        raise JsonableError("Enter a valid email address.")
    return email


def check_new_password(password: str) -> str:
    """Raises JsonableError for a password that is too short or too long."""
    if len(password) < MIN_PASSWORD:
        raise JsonableError(f"Choose a password of at least {MIN_PASSWORD} characters.")
    if len(password) > MAX_PASSWORD:
        raise JsonableError(f"Choose a password of at most {MAX_PASSWORD} characters.")
    return password
