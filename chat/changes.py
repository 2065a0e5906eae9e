"""The steps that the Directory takes. An event carries those it stands for, so that a step is taken exactly when the
event is heard, and in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat.bots import Bot
from chat.linkifiers import Linkifier, Playground
from chat.models import Channel, Group, Organisation, Session, Subscription, User
from chat.personal import MutedUser, TopicPolicy, UserStatus
from chat.profile_fields import ProfileField, ProfileValue
from chat.realm import Realm
from chat.uploaded import CustomEmoji
from chat.user_settings import UserSettings


@dataclass(frozen=True, slots=True)
class UserSet:
    user: User


@dataclass(frozen=True, slots=True)
class BotSet:
    """What a bot has beyond its account."""

    bot: Bot


@dataclass(frozen=True, slots=True)
class ChannelSet:
    channel: Channel


@dataclass(frozen=True, slots=True)
class SubscriptionSet:
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionGone:
    user_id: int
    channel_id: int


@dataclass(frozen=True, slots=True)
class OrganisationSet:
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class GroupSet:
    group: Group


@dataclass(frozen=True, slots=True)
class GroupGone:
    group_id: int


@dataclass(frozen=True, slots=True)
class LinkifiersSet:
    """All there are, in order."""

    linkifiers: tuple[Linkifier, ...]


@dataclass(frozen=True, slots=True)
class PlaygroundsSet:
    playgrounds: tuple[Playground, ...]


@dataclass(frozen=True, slots=True)
class ProfileFieldsSet:
    """All there are, in order. What was told in others is gone."""

    fields: tuple[ProfileField, ...]


@dataclass(frozen=True, slots=True)
class ProfileValueSet:
    """What someone tells in a field; None: nothing."""

    user_id: int
    field_id: int
    value: ProfileValue | None


@dataclass(frozen=True, slots=True)
class NewMembersSet:
    """All who are too new here for what is left to full members."""

    user_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class RealmSet:
    """The organisation's settings are these."""

    realm: Realm


@dataclass(frozen=True, slots=True)
class UserSettingsSet:
    user_id: int
    settings: UserSettings


@dataclass(frozen=True, slots=True)
class UserSettingsDefaultsSet:
    """Who joins from now on starts with these."""

    settings: UserSettings


@dataclass(frozen=True, slots=True)
class ApiKeySet:
    key_hash: bytes
    user_id: int


@dataclass(frozen=True, slots=True)
class ApiKeyGone:
    key_hash: bytes


@dataclass(frozen=True, slots=True)
class SessionSet:
    session: Session


@dataclass(frozen=True, slots=True)
class SessionGone:
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class EmojiSet:
    emoji: CustomEmoji


@dataclass(frozen=True, slots=True)
class DomainSet:
    """People may come from a domain, with its subdomains or without; None: they no longer may."""

    domain: str
    allow_subdomains: bool | None


@dataclass(frozen=True, slots=True)
class DormantSet:
    """A person has rows of all they received up to a message; None: of everything, they are awake."""

    user_id: int
    caught_up_to: int | None


@dataclass(frozen=True, slots=True)
class AlertWordsSet:
    user_id: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicPolicySet:
    policy: TopicPolicy


@dataclass(frozen=True, slots=True)
class MutedUsersSet:
    user_id: int
    muted: tuple[MutedUser, ...]


@dataclass(frozen=True, slots=True)
class UserStatusSet:
    status: UserStatus


@dataclass(frozen=True, slots=True)
class PushReceiverSet:
    user_id: int
    has_device: bool


Change = (UserSet | BotSet | ChannelSet | SubscriptionSet | SubscriptionGone | OrganisationSet | GroupSet | GroupGone
          | LinkifiersSet | PlaygroundsSet | RealmSet | UserSettingsSet | UserSettingsDefaultsSet | ApiKeySet
          | ApiKeyGone | SessionSet | SessionGone | DormantSet | AlertWordsSet | TopicPolicySet | MutedUsersSet
          | EmojiSet | UserStatusSet | DomainSet | ProfileFieldsSet | ProfileValueSet | NewMembersSet
          | PushReceiverSet)
