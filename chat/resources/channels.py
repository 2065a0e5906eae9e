"""Channels and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from chat.actions.channels import KEEP, ChannelChange, Channels, NewChannel
from chat.actions.default_channels import DefaultChannels
from chat.actions.subscriptions import Subscribed, Subscriptions, check_color
from chat.directory import Directory
from chat.errors import JsonableError, NotAllowed, ParameterInvalid
from chat.group_values import ADMINISTRATORS
from chat.history import History
from chat.models import MAX_CHANNEL_DESCRIPTION, Channel, PostPolicy, User
from chat.params import ChannelId, Param, Params, UserId
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.wire import ChannelWire, SubscriptionWire, channel_wire, subscription_wire

ChannelName = Annotated[str, Meta(max_length=200)]
Description = Annotated[str, Meta(max_length=MAX_CHANNEL_DESCRIPTION * 4)]
Principals = Annotated[list[UserId | Annotated[str, Meta(max_length=254)]], Meta(max_length=5000)]


def _read_retention(text: str) -> int | str:
    """Days, or a word: as JSON text has it, or bare, as a JSON body has it."""
    word = text.strip('"')
    if word in ("realm_default", "unlimited"):
        return word
    if word.isascii() and word.isdigit() and 1 <= len(word) <= 6 and int(word) > 0:
        return int(word)
    raise ParameterInvalid("Bad value for 'message_retention_days'")


Retention = Annotated[
    Annotated[int, Meta(ge=1, le=999_999)] | Literal["realm_default", "unlimited"] | None, Param(parse=_read_retention)]


class GetChannels(Params, frozen=True):
    include_public: bool = True
    include_web_public: bool = False
    include_subscribed: bool = True
    include_all_active: bool = False
    include_default: bool = False
    include_owner_subscribed: bool = False


class ChannelsWire(TypedDict):
    streams: list[ChannelWire]


class OneChannelWire(TypedDict):
    stream: ChannelWire


class GetChannelId(Params, frozen=True):
    stream: ChannelName


class ChannelIdWire(TypedDict):
    stream_id: int


class MembersWire(TypedDict):
    subscribers: list[int]


class UpdateChannel(Params, frozen=True):
    new_name: ChannelName | None = None
    description: Description | None = None
    is_private: bool | None = None
    history_public_to_subscribers: bool | None = None
    stream_post_policy: Annotated[int, Meta(ge=1, le=4)] | None = None
    is_announcement_only: bool | None = None
    is_web_public: bool = False
    is_default_stream: bool | None = None
    message_retention_days: Retention = None
    can_remove_subscribers_group: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class ChannelPlace(Params, frozen=True):
    stream_id: ChannelId


class TopicWire(TypedDict):
    name: str
    max_id: int


class TopicsWire(TypedDict):
    topics: list[TopicWire]


class GetSubscriptions(Params, frozen=True):
    include_subscribers: bool = False


class OwnSubscriptionsWire(TypedDict):
    subscriptions: list[SubscriptionWire]


class Wanted(msgspec.Struct, frozen=True):
    name: ChannelName
    description: Description = ""
    color: Annotated[str, Meta(max_length=7)] | None = None


class Subscribe(Params, frozen=True):
    subscriptions: Annotated[list[Wanted], Meta(max_length=500)]
    principals: Principals | None = None
    authorization_errors_fatal: bool = True
    announce: bool = False
    invite_only: bool = False
    history_public_to_subscribers: bool | None = None
    stream_post_policy: Annotated[int, Meta(ge=1, le=4)] = 1
    is_web_public: bool = False
    is_default_stream: bool = False
    message_retention_days: Retention = "realm_default"
    can_remove_subscribers_group: Annotated[int, Meta(ge=1, le=2**31 - 1)] = ADMINISTRATORS


class SubscribedWire(TypedDict):
    subscribed: dict[str, list[str]]
    already_subscribed: dict[str, list[str]]
    unauthorized: NotRequired[list[str]]


class Unsubscribe(Params, frozen=True):
    subscriptions: Annotated[list[ChannelName], Meta(max_length=500)]
    principals: Principals | None = None


class UnsubscribedWire(TypedDict):
    removed: list[str]
    not_removed: list[str]


class UpdateSubscriptions(Params, frozen=True):
    add: Annotated[list[Wanted], Meta(max_length=500)] = []
    delete: Annotated[list[ChannelName], Meta(max_length=500)] = []


class ChangedWire(SubscribedWire, UnsubscribedWire):
    pass


class EmailAddressWire(TypedDict):
    email: str


class Property(msgspec.Struct, frozen=True):
    stream_id: ChannelId
    property: Annotated[str, Meta(max_length=60)]
    value: bool | Annotated[str, Meta(max_length=60)] | None


class SetProperties(Params, frozen=True):
    subscription_data: Annotated[list[Property], Meta(max_length=500)]


class IsSubscribedWire(TypedDict):
    is_subscribed: bool


def _bool_or_text(text: str) -> bool | str | None:
    return {"true": True, "false": False, "null": None}.get(text, text.strip('"')[:60])


class SetProperty(Params, frozen=True):
    property: Annotated[str, Meta(max_length=60)]
    value: Annotated[Any, Param(parse=_bool_or_text)]


class ChannelsResource:
    routes = Routes("channels", {"stream_name": "general"})

    def __init__(self, channels: Channels, subscriptions: Subscriptions, default_channels: DefaultChannels,
                 directory: Directory, history: History) -> None:
        self._default_channels = default_channels
        self._channels = channels
        self._subscriptions = subscriptions
        self._directory = directory
        self._history = history

    @routes.get("/streams", who=Who.USER, params=GetChannels, returns=ChannelsWire, summary="Get all channels",
                errors=(NotAllowed,),
                example={"include_default": True})
    async def get_channels(self, notes: RequestNotes, p: GetChannels) -> ChannelsWire:
        """The channels that the caller can see, by name."""
        user = notes.caller
        if p.include_all_active and not user.is_administrator:
            raise NotAllowed("User not authorized for this query")
        shown = [channel for channel in self._directory.active_channels() if self._wanted(user, channel, p)]
        wires = [channel_wire(channel) for channel in sorted(shown, key=lambda channel: channel.name.lower())]
        if p.include_default:
            for wire in wires:
                wire["is_default"] = self._directory.channels[wire["stream_id"]].is_default
        return {"streams": wires}

    @routes.get("/streams/{stream_id:int}", who=Who.USER, returns=OneChannelWire, summary="Get a channel")
    async def get_channel(self, notes: RequestNotes, p: Params, stream_id: int) -> OneChannelWire:
        """One channel, by id."""
        return {"stream": channel_wire(self._visible(notes.caller, stream_id))}

    @routes.get("/get_stream_id", who=Who.USER, params=GetChannelId, returns=ChannelIdWire,
                summary="Get a channel's id",
                example={"stream": "{stream_name}"})
    async def get_channel_id(self, notes: RequestNotes, p: GetChannelId) -> ChannelIdWire:
        """The id of a channel, by its name."""
        return {"stream_id": self._by_name(notes.caller, p.stream).id}

    @routes.get("/streams/{stream_id:int}/members", who=Who.USER, returns=MembersWire,
                summary="Get a channel's subscribers")
    async def get_subscribers(self, notes: RequestNotes, p: Params, stream_id: int) -> MembersWire:
        """Ids of the people subscribed to a channel."""
        return {"subscribers": sorted(self._directory.subscribers(self._visible(notes.caller, stream_id).id))}

    @routes.patch("/streams/{stream_id:int}", who=Who.ADMINISTRATOR, params=UpdateChannel, summary="Update a channel",
                  example={"description": "For **all**"})
    async def update_channel(self, notes: RequestNotes, p: UpdateChannel, stream_id: int) -> None:
        """Changes name, description, privacy, or who may post."""
        policy = p.stream_post_policy
        if policy is None and p.is_announcement_only is not None:
            policy = PostPolicy.ADMINISTRATORS if p.is_announcement_only else PostPolicy.EVERYONE
        _check_web_public(p.is_web_public)
        await self._channels.do_update(notes.caller, stream_id, ChannelChange(
            p.new_name, p.description, p.is_private, p.history_public_to_subscribers, policy, p.is_default_stream,
            KEEP if p.message_retention_days is None else _days(p.message_retention_days),
            p.can_remove_subscribers_group))

    @routes.post("/default_streams", who=Who.ADMINISTRATOR, params=ChannelPlace, summary="Add a default channel",
                 example={"stream_id": "{stream_id}"})
    async def add_default_channel(self, notes: RequestNotes, p: ChannelPlace) -> None:
        """New people are in this channel from now on."""
        await self._default_channels.do_add(notes.caller, p.stream_id)

    @routes.delete("/default_streams", who=Who.ADMINISTRATOR, params=ChannelPlace,
                   summary="Remove a default channel", example={"stream_id": "{stream_id}"})
    async def remove_default_channel(self, notes: RequestNotes, p: ChannelPlace) -> None:
        """New people are not in this channel any more."""
        await self._default_channels.do_remove(notes.caller, p.stream_id)

    @routes.delete("/streams/{stream_id:int}", who=Who.ADMINISTRATOR, summary="Archive a channel")
    async def archive_channel(self, notes: RequestNotes, p: Params, stream_id: int) -> None:
        """Closes a channel for good; its name becomes free."""
        await self._channels.do_archive(notes.caller, stream_id)

    @routes.get("/users/me/{stream_id:int}/topics", who=Who.USER, returns=TopicsWire,
                summary="Get the topics of a channel")
    async def get_topics(self, notes: RequestNotes, p: Params, stream_id: int) -> TopicsWire:
        """Topics, the most recently used first."""
        topics = await self._history.topics(notes.caller, self._visible(notes.caller, stream_id))
        return {"topics": [{"name": name, "max_id": max_id} for name, max_id in topics]}

    @routes.get("/users/me/subscriptions", who=Who.USER, params=GetSubscriptions, returns=OwnSubscriptionsWire,
                summary="Get own subscriptions",
                example={"include_subscribers": True})
    async def get_subscriptions(self, notes: RequestNotes, p: GetSubscriptions) -> dict[str, Any]:
        """The channels that the caller is subscribed to, by name."""
        wires = []
        for channel_id, subscription in self._directory.subscriptions_of(notes.caller.id).items():
            wire = subscription_wire(self._directory.channels[channel_id], subscription)
            if p.include_subscribers:
                wire["subscribers"] = sorted(self._directory.subscribers(channel_id))
            wires.append(wire)
        return {"subscriptions": sorted(wires, key=lambda wire: wire["name"].lower())}

    @routes.post("/users/me/subscriptions", who=Who.USER, params=Subscribe, returns=SubscribedWire,
                 summary="Subscribe to channels", errors=(NotAllowed,),
                 example={"subscriptions": [{"name": "new ideas", "description": "What might be"}]})
    async def subscribe(self, notes: RequestNotes, p: Subscribe) -> SubscribedWire:
        """Subscribes the caller, or `principals`, to channels by name; those that do not exist are created."""
        people = self._principals(notes.caller, p.principals)
        _check_web_public(p.is_web_public)
        if _days(p.message_retention_days) is not None and not notes.caller.is_owner:
            raise NotAllowed("Must be an organization owner")
        if p.is_default_stream and not notes.caller.is_administrator:
            raise NotAllowed("Insufficient permission")
        result = await self._subscriptions.do_subscribe(
            notes.caller,
            [NewChannel(wanted.name, wanted.description, p.invite_only, p.history_public_to_subscribers,
                        p.stream_post_policy, p.is_default_stream, _days(p.message_retention_days),
                        p.can_remove_subscribers_group) for wanted in p.subscriptions],
            people, refuse_unauthorized=p.authorization_errors_fatal,
            colors={wanted.name.strip().lower(): check_color(wanted.color) for wanted in p.subscriptions
                    if wanted.color})
        wire: SubscribedWire = {"subscribed": self._by_email(result.subscribed),
                                "already_subscribed": self._by_email(result.already)}
        if not p.authorization_errors_fatal:
            wire["unauthorized"] = result.unauthorized
        return wire

    @routes.delete("/users/me/subscriptions", who=Who.USER, params=Unsubscribe, returns=UnsubscribedWire,
                   summary="Unsubscribe from channels", errors=(NotAllowed,),
                   example={"subscriptions": ["{stream_name}"]})
    async def unsubscribe(self, notes: RequestNotes, p: Unsubscribe) -> UnsubscribedWire:
        """Takes the caller, or `principals`, out of channels."""
        channels = [self._by_name(notes.caller, name) for name in dict.fromkeys(p.subscriptions)]
        result = await self._subscriptions.do_unsubscribe(
            notes.caller, channels, self._principals(notes.caller, p.principals))
        return {"removed": _names(result, removed=True), "not_removed": _names(result, removed=False)}

    @routes.patch("/users/me/subscriptions", who=Who.USER, params=UpdateSubscriptions, returns=ChangedWire,
                  summary="Update subscriptions", errors=(NotAllowed,),
                  example={"add": [{"name": "{stream_name}"}], "delete": []})
    async def update_subscriptions(self, notes: RequestNotes, p: UpdateSubscriptions) -> ChangedWire:
        """Subscribes the caller to some channels and takes them out of others."""
        if not p.add and not p.delete:
            raise JsonableError('Nothing to do. Specify at least one of "add" or "delete".')
        left: UnsubscribedWire = {"removed": [], "not_removed": []}
        added: SubscribedWire = {"subscribed": {}, "already_subscribed": {}}
        if p.delete:
            left = await self.unsubscribe(notes, Unsubscribe(p.delete))
        if p.add:
            added = await self.subscribe(notes, Subscribe(p.add))
        return {**left, **added}

    @routes.get("/streams/{stream_id:int}/email_address", who=Who.USER, returns=EmailAddressWire,
                summary="Get a channel's email address")
    async def get_channel_email_address(self, notes: RequestNotes, p: Params, stream_id: int) -> EmailAddressWire:
        """Empty: this server takes no mails."""
        self._visible(notes.caller, stream_id)
        return {"email": ""}

    @routes.post("/users/me/subscriptions/properties", who=Who.USER, params=SetProperties,
                 summary="Update subscription settings",
                 example={"subscription_data": [{"stream_id": "{stream_id}", "property": "color",
                     "value": "#aabbcc"}]})
    async def update_subscription_settings(self, notes: RequestNotes, p: SetProperties) -> None:
        """Colour, muted or pinned: the caller's own view of channels."""
        for item in p.subscription_data:
            await self._subscriptions.do_set_property(notes.caller, item.stream_id, item.property, item.value)

    @routes.patch("/users/me/subscriptions/{stream_id:int}", who=Who.USER, params=SetProperty,
                  summary="Update one subscription setting",
                  example={"property": "pin_to_top", "value": True})
    async def update_subscription_setting(self, notes: RequestNotes, p: SetProperty, stream_id: int) -> None:
        """The same, for one channel and setting."""
        await self._subscriptions.do_set_property(notes.caller, stream_id, p.property, p.value)

    @routes.get("/users/{user_id:int}/subscriptions/{stream_id:int}", who=Who.USER, returns=IsSubscribedWire,
                summary="Get a subscription's status")
    async def get_subscription_status(self, notes: RequestNotes, p: Params, user_id: int, stream_id: int
                                      ) -> IsSubscribedWire:
        """Whether someone is subscribed to a channel."""
        if self._directory.user_by_id(user_id) is None:
            raise JsonableError("No such user")
        channel = self._visible(notes.caller, stream_id)
        return {"is_subscribed": self._directory.is_subscribed(user_id, channel.id)}

    def _wanted(self, user: User, channel: Channel, p: GetChannels) -> bool:
        if p.include_all_active:
            return True
        subscribed = self._directory.is_subscribed(user.id, channel.id)
        public = not channel.invite_only and not user.is_guest
        return (p.include_subscribed and subscribed) or (p.include_public and public)

    def _visible(self, user: User, channel_id: int) -> Channel:
        channel = self._directory.channel_by_id(channel_id)
        if channel is None or not self._directory.can_see_channel(user, channel):
            raise JsonableError("Invalid channel ID")
        return channel

    def _by_name(self, user: User, name: str) -> Channel:
        channel = self._directory.channel_by_name(name.strip())
        if channel is None or not self._directory.can_see_channel(user, channel):
            raise JsonableError(f"Invalid channel name '{name}'")
        return channel

    def _principals(self, caller: User, principals: Sequence[int | str] | None) -> list[User]:
        if principals is None:
            return [caller]
        people: dict[int, User] = {}
        for wanted in principals:
            user = (self._directory.user_by_id(wanted) if isinstance(wanted, int)
                    else self._directory.user_by_email(wanted))
            if user is None or not user.is_active:
                raise JsonableError(f"User not authorized to execute queries on behalf of '{wanted}'")
            people[user.id] = user
        return list(people.values())

    def _by_email(self, by_id: dict[int, list[str]]) -> dict[str, list[str]]:
        return {self._directory.users[user_id].email: names for user_id, names in by_id.items()}


def _names(result: Subscribed, *, removed: bool) -> list[str]:
    by_person = result.subscribed if removed else result.already
    return list(dict.fromkeys(name for names in by_person.values() for name in names))


def _days(retention: int | str | None) -> int | None:
    """How long messages are kept, as channels have it."""
    return {"realm_default": None, "unlimited": -1}[retention] if isinstance(retention, str) else retention


def _check_web_public(wanted: bool) -> None:
    if wanted:
        raise JsonableError("Web-public channels are not enabled.")
