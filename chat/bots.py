"""Bots: what they have beyond an account, and how the wire shows it to those who manage them: their owner and the
administrators. Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypedDict

from chat.models import User
from chat.wire import avatar_url

MAX_BOTS_OF_ONE = 100
"""Active bots of one person."""
MAX_BOTS = 5000
MAX_SHORT_NAME = 60
MAX_URL = 2000
MAX_SERVICE_NAME = 100
MAX_CONFIG_KEYS = 50
MAX_CONFIG_CHARS = 20_000
MAX_STORAGE_CHARS = 10_000_000
MAX_STORAGE_KEY = 500
MAX_STORAGE_KEYS = 10_000
SIGNING_SECRET = "signing_secret"
"""Key of an incoming webhook's configuration: the secret with which its service signs."""


class BotType(IntEnum):
    """Kept in the database: never renumber."""

    GENERIC = 1
    INCOMING_WEBHOOK = 2
    OUTGOING_WEBHOOK = 3
    EMBEDDED = 4


class Interface(IntEnum):
    """What an outgoing webhook speaks. Kept in the database: never renumber."""

    GENERIC = 1
    SLACK = 2


@dataclass(frozen=True, slots=True)
class Bot:
    """What a bot has beyond its account. `api_key` is empty where it can no longer be read (the secret is another)."""

    user_id: int
    api_key: str
    sending_channel_id: int | None = None
    """Where its messages go that name no channel."""
    register_channel_id: int | None = None
    """Whose messages it hears when it names no narrow."""
    hears_all_public: bool = False
    service_name: str = ""
    base_url: str = ""
    interface: int = Interface.GENERIC
    token: str = ""
    """What an outgoing webhook knows us by."""
    config: Mapping[str, str] = field(default_factory=dict)


class BotWire(TypedDict):
    user_id: int
    full_name: str
    email: str
    bot_type: int | None
    is_active: bool
    api_key: str
    default_sending_stream: str | None
    default_events_register_stream: str | None
    default_all_public_streams: bool
    avatar_url: str
    owner_id: int | None
    services: list[dict[str, Any]]


def bot_wire(user: User, bot: Bot, channel_names: Mapping[int, str]) -> BotWire:
    """A bot, for those who manage it. `channel_names` has the channels that are open."""
    return {
        "user_id": user.id,
        "full_name": user.full_name,
        "email": user.email,
        "bot_type": user.bot_type,
        "is_active": user.is_active,
        "api_key": bot.api_key,
        **default_channels(bot, channel_names),  # type: ignore[typeddict-item]
        "avatar_url": avatar_url(user),
        "owner_id": user.bot_owner_id,
        "services": services(user, bot),
    }


def default_channels(bot: Bot, channel_names: Mapping[int, str]) -> dict[str, Any]:
    """A bot's defaults by the names of the wire; a channel that closed is none."""
    def name(channel_id: int | None) -> str | None:
        return None if channel_id is None else channel_names.get(channel_id)

    return {
        "default_sending_stream": name(bot.sending_channel_id),
        "default_events_register_stream": name(bot.register_channel_id),
        "default_all_public_streams": bot.hears_all_public,
    }


def services(user: User, bot: Bot) -> list[dict[str, Any]]:
    """What answers for a bot, or posts through it."""
    if user.bot_type == BotType.OUTGOING_WEBHOOK:
        return [{"base_url": bot.base_url, "interface": bot.interface, "token": bot.token}]
    if bot.service_name or bot.config:
        return [{"service_name": bot.service_name, "config_data": dict(bot.config)}]
    return []
