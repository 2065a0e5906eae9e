"""`register`: the state a client starts from, fitted exactly to its new event queue.

Parts of the state are read from the database, which takes a moment in which the world goes on. So:

1. A probe queue starts to listen.
2. The rows are read; then every write under way at that moment is awaited (`Database.settled`), so that whatever the
rows may already show has also reached the probe.
3. In one step of the reactor: the probe's events are applied to the rows, the Directory's part is taken, and the
client's own queue is opened, empty. What comes after this step reaches the queue; what came before is in the state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from chat.bots import bot_wire
from chat.database import drafts as draft_sql
from chat.database import flags as sql
from chat.database import messages as message_sql
from chat.database import scheduled_messages as scheduled_sql
from chat.database.flags import Unread
from chat.database.pool import Database
from chat.deferreds import Clock
from chat.directory import Directory
from chat.event_types import muted_topics_list
from chat.events.queue import EventQueue, QueueOptions
from chat.events.queues import EventQueues
from chat.events.realm_state import RealmState
from chat.events.unread import MAX_UNREAD, unread_msgs, unread_of_event
from chat.linkifiers import linkifier_wire, playground_wire
from chat.models import Channel, Flag, User, flag_bits
from chat.permissions import Permissions
from chat.personal import (
    DraftWire,
    ScheduledMessageWire,
    draft_wire,
    muted_user_wire,
    scheduled_message_wire,
    topic_policy_wire,
    user_status_wire,
)
from chat.presence import HISTORY_DAYS, Presences
from chat.profile_fields import FIELD_TYPES, profile_field_wire
from chat.settings import Settings
from chat.user_settings import (
    legacy_display_wire,
    legacy_notifications_wire,
    user_settings_defaults_wire,
    user_settings_wire,
)
from chat.wire import (
    COMPATIBLE_VERSION,
    FEATURE_LEVEL,
    avatar_source,
    avatar_url,
    channel_wire,
    default_channels_wire,
    group_wire,
    spelled_out,
    subscription_wire,
    user_wire,
)

MAX_CONVERSATIONS = 1000
MAX_STARRED = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a registration wants to know."""

    fetch_types: frozenset[str] | None = None
    """None: everything."""
    include_subscribers: bool = False
    user_settings_object: bool = False
    knows_null: bool = False
    """That null in a subscription means: as everywhere."""
    slim_presence: bool = False
    presence_days: int = HISTORY_DAYS
    linkifier_url_template: bool = False

    def has(self, name: str) -> bool:
        return self.fetch_types is None or name in self.fetch_types


@dataclass(slots=True)
class _Rows:
    """What the database holds for one reader."""

    unread: dict[int, Unread] = field(default_factory=dict)
    starred: set[int] = field(default_factory=set)
    conversations: dict[tuple[int, ...], int] = field(default_factory=dict)
    max_message_id: int = -1
    drafts: dict[int, DraftWire] = field(default_factory=dict)
    scheduled: dict[int, ScheduledMessageWire] = field(default_factory=dict)


class Registration:
    def __init__(self, database: Database, directory: Directory, presences: Presences, queues: EventQueues,
                 settings: Settings, clock: Clock, generation: int,
                 catalogue: Mapping[str, Any] | None = None) -> None:
        """`catalogue` has what bots one can make, by the part's name."""
        self._database = database
        self._directory = directory
        self._presences = presences
        self._queues = queues
        self._clock = clock
        self._settings = settings
        self._generation = generation
        self._clock = clock
        self._permissions = Permissions(directory)
        self._realm_state = RealmState(directory, settings, generation)
        self._parts: Mapping[str, Callable[[User, Wish], dict[str, Any]]] = {
            "realm": lambda user, wish: self._realm_state.state(),
            "realm_user": self._people,
            "realm_user_groups": lambda user, wish: {
                "realm_user_groups": [group_wire(group) for group in self._directory.groups()]},
            "subscription": self._subscriptions,
            "stream": lambda user, wish: {
                "streams": [channel_wire(channel) for channel in self._visible(user)]},
            "default_streams": lambda user, wish: {"realm_default_streams": default_channels_wire(
                [] if user.is_guest else directory.default_channels())},
            "realm_bot": self._bots,
            "realm_domains": lambda user, wish: {"realm_domains": [
                {"domain": domain, "allow_subdomains": with_subdomains}
                for domain, with_subdomains in sorted(self._directory.domains.items())]},
            "realm_emoji": lambda user, wish: {"realm_emoji": orjson.Fragment(self._directory.emoji_encoded())},
            "custom_profile_fields": lambda user, wish: {
                "custom_profile_fields": [profile_field_wire(field, order)
                                          for order, field in enumerate(directory.profile_fields, 1)],
                "custom_profile_field_types": FIELD_TYPES},
            "realm_linkifiers": lambda user, wish: {"realm_linkifiers": [
                linkifier_wire(one) for one in directory.linkifiers if wish.linkifier_url_template]},
            "realm_playgrounds": lambda user, wish: {
                "realm_playgrounds": [playground_wire(one) for one in directory.playgrounds]},
            "alert_words": lambda user, wish: {"alert_words": list(self._directory.alert_words.of(user.id))},
            "muted_topics": lambda user, wish: {"muted_topics": muted_topics_list(
                self._directory.topic_policies.of(user.id), self._directory.channels)},
            "user_topic": self._user_topics,
            "muted_users": lambda user, wish: {"muted_users": [
                muted_user_wire(muted) for muted in self._directory.muted_users.of(user.id).values()]},
            "presence": self._presence,
            "user_status": self._user_status,
            "user_settings": lambda user, wish: {
                "user_settings": user_settings_wire(directory.settings_of(user.id), user.timezone)},
            "update_display_settings": lambda user, wish: {} if wish.user_settings_object else legacy_display_wire(
                directory.settings_of(user.id), user.timezone),
            "update_global_notifications": lambda user, wish: (
                {} if wish.user_settings_object else legacy_notifications_wire(directory.settings_of(user.id))),
            "realm_user_settings_defaults": lambda user, wish: {
                "realm_user_settings_defaults": user_settings_defaults_wire(directory.user_settings_defaults)},
            **{name: _constant(value) for name, value in _EMPTY.items()},
            **{name: _constant({name: value}) for name, value in (catalogue or {}).items()},
        }

    async def register(self, user: User, options: QueueOptions, wish: Wish) -> tuple[EventQueue, dict[str, Any]]:
        """A new queue, and the state that fits it."""
        probe = self._queues.register(user.id, QueueOptions(
            client_name="register", capabilities=frozenset({"bulk_message_deletion"})))
        try:
            rows = await self._rows(user.id, wish)
            await self._database.settled()
            for event in [orjson.loads(b'%b,"id":0}' % body) for _, body in probe.entries]:
                _apply(rows, user.id, event)
        finally:
            self._queues.drop(probe)
        queue = self._queues.register(user.id, options)
        state = self._state(self._directory.users[user.id], wish, rows)
        return queue, {
            "queue_id": queue.id, "last_event_id": -1, "zulip_version": COMPATIBLE_VERSION,
            "zulip_feature_level": FEATURE_LEVEL, "zulip_merge_base": COMPATIBLE_VERSION, **state}

    async def _rows(self, user_id: int, wish: Wish) -> _Rows:
        rows = _Rows()
        if wish.has("message"):
            rows.max_message_id = await message_sql.newest_id(self._database, user_id)
            if wish.has("update_message_flags"):
                rows.unread = {unread.message_id: unread
                               for unread in await sql.unread(self._database, user_id, MAX_UNREAD)}
        if wish.has("starred_messages"):
            rows.starred = set(await sql.starred(self._database, user_id, MAX_STARRED))
        if wish.has("recent_private_conversations"):
            rows.conversations = {
                tuple(people): newest for people, newest
                in await sql.direct_conversations(self._database, user_id, MAX_CONVERSATIONS)}
        if wish.has("drafts"):
            rows.drafts = {draft.id: draft_wire(draft) for draft in await draft_sql.drafts(self._database, user_id)}
        if wish.has("scheduled_messages"):
            rows.scheduled = {
                scheduled.id: scheduled_message_wire(scheduled)
                for scheduled in await scheduled_sql.scheduled_messages(self._database, user_id)}
        return rows

    def _state(self, user: User, wish: Wish, rows: _Rows) -> dict[str, Any]:
        state: dict[str, Any] = {}
        for name, part in self._parts.items():
            if wish.has(name):
                state.update(part(user, wish))
        if wish.has("user_topic"):
            state.pop("muted_topics", None)
        if wish.has("message"):
            state["max_message_id"] = rows.max_message_id
            if wish.has("update_message_flags"):
                state["unread_msgs"] = unread_msgs(
                    user.id, rows.unread.values(),
                    lambda channel_id, topic: self._directory.is_muted(user.id, channel_id, topic))
        if wish.has("starred_messages"):
            state["starred_messages"] = sorted(rows.starred)
        if wish.has("recent_private_conversations"):
            state["recent_private_conversations"] = [
                {"max_message_id": newest, "user_ids": [other for other in people if other != user.id]}
                for people, newest in sorted(rows.conversations.items(), key=lambda item: -item[1])]
        if wish.has("drafts"):
            state["drafts"] = sorted(rows.drafts.values(), key=lambda draft: (-draft["timestamp"], -draft["id"]))
        if wish.has("scheduled_messages"):
            state["scheduled_messages"] = sorted(
                rows.scheduled.values(),
                key=lambda item: (item["scheduled_delivery_timestamp"], item["scheduled_message_id"]))
        return state

    def _user_topics(self, user: User, wish: Wish) -> dict[str, Any]:
        return {"user_topics": [
            topic_policy_wire(policy) for policy in self._directory.topic_policies.of(user.id)
            if not self._directory.channels[policy.channel_id].is_archived]}

    def _people(self, user: User, wish: Wish) -> dict[str, Any]:
        may = self._permissions
        public, private = (may.may_create_channel(user, private=private) for private in (False, True))
        return {
            "realm_users": orjson.Fragment(self._directory.people_encoded(active=True)),
            "realm_non_active_users": orjson.Fragment(self._directory.people_encoded(active=False)),
            "cross_realm_bots": [user_wire(bot, with_active=True) for bot in self._directory.system_bots()],
            "user_id": user.id, "email": user.email, "delivery_email": user.email, "full_name": user.full_name,
            "avatar_source": avatar_source(user), "avatar_url": avatar_url(user),
            "avatar_url_medium": avatar_url(user, medium=True),
            "is_admin": user.is_administrator, "is_owner": user.is_owner, "is_moderator": user.is_moderator,
            "is_guest": user.is_guest, "is_billing_admin": False,
            "can_create_streams": public or private, "can_create_public_streams": public,
            "can_create_private_streams": private, "can_create_web_public_streams": False,
            "can_subscribe_other_users": may.may_subscribe_others(user),
            "can_invite_others_to_realm": may.may_invite(user),
        }

    def _bots(self, user: User, wish: Wish) -> dict[str, Any]:
        """The bots that one manages: one's own, everyone's for administrators."""
        directory = self._directory
        bots = [directory.users[user_id] for user_id in sorted(directory.bots)]
        names = directory.channel_names()
        return {"realm_bots": [bot_wire(bot, directory.bots[bot.id], names) for bot in bots
                               if user.is_administrator or bot.bot_owner_id == user.id]}

    def _visible(self, user: User) -> list[Channel]:
        return [channel for channel in self._directory.active_channels()
                if self._directory.can_see_channel(user, channel)]

    def _subscriptions(self, user: User, wish: Wish) -> dict[str, Any]:
        directory = self._directory
        lists: dict[str, list[dict[str, Any]]] = {"subscriptions": [], "unsubscribed": [], "never_subscribed": []}
        mine, former = directory.subscriptions_of(user.id), directory.formerly_subscribed(user.id)
        settings = directory.settings_of(user.id)
        for channel in self._visible(user):
            subscription = mine.get(channel.id)
            if subscription is not None:
                wire = subscription_wire(channel, subscription)
                if not wish.knows_null:
                    wire = {prop: spelled_out(settings, prop, value) for prop, value in wire.items()}
                lists["subscriptions"].append(wire)
            else:
                wire = dict(channel_wire(channel))
                lists["unsubscribed" if channel.id in former else "never_subscribed"].append(wire)
            if wish.include_subscribers:
                wire["subscribers"] = orjson.Fragment(directory.subscribers_encoded(channel.id))
        return lists

    def _presence(self, user: User, wish: Wish) -> dict[str, Any]:
        now = self._clock.seconds()
        found = self._presences.everyone(now, slim=wish.slim_presence, days=wish.presence_days)
        return {"presences": orjson.Fragment(found), "server_timestamp": now,
                "presence_last_update_id": self._presences.last_update_id}

    def _user_status(self, user: User, wish: Wish) -> dict[str, Any]:
        directory, found = self._directory, {}
        for user_id in directory.users:
            away = not directory.settings_of(user_id).presence_enabled
            if away or user_id in directory.statuses:
                found[str(user_id)] = user_status_wire(directory.statuses.get(user_id), away=away)
        return {"user_status": found}


_EMPTY: dict[str, dict[str, Any]] = {
    "default_stream_groups": {"realm_default_stream_groups": []},
    "giphy": {"giphy_api_key": ""},
    "onboarding_steps": {"onboarding_steps": []},
    "realm_filters": {"realm_filters": []},
    "stop_words": {"stop_words": []},
    "video_calls": {"has_zoom_token": False},
}
"""What clients ask for at start and an organisation has none of yet."""


def _constant(value: dict[str, Any]) -> Callable[[User, Wish], dict[str, Any]]:
    return lambda user, wish: value


def _apply(rows: _Rows, reader_id: int, event: Mapping[str, Any]) -> None:
    """Bring rows that were read a moment ago up to an event that came since (or that they show already)."""
    match event["type"]:
        case "message":
            message = event["message"]
            rows.max_message_id = max(rows.max_message_id, message["id"])
            unread = unread_of_event(event)
            if unread is not None:
                rows.unread[unread.message_id] = unread
            if message["type"] == "private":
                people = tuple(sorted(person["id"] for person in message["display_recipient"]))
                rows.conversations[people] = max(message["id"], rows.conversations.get(people, 0))
        case "update_message_flags" if event["flag"] == "starred":
            change = rows.starred.update if event["op"] == "add" else rows.starred.difference_update
            change(event["messages"])
        case "update_message_flags" if event["flag"] == "read":
            _apply_read(rows, reader_id, event)
        case "update_message":
            _apply_edit(rows, event)
        case "delete_message":
            for message_id in event["message_ids"]:
                rows.unread.pop(message_id, None)
            rows.starred.difference_update(event["message_ids"])
        case "drafts":
            _apply_drafts(rows, event)
        case "scheduled_messages":
            _apply_scheduled(rows, event)


def _apply_edit(rows: _Rows, event: Mapping[str, Any]) -> None:
    place = {"topic": event.get("subject"), "channel_id": event.get("new_stream_id")}
    moved = {name: value for name, value in place.items() if value is not None}
    for message_id in event["message_ids"] if moved else ():
        if message_id in rows.unread:
            rows.unread[message_id] = replace(rows.unread[message_id], **moved)
    unread = rows.unread.get(event["message_id"])
    if unread is not None:
        rows.unread[unread.message_id] = replace(unread, flags=flag_bits(event["flags"]))


def _apply_drafts(rows: _Rows, event: Mapping[str, Any]) -> None:
    match event["op"]:
        case "add":
            rows.drafts.update({draft["id"]: draft for draft in event["drafts"]})
        case "update":
            rows.drafts[event["draft"]["id"]] = event["draft"]
        case "remove":
            rows.drafts.pop(event["draft_id"], None)


def _apply_scheduled(rows: _Rows, event: Mapping[str, Any]) -> None:
    match event["op"]:
        case "add":
            rows.scheduled.update({item["scheduled_message_id"]: item for item in event["scheduled_messages"]})
        case "update":
            rows.scheduled[event["scheduled_message"]["scheduled_message_id"]] = event["scheduled_message"]
        case "remove":
            rows.scheduled.pop(event["scheduled_message_id"], None)


def _apply_read(rows: _Rows, reader_id: int, event: Mapping[str, Any]) -> None:
    if event["op"] == "add":
        gone = list(rows.unread) if event["all"] else event["messages"]
        for message_id in gone:
            rows.unread.pop(message_id, None)
        return
    for key, detail in event.get("message_details", {}).items():
        message_id = int(key)
        people = () if detail["type"] == "stream" else tuple(sorted({reader_id, *detail["user_ids"]}))
        rows.unread[message_id] = Unread(
            message_id, Flag.MENTIONED if detail.get("mentioned") else 0, detail.get("stream_id"),
            detail.get("topic", ""), 0, people)
