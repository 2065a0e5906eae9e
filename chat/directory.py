"""The organisation's state in memory: people, channels, subscriptions, groups, keys and sessions.

Loaded once; from then on changed only by `apply`, with the same events that clients receive. So authentication,
permission checks, a message's recipients and most of `register` cost no query. It knows no SQL and does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from msgspec.structs import replace

from chat import changes
from chat.alert_words import AlertWords
from chat.attention import MutedUsers, TopicPolicies
from chat.bots import Bot
from chat.event_types import Event
from chat.group_values import SYSTEM_GROUPS, GroupValue
from chat.linkifiers import Linkifier, Playground
from chat.markdown.topics import topic_links
from chat.models import Channel, Group, Organisation, Role, Session, Subscription, User
from chat.notification_rules import Means, wants_channel
from chat.personal import MutedUser, Policy, TopicPolicy, UserStatus
from chat.profile_fields import ProfileField, ProfileValue
from chat.push_devices import PushReceivers
from chat.realm import Realm
from chat.uploaded import CustomEmoji, emoji_map_wire
from chat.user_groups import UserGroups
from chat.user_settings import UserSettings
from chat.wire import UserWire, system_groups, user_wire

MAX_TOPICS_KEPT = 5000
DAY_S = 24 * 3600


@dataclass(slots=True)
class Loaded:
    """Everything the database holds of what the Directory keeps."""

    organisation: Organisation | None = None
    realm: Realm = field(default_factory=Realm)
    user_settings: Mapping[int, UserSettings] = field(default_factory=dict)
    """Of those who differ from the defaults that Plait comes with."""
    user_settings_defaults: UserSettings = field(default_factory=UserSettings)
    now: float = 0.0
    users: Sequence[User] = ()
    bots: Sequence[Bot] = ()
    linkifiers: Sequence[Linkifier] = ()
    playgrounds: Sequence[Playground] = ()
    profile_fields: Sequence[ProfileField] = ()
    profiles: Mapping[int, Mapping[int, ProfileValue]] = field(default_factory=dict)
    """What people tell in them, by person and field."""
    groups: Sequence[Group] = ()
    """Those that people made."""
    channels: Sequence[Channel] = ()
    subscriptions: Sequence[Subscription] = ()
    former: Sequence[tuple[int, int]] = ()
    """(user_id, channel_id) of those who once were subscribed."""
    api_keys: Sequence[tuple[bytes, int]] = ()
    sessions: Sequence[Session] = ()
    dormant: Mapping[int, int] = field(default_factory=dict)
    alert_words: Mapping[int, Sequence[str]] = field(default_factory=dict)
    topic_policies: Sequence[TopicPolicy] = ()
    muted_users: Sequence[MutedUser] = ()
    push_receivers: Sequence[int] = ()
    emoji: Sequence[CustomEmoji] = ()
    domains: Mapping[str, bool] = field(default_factory=dict)
    statuses: Sequence[UserStatus] = ()


@dataclass(slots=True)
class _Roll:
    """A channel's subscribers, and what is derived from them until the next change."""

    members: dict[int, Subscription] = field(default_factory=dict)
    active: frozenset[int] | None = None
    encoded: bytes | None = None
    array: str | None = None
    loud: frozenset[int] | None = None


def still_new(users: Iterable[User], threshold_days: int, now: float) -> frozenset[int]:
    """Ids of those who came less than so many days ago."""
    return frozenset(user.id for user in users if user.date_joined + threshold_days * DAY_S > now)


class Directory:
    def __init__(self, external_url: str) -> None:
        self.external_url = external_url
        self.linkifiers: Sequence[Linkifier] = ()
        """In the order in which they are tried."""
        self.playgrounds: Sequence[Playground] = ()
        self.profile_fields: Sequence[ProfileField] = ()
        """In order."""
        self._profiles: dict[int, dict[int, ProfileValue]] = {}
        self._topic_links: dict[str, list[dict[str, str]]] = {}
        self.realm = Realm()
        """The organisation's settings."""
        self.user_settings_defaults = UserSettings()
        """What new people start with."""
        self._date_created: int | None = None
        self._user_settings: dict[int, UserSettings] = {}
        self.users: dict[int, User] = {}
        self.bots: dict[int, Bot] = {}
        self.channels: dict[int, Channel] = {}
        self.sessions: dict[bytes, Session] = {}
        self.alert_words = AlertWords()
        self.user_groups = UserGroups()
        self.new_members: frozenset[int] = frozenset()
        """Ids of those who came less than the organisation's waiting period ago, whatever their role."""
        self.topic_policies = TopicPolicies()
        self.muted_users = MutedUsers()
        self.domains: dict[str, bool] = {}
        """From where people may come, where that is restricted: each with whether its subdomains are meant too."""
        self.push_receivers = PushReceivers()
        self.emoji: dict[int, CustomEmoji] = {}
        """All there ever were, by id; those that are in use are found by name with `custom_emoji`."""
        self.statuses: dict[int, UserStatus] = {}
        """Of those who have set one."""
        self._emoji_by_name: dict[str, CustomEmoji] = {}
        self._emoji_encoded: bytes | None = None
        self._api_keys: dict[bytes, int] = {}
        self._by_email: dict[str, int] = {}
        self._by_name: dict[str, dict[int, None]] = {}
        self._channel_names: dict[str, int] = {}
        self._rolls: dict[int, _Roll] = {}
        self._subscriptions: dict[int, dict[int, Subscription]] = {}
        self._dormant: dict[int, int] = {}
        self._former: dict[int, set[int]] = {}
        self._people_encoded: dict[bool, bytes] = {}
        self._person_encoded: dict[int, bytes] = {}
        self._steps: dict[type, Callable[[Any], object]] = {
            changes.UserSet: lambda change: self._set_user(change.user),
            changes.BotSet: lambda change: self.bots.update({change.bot.user_id: change.bot}),
            changes.ChannelSet: lambda change: self._set_channel(change.channel),
            changes.SubscriptionSet: lambda change: self._set_subscription(change.subscription),
            changes.SubscriptionGone: lambda change: self._drop_subscription(change.user_id, change.channel_id),
            changes.OrganisationSet: lambda change: self._set_organisation(change.organisation),
            changes.GroupSet: lambda change: self.user_groups.put(change.group),
            changes.GroupGone: lambda change: self.user_groups.remove(change.group_id),
            changes.LinkifiersSet: lambda change: self._set_linkifiers(change.linkifiers),
            changes.PlaygroundsSet: lambda change: setattr(self, "playgrounds", change.playgrounds),
            changes.ProfileFieldsSet: lambda change: self._set_profile_fields(change.fields),
            changes.ProfileValueSet: lambda change: self._set_profile_value(
                change.user_id, change.field_id, change.value),
            changes.NewMembersSet: lambda change: setattr(self, "new_members", change.user_ids),
            changes.RealmSet: lambda change: setattr(self, "realm", change.realm),
            changes.UserSettingsSet: lambda change: self._set_user_settings(change.user_id, change.settings),
            changes.UserSettingsDefaultsSet: lambda change: setattr(
                self, "user_settings_defaults", change.settings),
            changes.ApiKeySet: lambda change: self._api_keys.update({change.key_hash: change.user_id}),
            changes.ApiKeyGone: lambda change: self._api_keys.pop(change.key_hash, None),
            changes.SessionSet: lambda change: self.sessions.update({change.session.token_hash: change.session}),
            changes.DormantSet: lambda change: self._set_dormant(change.user_id, change.caught_up_to),
            changes.AlertWordsSet: lambda change: self.alert_words.put(change.user_id, change.words),
            changes.TopicPolicySet: lambda change: self.topic_policies.put(change.policy),
            changes.MutedUsersSet: lambda change: self.muted_users.put(change.user_id, change.muted),
            changes.UserStatusSet: lambda change: self._set_status(change.status),
            changes.DomainSet: lambda change: self._set_domain(change.domain, change.allow_subdomains),
            changes.EmojiSet: lambda change: self._set_emoji(change.emoji),
            changes.PushReceiverSet: lambda change: self.push_receivers.put(
                change.user_id, has_device=change.has_device),
            changes.SessionGone: lambda change: self.sessions.pop(change.token_hash, None),
        }

    def load(self, loaded: Loaded) -> None:
        """Fill an empty Directory."""
        self.realm = loaded.realm
        if loaded.organisation is not None:
            self._set_organisation(loaded.organisation)
        for user in loaded.users:
            self._set_user(user)
        self.bots.update((bot.user_id, bot) for bot in loaded.bots)
        self.new_members = still_new(loaded.users, self.realm.waiting_period_threshold, loaded.now)
        self._user_settings.update(loaded.user_settings)
        self.user_settings_defaults = loaded.user_settings_defaults
        self.linkifiers, self.playgrounds = loaded.linkifiers, loaded.playgrounds
        self.profile_fields = loaded.profile_fields
        self._profiles.update((user_id, dict(values)) for user_id, values in loaded.profiles.items())
        self.user_groups.load(loaded.groups)
        for channel in loaded.channels:
            self._set_channel(channel)
        for subscription in loaded.subscriptions:
            self._set_subscription(subscription)
        for user_id, channel_id in loaded.former:
            self._former.setdefault(user_id, set()).add(channel_id)
        self._dormant.update(loaded.dormant)
        for user_id, words in loaded.alert_words.items():
            self.alert_words.put(user_id, words)
        for policy in loaded.topic_policies:
            self.topic_policies.put(policy)
        self.muted_users.load(loaded.muted_users)
        self.domains.update(loaded.domains)
        self.push_receivers.load(loaded.push_receivers)
        for emoji in loaded.emoji:
            self._set_emoji(emoji)
        for status in loaded.statuses:
            self._set_status(status)
        self._api_keys.update(loaded.api_keys)
        self.sessions.update((session.token_hash, session) for session in loaded.sessions)

    def apply(self, event: Event) -> None:
        """Take the step that a committed event stands for."""
        for change in event.changes:
            self._steps[type(change)](change)

    # The organisation

    @property
    def organisation(self) -> Organisation | None:
        """None while there is none."""
        if self._date_created is None:
            return None
        return Organisation(self.realm.name, self.realm.description, self._date_created)

    def topic_links(self, topic: str) -> list[dict[str, str]]:
        """What the wire calls `topic_links`; of the topics asked for lately they are kept."""
        found = self._topic_links.get(topic)
        if found is None:
            if len(self._topic_links) >= MAX_TOPICS_KEPT:
                self._topic_links.clear()
            found = self._topic_links[topic] = topic_links(topic, self)
        return found

    # People

    def profile_data(self, user_id: int) -> Mapping[int, ProfileValue]:
        """What a person tells in the profile fields, by field."""
        return self._profiles.get(user_id, {})

    def settings_of(self, user_id: int) -> UserSettings:
        """What a person has set for themselves."""
        return self._user_settings[user_id]

    def user_by_id(self, user_id: int) -> User | None:
        return self.users.get(user_id)

    def user_by_email(self, email: str) -> User | None:
        """By address, whatever its case."""
        user_id = self._by_email.get(email.lower())
        return None if user_id is None else self.users[user_id]

    def users_by_name(self, full_name: str) -> list[User]:
        """Everyone of exactly this name, whatever its case, by id."""
        return [self.users[user_id] for user_id in sorted(self._by_name.get(full_name.lower(), ()))]

    def user_of_key(self, key_hash: bytes) -> User | None:
        user_id = self._api_keys.get(key_hash)
        return None if user_id is None else self.users[user_id]

    def keys_of(self, user_id: int) -> list[bytes]:
        return [key_hash for key_hash, owner in self._api_keys.items() if owner == user_id]

    def sessions_of(self, user_id: int) -> list[Session]:
        return [session for session in self.sessions.values() if session.user_id == user_id]

    def system_bots(self) -> list[User]:
        """The server's own voices, which are nobody's accounts."""
        return [user for user in self.users.values() if user.is_system]

    def active_users(self) -> Iterator[User]:
        return (user for user in self.users.values() if user.is_active and not user.is_system)

    def administrators(self) -> frozenset[int]:
        """Ids of the active owners and administrators."""
        return frozenset(user.id for user in self.active_users() if user.is_administrator)

    def members(self) -> frozenset[int]:
        """Ids of the active people who are no guests."""
        return frozenset(user.id for user in self.active_users() if not user.is_guest)

    # Bots

    def bots_of(self, owner_id: int) -> list[User]:
        """Someone's bots, closed ones too, by id."""
        owned = (self.users[user_id] for user_id in sorted(self.bots))
        return [user for user in owned if user.bot_owner_id == owner_id]

    def who_manages(self, bot: User) -> frozenset[int]:
        """Ids of those who see a bot's key and may change it: its owner and the administrators."""
        owner = () if bot.bot_owner_id is None else (bot.bot_owner_id,)
        return self.administrators().union(owner)

    def channel_names(self) -> dict[int, str]:
        """Names of the channels that are not archived, by id."""
        return {channel.id: channel.name for channel in self.active_channels()}

    def people_encoded(self, *, active: bool) -> bytes:
        """The JSON list of all (in)active people by id, kept until one of them changes."""
        encoded = self._people_encoded.get(active)
        if encoded is None:
            encoded = b"[" + b",".join(
                self._person(user) for _, user in sorted(self.users.items())
                if user.is_active == active and not user.is_system) + b"]"
            self._people_encoded[active] = encoded
        return encoded

    def _person(self, user: User) -> bytes:
        encoded = self._person_encoded.get(user.id)
        if encoded is None:
            wire: UserWire = user_wire(user, profile=self.profile_data(user.id))
            encoded = self._person_encoded[user.id] = orjson.dumps(wire)
        return encoded

    # Groups

    def groups(self) -> list[Group]:
        """All groups, by id."""
        return sorted([*self._system_groups(), *self.user_groups.made.values()], key=lambda group: group.id)

    def group_by_id(self, group_id: int) -> Group | None:
        return self.user_groups.made.get(group_id) or next(
            (group for group in self._system_groups() if group.id == group_id), None)

    def group_by_name(self, name: str) -> Group | None:
        """By name, whatever the case of one that people made."""
        if name not in SYSTEM_GROUPS:
            return self.user_groups.by_name(name)
        return next(group for group in self._system_groups() if group.name == name)

    def is_in(self, user: User, value: GroupValue) -> bool:
        """Whether `user` is in a group, or named by a value of its own."""
        return user.is_active and self.user_groups.is_in(user, value, is_new=self.is_new_member(user.id))

    def members_of(self, group: Group) -> frozenset[int]:
        """Ids of the active people in a group and in its subgroups."""
        return frozenset(user.id for user in self.active_users() if self.is_in(user, group.id))

    def is_new_member(self, user_id: int) -> bool:
        """Whether a member is too new here for what is left to full members."""
        return user_id in self.new_members

    def _system_groups(self) -> list[Group]:
        return system_groups(self.active_users(), self.new_members)

    # Emoji

    def custom_emoji(self, name: str) -> CustomEmoji | None:
        """The organisation's own emoji of this name, if it is in use."""
        return self._emoji_by_name.get(name)

    def emoji_encoded(self) -> bytes:
        """The JSON map of all own emoji; kept until one of them changes."""
        if self._emoji_encoded is None:
            self._emoji_encoded = orjson.dumps(emoji_map_wire([*self.emoji.values()]))
        return self._emoji_encoded

    # Channels

    def channel_by_id(self, channel_id: int) -> Channel | None:
        """A channel that is not archived."""
        channel = self.channels.get(channel_id)
        return None if channel is None or channel.is_archived else channel

    def channel_by_name(self, name: str) -> Channel | None:
        """A channel that is not archived, by name, whatever its case."""
        channel_id = self._channel_names.get(name.lower())
        return None if channel_id is None else self.channels[channel_id]

    def active_channels(self) -> Iterator[Channel]:
        return (channel for channel in self.channels.values() if not channel.is_archived)

    def default_channels(self) -> list[Channel]:
        """Those that new people are in, by id."""
        return sorted((channel for channel in self.active_channels() if channel.is_default), key=lambda one: one.id)

    def can_see_channel(self, user: User, channel: Channel) -> bool:
        """Whether `user` may know that the channel exists and who is in it."""
        if self.is_subscribed(user.id, channel.id):
            return True
        if channel.invite_only:
            return user.is_administrator
        return not user.is_guest

    def can_read_channel(self, user: User, channel: Channel) -> bool:
        """Whether `user` may read what is written there without having received it."""
        if channel.invite_only:
            return channel.history_public_to_subscribers and self.is_subscribed(user.id, channel.id)
        return not user.is_guest or self.is_subscribed(user.id, channel.id)

    def who_can_see(self, channel: Channel) -> frozenset[int]:
        """Ids of the active people for whom `can_see_channel` holds."""
        subscribers = self.subscribers(channel.id)
        if channel.invite_only:
            return subscribers | self.administrators()
        return subscribers | {user.id for user in self.active_users() if user.role != Role.GUEST}

    # Subscriptions

    def is_subscribed(self, user_id: int, channel_id: int) -> bool:
        return channel_id in self._subscriptions.get(user_id, ())

    def subscription(self, user_id: int, channel_id: int) -> Subscription | None:
        return self._subscriptions.get(user_id, {}).get(channel_id)

    def subscriptions_of(self, user_id: int) -> Mapping[int, Subscription]:
        """By channel id."""
        return self._subscriptions.get(user_id, {})

    def formerly_subscribed(self, user_id: int) -> frozenset[int]:
        """Ids of the channels that this person left."""
        return frozenset(self._former.get(user_id, ()))

    def subscribers(self, channel_id: int) -> frozenset[int]:
        """Ids of the active subscribers; kept until they change."""
        roll = self._rolls.get(channel_id)
        if roll is None:
            return frozenset()
        if roll.active is None:
            roll.active = frozenset(user_id for user_id in roll.members if self.users[user_id].is_active)
        return roll.active

    def everyone_subscribed(self, channel_id: int) -> list[int]:
        """Ids of all subscribers, those whose account is closed too."""
        roll = self._rolls.get(channel_id)
        return [] if roll is None else list(roll.members)

    def subscribers_encoded(self, channel_id: int) -> bytes:
        """The JSON list of `subscribers`, ascending."""
        roll = self._rolls.setdefault(channel_id, _Roll())
        if roll.encoded is None:
            roll.encoded = orjson.dumps(sorted(self.subscribers(channel_id)))
        return roll.encoded

    def is_dormant(self, user_id: int) -> bool:
        return user_id in self._dormant

    def caught_up_to(self, user_id: int) -> int | None:
        """The newest message a dormant person was looked at for; None for who is awake."""
        return self._dormant.get(user_id)

    def readers_array(self, channel_id: int) -> str:
        """The subscribers who get a row of every message, all but the dormant, as a PostgreSQL array literal."""
        roll = self._rolls.setdefault(channel_id, _Roll())
        if roll.array is None:
            roll.array = "{" + ",".join(map(str, sorted(self.subscribers(channel_id) - self._dormant.keys()))) + "}"
        return roll.array

    def loud_subscribers(self, channel_id: int) -> frozenset[int]:
        """Ids of the subscribers who want to be told of every message of a channel, by e-mail or by push; kept until
        subscriptions or settings change."""
        roll = self._rolls.setdefault(channel_id, _Roll())
        if roll.loud is None:
            roll.loud = frozenset(
                user_id for user_id, subscription in roll.members.items()
                if any(wants_channel(means, self._user_settings[user_id], subscription) for means in Means))
        return roll.loud

    def is_muted(self, user_id: int, channel_id: int, topic: str) -> bool:
        """Whether someone does not want to hear of a topic: it is muted, or its channel is and it is not wanted
        anyway."""
        policy = self.topic_policies.get(user_id, channel_id, topic)
        if policy is not None:
            return policy.policy == Policy.MUTED
        subscription = self.subscription(user_id, channel_id)
        return subscription is not None and subscription.is_muted

    # Steps

    def _set_organisation(self, organisation: Organisation) -> None:
        self._date_created = organisation.date_created
        self.realm = replace(self.realm, name=organisation.name, description=organisation.description)

    def _set_profile_fields(self, fields: Sequence[ProfileField]) -> None:
        self.profile_fields = fields
        kept = {one.id for one in fields}
        for user_id, values in self._profiles.items():
            for field_id in values.keys() - kept:
                self._set_profile_value(user_id, field_id, None)

    def _set_profile_value(self, user_id: int, field_id: int, value: ProfileValue | None) -> None:
        values = self._profiles.setdefault(user_id, {})
        if value is None:
            values.pop(field_id, None)
        else:
            values[field_id] = value
        self._people_encoded.clear()
        self._person_encoded.pop(user_id, None)

    def _set_linkifiers(self, linkifiers: Sequence[Linkifier]) -> None:
        self.linkifiers = linkifiers
        self._topic_links.clear()

    def _set_user(self, user: User) -> None:
        old = self.users.get(user.id)
        if old is None and self.realm.waiting_period_threshold:
            self.new_members |= {user.id}
        if old is None:  # the database gives new people the same
            self._user_settings[user.id] = self.user_settings_defaults
        if old is not None:
            del self._by_email[old.email.lower()]
            del self._by_name[old.full_name.lower()][user.id]
        self.users[user.id] = user
        self._by_email[user.email.lower()] = user.id
        self._by_name.setdefault(user.full_name.lower(), {})[user.id] = None
        self._people_encoded.clear()
        self._person_encoded.pop(user.id, None)
        if old is not None and old.is_active != user.is_active:
            for channel_id in self.subscriptions_of(user.id):
                self._forget_derived(channel_id)

    def _set_status(self, status: UserStatus) -> None:
        if status.is_empty:
            self.statuses.pop(status.user_id, None)
        else:
            self.statuses[status.user_id] = status

    def _set_domain(self, domain: str, allow_subdomains: bool | None) -> None:
        if allow_subdomains is None:
            self.domains.pop(domain, None)
        else:
            self.domains[domain] = allow_subdomains

    def _set_emoji(self, emoji: CustomEmoji) -> None:
        self.emoji[emoji.id] = emoji
        self._emoji_encoded = None
        if not emoji.is_deactivated:
            self._emoji_by_name[emoji.name] = emoji
        elif self._emoji_by_name.get(emoji.name) is not None and self._emoji_by_name[emoji.name].id == emoji.id:
            del self._emoji_by_name[emoji.name]

    def _set_channel(self, channel: Channel) -> None:
        old = self.channels.get(channel.id)
        if old is not None and not old.is_archived:
            del self._channel_names[old.name.lower()]
        self.channels[channel.id] = channel
        if not channel.is_archived:
            self._channel_names[channel.name.lower()] = channel.id

    def _set_subscription(self, subscription: Subscription) -> None:
        user_id, channel_id = subscription.user_id, subscription.channel_id
        self._rolls.setdefault(channel_id, _Roll()).members[user_id] = subscription
        self._subscriptions.setdefault(user_id, {})[channel_id] = subscription
        self._former.get(user_id, set()).discard(channel_id)
        self._forget_derived(channel_id)

    def _set_user_settings(self, user_id: int, settings: UserSettings) -> None:
        self._user_settings[user_id] = settings
        for channel_id in self.subscriptions_of(user_id):
            self._rolls[channel_id].loud = None

    def _drop_subscription(self, user_id: int, channel_id: int) -> None:
        if self._subscriptions.get(user_id, {}).pop(channel_id, None) is None:
            return
        del self._rolls[channel_id].members[user_id]
        self._former.setdefault(user_id, set()).add(channel_id)
        self._forget_derived(channel_id)

    def _set_dormant(self, user_id: int, caught_up_to: int | None) -> None:
        if caught_up_to is None:
            self._dormant.pop(user_id, None)
        else:
            self._dormant[user_id] = caught_up_to
        for channel_id in self.subscriptions_of(user_id):
            self._forget_derived(channel_id)

    def _forget_derived(self, channel_id: int) -> None:
        roll = self._rolls[channel_id]
        roll.active = roll.encoded = roll.array = roll.loud = None


