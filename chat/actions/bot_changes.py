"""What else happens to bots when people, channels or pictures change: those who manage a bot see it as it is.

Builds events and writes nothing but a new key; the actions that cause these changes publish them in their own units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chat import event_types
from chat.bots import Bot, bot_wire, default_channels
from chat.database import bots as bot_sql
from chat.database import people as people_sql
from chat.database.pool import Transaction
from chat.directory import Directory
from chat.event_types import Event
from chat.models import Channel, User
from chat.passwords import digest, new_api_key
from chat.sealing import Seal
from chat.wire import avatar_url


class BotChanges:
    def __init__(self, directory: Directory, seal: Seal) -> None:
        self._directory = directory
        self._seal = seal

    def renamed(self, user: User) -> list[Event]:
        """`user` has another name, as their record says; nothing to tell where that is no bot."""
        return self._updated(user, {"full_name": user.full_name})

    def pictured(self, user: User) -> list[Event]:
        """`user` has another picture."""
        return self._updated(user, {"avatar_url": avatar_url(user)})

    def active(self, user: User) -> list[Event]:
        """`user` was deactivated or reactivated."""
        return self._updated(user, {"is_active": user.is_active})

    def sight(self, old: User, new: User) -> list[Event]:
        """A new role: administrators see everyone's bots, others their own."""
        if old.is_administrator == new.is_administrator:
            return []
        others = [self._directory.users[user_id] for user_id in sorted(self._directory.bots)
                  if self._directory.users[user_id].bot_owner_id != new.id]
        if new.is_administrator:
            return [event_types.bot_added(self.wire(bot), (new.id,)) for bot in others]
        return [event_types.bot_gone(bot.id, (new.id,)) for bot in others]

    def channel_changed(self, channel: Channel) -> list[Event]:
        """A channel has another name, or closed: bots name it among their defaults."""
        names = self._directory.channel_names()
        names.pop(channel.id, None)
        if not channel.is_archived:
            names[channel.id] = channel.name
        return [
            event_types.bot_updated(bot.user_id, default_channels(bot, names),
                                    self._directory.who_manages(self._directory.users[bot.user_id]))
            for bot in self._directory.bots.values()
            if channel.id in (bot.sending_channel_id, bot.register_channel_id)]

    def wire(self, user: User) -> Any:
        """A bot as those who manage it see it."""
        return bot_wire(user, self._directory.bots[user.id], self._directory.channel_names())

    async def give_key(self, unit: Transaction, user: User, bot: Bot) -> tuple[Bot, list[Event]]:
        """Another key for a bot, all earlier ones revoked: the bot as it is then, and what to publish."""
        given = replace(bot, api_key=new_api_key())
        events = [event_types.api_key_revoked(gone) for gone in await people_sql.delete_keys(unit, user.id)]
        await people_sql.insert_key(unit, digest(given.api_key), user.id, "bot")
        await bot_sql.put_bot(unit, given, self._seal)
        events.append(event_types.api_key_added(digest(given.api_key), user.id))
        return given, events

    async def reopened(self, unit: Transaction, user: User, acting: User | None) -> tuple[User, list[Event]]:
        """A bot comes back: with a new key, as the old one ended, and with an owner who is here."""
        bot, events = await self.give_key(unit, user, self._directory.bots[user.id])
        owner = None if user.bot_owner_id is None else self._directory.users[user.bot_owner_id]
        fields: dict[str, Any] = {"is_active": True, "api_key": bot.api_key}
        audience = self._directory.who_manages(user)
        if acting is not None and (owner is None or not owner.is_active):
            user = replace(user, bot_owner_id=acting.id)
            await bot_sql.set_owner(unit, user.id, acting.id)
            fields["owner_id"] = acting.id
            events.append(event_types.bot_owner(user))
        events.append(event_types.bot_updated(user.id, fields, audience, bot))
        return user, events

    def _updated(self, user: User, fields: Mapping[str, Any]) -> list[Event]:
        if user.id not in self._directory.bots:
            return []
        return [event_types.bot_updated(user.id, fields, self._directory.who_manages(user))]
