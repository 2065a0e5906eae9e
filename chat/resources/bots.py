"""Bots: list, create, change, deactivate; their keys, and the files that programs read those from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from chat.actions.avatars import Avatars
from chat.actions.bots import BotChange, Bots, NewBot
from chat.bots import (
    MAX_CONFIG_CHARS,
    MAX_CONFIG_KEYS,
    MAX_SERVICE_NAME,
    MAX_SHORT_NAME,
    MAX_URL,
    Bot,
    BotType,
    default_channels,
)
from chat.directory import Directory
from chat.errors import BadImage, JsonableError, NotAllowed
from chat.models import MAX_CHANNEL_NAME, User
from chat.params import Param, Params, UserId
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Takes, Who
from chat.wire import avatar_url

FullName = Annotated[str, Meta(max_length=200)]
ChannelName = Annotated[str, Meta(max_length=MAX_CHANNEL_NAME)]
Config = Annotated[dict[Annotated[str, Meta(max_length=200)], Annotated[str, Meta(max_length=MAX_CONFIG_CHARS)]],
                   Meta(max_length=MAX_CONFIG_KEYS)]
_InterfaceNumber = Literal[1, 2]


class CreateBot(Params, frozen=True):
    full_name: FullName
    short_name: Annotated[str, Meta(max_length=MAX_SHORT_NAME)]
    bot_type: Annotated[Literal[1, 2, 3, 4], Param(
        doc="1: generic, 2: incoming webhook, 3: outgoing webhook, 4: embedded.")] = 1
    payload_url: Annotated[Annotated[str, Meta(max_length=MAX_URL)], Param(
        json=True, doc="Where an outgoing webhook is told of messages.")] = ""
    service_name: Annotated[Annotated[str, Meta(max_length=MAX_SERVICE_NAME)], Param(
        doc="Which embedded bot it is, or which service posts through it.")] = ""
    config_data: Config = {}
    interface_type: Annotated[_InterfaceNumber, Param(doc="1: the payload documented here; 2: Slack's.")] = 1
    default_sending_stream: ChannelName = ""
    default_events_register_stream: ChannelName = ""
    default_all_public_streams: bool = False


class UpdateBot(Params, frozen=True):
    full_name: FullName | None = None
    role: Literal[100, 200, 300, 400, 600] | None = None
    bot_owner_id: UserId | None = None
    config_data: Config | None = None
    service_payload_url: Annotated[Annotated[str, Meta(max_length=MAX_URL)] | None, Param(json=True)] = None
    service_interface: _InterfaceNumber | None = None
    default_sending_stream: ChannelName | None = None
    default_events_register_stream: ChannelName | None = None
    default_all_public_streams: bool | None = None


class BotDefaultsWire(TypedDict):
    avatar_url: str
    default_sending_stream: str | None
    default_events_register_stream: str | None
    default_all_public_streams: bool


class CreatedBotWire(BotDefaultsWire):
    user_id: int
    api_key: str


class OwnBotWire(BotDefaultsWire):
    username: str
    full_name: str
    api_key: str


class OwnBotsWire(TypedDict):
    bots: list[OwnBotWire]


class UpdatedBotWire(BotDefaultsWire):
    full_name: str
    service_interface: int
    service_payload_url: str | None
    config_data: dict[str, str] | None
    bot_owner: str


class BotKeyWire(TypedDict):
    api_key: str


class ConfigurationWire(TypedDict):
    content: str


class BotsResource:
    routes = Routes("bots", {"bot_id": 21, "short_name": "reminders", "storage_key": "mood"})

    def __init__(self, bots: Bots, avatars: Avatars, directory: Directory) -> None:
        self._bots = bots
        self._avatars = avatars
        self._directory = directory

    @routes.get("/bots", who=Who.MEMBER, returns=OwnBotsWire, summary="Get own bots")
    async def get_own_bots(self, notes: RequestNotes, p: Params) -> OwnBotsWire:
        """One's own bots that are not deactivated, with their keys."""
        return {"bots": [
            {"username": user.email, "full_name": user.full_name, "api_key": bot.api_key, **self._defaults(user, bot)}
            for user in self._bots.of(notes.caller) for bot in (self._directory.bots[user.id],)]}

    @routes.post("/bots", who=Who.MEMBER, params=CreateBot, returns=CreatedBotWire, takes=Takes.OPTIONAL_PICTURE,
                 errors=(NotAllowed, BadImage), summary="Create a bot",
                 example={"full_name": "Reminders", "short_name": "{short_name}"})
    async def create_bot(self, notes: RequestNotes, p: CreateBot) -> CreatedBotWire:
        """A new bot of one's own, with the picture that is sent along. Its address is made of the short name."""
        user, bot = await self._pictured(notes, lambda: self._bots.do_create(notes.caller, NewBot(
            p.full_name, p.short_name, p.bot_type, p.service_name, p.payload_url, p.interface_type, p.config_data,
            p.default_sending_stream, p.default_events_register_stream, p.default_all_public_streams)))
        return {"user_id": user.id, "api_key": bot.api_key, **self._defaults(user, bot)}

    @routes.patch("/bots/{bot_id:int}", who=Who.MEMBER, params=UpdateBot, returns=UpdatedBotWire,
                  takes=Takes.OPTIONAL_PICTURE, errors=(NotAllowed, BadImage), summary="Update a bot",
                  example={"full_name": "Reminder Bot"})
    async def update_bot(self, notes: RequestNotes, p: UpdateBot, bot_id: int) -> UpdatedBotWire:
        """Changes a bot: its owner and administrators may."""
        self._bots.managed(notes.caller, bot_id)
        user, bot = await self._pictured(notes, lambda: self._bots.do_change(notes.caller, bot_id, BotChange(
            p.full_name, p.role, p.bot_owner_id, p.service_payload_url, p.service_interface, p.config_data,
            p.default_sending_stream, p.default_events_register_stream, p.default_all_public_streams)))
        owner = None if user.bot_owner_id is None else self._directory.user_by_id(user.bot_owner_id)
        return {
            "full_name": user.full_name, "service_interface": bot.interface,
            "service_payload_url": bot.base_url or None, "config_data": dict(bot.config) or None,
            "bot_owner": owner.email if owner else "", **self._defaults(user, bot)}

    @routes.delete("/bots/{bot_id:int}", who=Who.MEMBER, errors=(NotAllowed,), summary="Deactivate a bot")
    async def deactivate_bot(self, notes: RequestNotes, p: Params, bot_id: int) -> None:
        """Closes a bot's account: its keys and event queues end at once. What it wrote stays."""
        await self._bots.do_deactivate(notes.caller, bot_id)

    @routes.get("/bots/{bot_id:int}/api_key", who=Who.MEMBER, returns=BotKeyWire, errors=(NotAllowed,),
                summary="Get a bot's API key")
    async def get_bot_api_key(self, notes: RequestNotes, p: Params, bot_id: int) -> BotKeyWire:
        """The key of a bot that one manages; empty where it can no longer be read and has to be replaced."""
        return {"api_key": self._bots.managed(notes.caller, bot_id)[1].api_key}

    @routes.post("/bots/{bot_id:int}/api_key/regenerate", who=Who.MEMBER, returns=BotKeyWire, errors=(NotAllowed,),
                 summary="Replace a bot's API key")
    async def regenerate_bot_api_key(self, notes: RequestNotes, p: Params, bot_id: int) -> BotKeyWire:
        """Revokes the bot's key and gives it a new one."""
        return {"api_key": await self._bots.do_regenerate_key(notes.caller, bot_id)}

    @routes.get("/bots/{bot_id:int}/zuliprc", who=Who.MEMBER, returns=ConfigurationWire, errors=(NotAllowed,),
                summary="Get a bot's configuration file")
    async def get_bot_zuliprc(self, notes: RequestNotes, p: Params, bot_id: int) -> ConfigurationWire:
        """The file `zuliprc` that programs sign in with."""
        user, bot = self._bots.managed(notes.caller, bot_id)
        return {"content": _section("api", user, bot, self._directory.external_url)}

    @routes.get("/bots/botserverrc", who=Who.MEMBER, returns=ConfigurationWire,
                summary="Get the configuration file of a bot server")
    async def get_botserverrc(self, notes: RequestNotes, p: Params) -> ConfigurationWire:
        """The file `botserverrc`: a section for each of one's outgoing webhooks. Which bot answers for each is to be
        named in it."""
        return {"content": "\n".join(
            _section(user.email.partition("@")[0].removesuffix("-bot"), user, self._directory.bots[user.id],
                     self._directory.external_url)
            for user in self._bots.of(notes.caller) if user.bot_type == BotType.OUTGOING_WEBHOOK)}

    async def _pictured(self, notes: RequestNotes, work: Callable[[], Awaitable[tuple[User, Bot]]]
                        ) -> tuple[User, Bot]:
        """What `work` makes of a bot, with the picture that came along: both, or neither."""
        file = notes.take_optional_file()
        if file is None:
            return await work()
        with file:
            async with self._avatars.made(file) as token:
                user, bot = await work()
                return await self._avatars.do_use(user, token), bot

    def _defaults(self, user: User, bot: Bot) -> BotDefaultsWire:
        return {"avatar_url": avatar_url(user),
                **default_channels(bot, self._directory.channel_names())}  # type: ignore[typeddict-item]


def _section(name: str, user: User, bot: Bot, site: str) -> str:
    if not bot.api_key:
        raise JsonableError("This bot's key can no longer be read; replace it first.")
    token = f"token={bot.token}\n" if bot.token else ""
    return f"[{name}]\nemail={user.email}\nkey={bot.api_key}\nsite={site}\n{token}"
