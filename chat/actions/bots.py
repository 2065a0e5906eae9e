"""Bots: create, change, give to another owner, replace their keys.

A bot is an account whose key its owner (and administrators) may read again; it is kept sealed. Deactivating and
reactivating are those of all accounts (chat.actions.users), as are role and name; what follows from those for a bot's
managers is in chat.actions.bot_changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from chat import event_types
from chat.actions.bot_changes import BotChanges
from chat.actions.users import Users, check_email, check_full_name
from chat.bots import (
    MAX_BOTS,
    MAX_BOTS_OF_ONE,
    MAX_CONFIG_CHARS,
    MAX_CONFIG_KEYS,
    MAX_SHORT_NAME,
    MAX_URL,
    Bot,
    BotType,
    Interface,
    bot_wire,
    default_channels,
    services,
)
from chat.bus import Bus
from chat.changes import BotSet
from chat.database import bots as sql
from chat.database import people as people_sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed
from chat.event_types import Event
from chat.models import Channel, Role, User
from chat.passwords import new_api_key
from chat.permissions import Permissions
from chat.sealing import Seal

_LANE = ("directory",)
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


@dataclass(frozen=True, slots=True)
class NewBot:
    """What a bot is to be. The channels are names as their owner gave them."""

    full_name: str
    short_name: str
    bot_type: int = BotType.GENERIC
    service_name: str = ""
    base_url: str = ""
    interface: int = Interface.GENERIC
    config: Mapping[str, str] = field(default_factory=dict)
    sending_channel: str = ""
    register_channel: str = ""
    hears_all_public: bool = False


@dataclass(frozen=True, slots=True)
class BotChange:
    """What is to be different; None: as it is. A channel's name that is empty takes the default away."""

    full_name: str | None = None
    role: int | None = None
    owner_id: int | None = None
    base_url: str | None = None
    interface: int | None = None
    config: Mapping[str, str] | None = None
    sending_channel: str | None = None
    register_channel: str | None = None
    hears_all_public: bool | None = None


class Bots:
    def __init__(self, database: Database, directory: Directory, bus: Bus, users: Users, changes: BotChanges,
                 seal: Seal, permissions: Permissions, embedded: Mapping[str, Mapping[str, str]]) -> None:
        """`embedded` has the configuration that each embedded bot starts with, by name."""
        self._database = database
        self._directory = directory
        self._bus = bus
        self._users = users
        self._changes = changes
        self._seal = seal
        self._permissions = permissions
        self._embedded = embedded

    def of(self, owner: User) -> list[User]:
        """Someone's bots that are open, by id."""
        return [user for user in self._directory.bots_of(owner.id) if user.is_active]

    def managed(self, acting: User, bot_id: int) -> tuple[User, Bot]:
        """A bot that `acting` may read and change. Raises JsonableError."""
        user, bot = self._directory.user_by_id(bot_id), self._directory.bots.get(bot_id)
        if user is None or bot is None:
            raise JsonableError("No such bot")
        if not acting.is_administrator and user.bot_owner_id != acting.id:
            raise NotAllowed("Insufficient permission")
        if user.is_owner and not acting.is_owner:
            raise NotAllowed("Must be an organization owner")
        return user, bot

    async def do_create(self, owner: User, new: NewBot) -> tuple[User, Bot]:
        """A new bot of `owner`'s, with its key. Raises JsonableError for what cannot be."""
        self._check_may_create(owner, new.bot_type)
        full_name = check_full_name(new.full_name)
        email = self._address(new.short_name)
        prepared = self._prepared(owner, new)

        async def write(unit: Transaction) -> tuple[User, Bot]:
            self._check_room(owner)
            self._check_name_is_free(full_name)
            user = await people_sql.insert_user(
                unit, email=email, full_name=full_name, role=Role.MEMBER, password_hash=None, is_bot=True,
                bot_type=new.bot_type, bot_owner_id=owner.id)
            if user is None:
                raise JsonableError("Username already in use", email=email)
            bot, keys = await self._changes.give_key(unit, user, replace(prepared, user_id=user.id))
            self._publish(unit, event_types.user_added(
                user, is_new=self._directory.realm.waiting_period_threshold > 0))
            self._publish(unit, keys)
            self._bus.publish(unit, event_types.bot_added(
                bot_wire(user, bot, self._directory.channel_names()), self._directory.who_manages(user),
                (BotSet(bot),)))
            return user, bot

        return await self._database.transaction(write, _LANE)

    async def do_change(self, acting: User, bot_id: int, change: BotChange) -> tuple[User, Bot]:
        """Change a bot, where `acting` manages it; how it is then."""
        full_name = None if change.full_name is None else check_full_name(change.full_name)

        async def write(unit: Transaction) -> tuple[User, Bot]:
            user, old = self.managed(acting, bot_id)
            if full_name is not None and full_name.lower() != user.full_name.lower():
                self._check_name_is_free(full_name)
            user = await self._users.update(unit, acting, bot_id, full_name=full_name, role=change.role)
            bot = self._changed(acting, user, old, change)
            if bot != old:
                await sql.put_bot(unit, bot, self._seal)
                self._bus.publish(unit, event_types.bot_updated(
                    user.id, self._differences(user, old, bot), self._directory.who_manages(user), bot))
            if change.owner_id is not None and change.owner_id != user.bot_owner_id:
                user = await self._give(unit, user, bot, change.owner_id)
            return user, bot

        return await self._database.transaction(write, _LANE)

    async def do_regenerate_key(self, acting: User, bot_id: int) -> str:
        """Revoke a bot's keys and give it a new one. A bot may do so itself."""
        async def write(unit: Transaction) -> str:
            user, bot = ((acting, self._directory.bots[bot_id]) if acting.id == bot_id and acting.is_bot
                         else self.managed(acting, bot_id))
            if not user.is_active:
                raise JsonableError("This bot is deactivated")
            given, keys = await self._changes.give_key(unit, user, bot)
            self._publish(unit, keys)
            self._bus.publish(unit, event_types.bot_updated(
                user.id, {"api_key": given.api_key}, self._directory.who_manages(user), given))
            return given.api_key

        return await self._database.transaction(write, _LANE)

    async def do_equip(self, user: User) -> None:
        """Give an account that is a bot's, and came from elsewhere, what bots have here: a key, above all."""
        async def write(unit: Transaction) -> None:
            bot, keys = await self._changes.give_key(unit, user, Bot(user.id, ""))
            self._publish(unit, keys)
            self._bus.publish(unit, event_types.bot_added(
                bot_wire(user, bot, self._directory.channel_names()), self._directory.who_manages(user),
                (BotSet(bot),)))

        await self._database.transaction(write, _LANE)

    async def do_deactivate(self, acting: User, bot_id: int) -> None:
        """Close a bot's account; what it wrote stays."""
        self.managed(acting, bot_id)
        await self._users.do_deactivate(acting, bot_id)

    async def _give(self, unit: Transaction, user: User, bot: Bot, owner_id: int) -> User:
        """To another owner, who sees it from now on; the one before no longer does."""
        owner = self._directory.user_by_id(owner_id)
        if owner is None or not owner.is_active or owner.is_bot:
            raise JsonableError("Failed to change owner, no such user" if owner is None
                                else "Failed to change owner, user is deactivated" if not owner.is_active
                                else "Failed to change owner, bots can't own other bots")
        if len(self.of(owner)) >= MAX_BOTS_OF_ONE:
            raise JsonableError(f"One person can have at most {MAX_BOTS_OF_ONE} bots.")
        given, administrators = replace(user, bot_owner_id=owner.id), self._directory.administrators()
        await sql.set_owner(unit, user.id, owner.id)
        self._bus.publish(unit, event_types.bot_owner(given))
        if user.bot_owner_id is not None and user.bot_owner_id not in administrators:
            self._bus.publish(unit, event_types.bot_gone(user.id, (user.bot_owner_id,)))
        if owner.id not in administrators:
            self._bus.publish(unit, event_types.bot_added(
                bot_wire(given, bot, self._directory.channel_names()), (owner.id,)))
        self._bus.publish(unit, event_types.bot_updated(user.id, {"owner_id": owner.id}, administrators))
        return given

    def _changed(self, acting: User, user: User, old: Bot, change: BotChange) -> Bot:
        bot = old
        if change.sending_channel is not None:
            bot = replace(bot, sending_channel_id=self._channel(acting, change.sending_channel))
        if change.register_channel is not None:
            bot = replace(bot, register_channel_id=self._channel(acting, change.register_channel))
        if change.hears_all_public is not None:
            bot = replace(bot, hears_all_public=change.hears_all_public)
        if change.config is not None:
            if user.bot_type not in (BotType.EMBEDDED, BotType.INCOMING_WEBHOOK):
                raise JsonableError("This bot has no configuration")
            self._check_keys(user.bot_type, bot.service_name, change.config)
            bot = replace(bot, config={**bot.config, **check_config(change.config)})
        if change.base_url is not None:
            bot = replace(bot, base_url=check_url(change.base_url))
        if change.interface is not None:
            bot = replace(bot, interface=change.interface)
        if user.bot_type != BotType.OUTGOING_WEBHOOK and (bot.base_url, bot.interface) != (
                old.base_url, old.interface):
            raise JsonableError("Only outgoing webhooks have an address")
        return bot

    def _prepared(self, owner: User, new: NewBot) -> Bot:
        """The bot without its key and account."""
        config = check_config(new.config)
        if new.bot_type == BotType.EMBEDDED:
            if new.service_name not in self._embedded:
                raise JsonableError("Invalid embedded bot name.")
            self._check_keys(new.bot_type, new.service_name, config)
            config = {**self._embedded[new.service_name], **config}
        elif config and new.bot_type != BotType.INCOMING_WEBHOOK:
            raise JsonableError("Only embedded bots and incoming webhooks have a configuration")
        is_outgoing = new.bot_type == BotType.OUTGOING_WEBHOOK
        return Bot(
            0, "", self._channel(owner, new.sending_channel), self._channel(owner, new.register_channel),
            new.hears_all_public, new.service_name or (new.short_name if is_outgoing else ""),
            check_url(new.base_url) if is_outgoing else "", new.interface, new_api_key() if is_outgoing else "", config)

    def _check_keys(self, bot_type: int | None, service_name: str, config: Mapping[str, str]) -> None:
        """An embedded bot has the keys that it knows; an incoming webhook those of its service, whatever they are."""
        unknown = config.keys() - self._embedded.get(service_name, {}).keys()
        if bot_type == BotType.EMBEDDED and unknown:
            raise JsonableError(f"Invalid configuration key: '{min(unknown)}'")

    def _check_may_create(self, owner: User, bot_type: int) -> None:
        if owner.is_bot or not self._permissions.may_create_bot(owner, generic=bot_type == BotType.GENERIC):
            raise NotAllowed("Insufficient permission")

    def _check_room(self, owner: User) -> None:
        if len(self.of(owner)) >= MAX_BOTS_OF_ONE:
            raise JsonableError(f"One person can have at most {MAX_BOTS_OF_ONE} bots.")
        if len(self._directory.bots) >= MAX_BOTS:
            raise JsonableError(f"An organization can have at most {MAX_BOTS} bots.")

    def _check_name_is_free(self, full_name: str) -> None:
        if any(user.is_active for user in self._directory.users_by_name(full_name)):
            raise JsonableError("Name is already in use!")

    def _address(self, short_name: str) -> str:
        short_name = short_name.strip()
        if not _SHORT_NAME.fullmatch(short_name) or len(short_name) > MAX_SHORT_NAME:
            raise JsonableError("Bad name or username")
        host = urlsplit(self._directory.external_url).hostname or "localhost"
        return check_email(f"{short_name.lower()}-bot@{host.replace(':', '-')}")

    def _channel(self, acting: User, name: str) -> int | None:
        """The id of a channel that `acting` reads; None for no name."""
        if not name:
            return None
        channel = self._directory.channel_by_name(name.strip())
        if channel is None or not self._may_use(acting, channel):
            raise JsonableError(f"Invalid channel name '{name}'")
        return channel.id

    def _may_use(self, acting: User, channel: Channel) -> bool:
        subscribed = self._directory.is_subscribed(acting.id, channel.id)
        return subscribed or not (channel.invite_only or acting.is_guest)

    def _differences(self, user: User, old: Bot, bot: Bot) -> dict[str, Any]:
        """What of a bot's wire object is another."""
        names = self._directory.channel_names()
        fields = default_channels(bot, names) if default_channels(bot, names) != default_channels(old, names) else {}
        if services(user, bot) != services(user, old):
            fields["services"] = services(user, bot)
        return fields

    def _publish(self, unit: Transaction, events: list[Event]) -> None:
        for event in events:
            self._bus.publish(unit, event)


def check_url(url: str) -> str:
    """The address of an outgoing webhook as it is kept. Raises JsonableError for what is none."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise JsonableError("Enter a valid URL.")
    return url


def check_config(config: Mapping[str, str]) -> dict[str, str]:
    """A bot's configuration as it is kept. Raises JsonableError where it is too large."""
    if len(config) > MAX_CONFIG_KEYS or sum(len(key) + len(value) for key, value in config.items()) > MAX_CONFIG_CHARS:
        raise JsonableError(f"The configuration is larger than {MAX_CONFIG_KEYS} keys or {MAX_CONFIG_CHARS} characters")
    return dict(config)
