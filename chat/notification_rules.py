"""Why one person is told of one message outside the chat, by e-mail or by push: pure rules over what they set.

In the order in which the reasons count:

1. a direct message
2. a mention by name, then of a group one is in
3. a mention of everyone in a topic or channel: where the topic is followed by its own setting, elsewhere by the
   channel's, else by the general one
4. one of one's alert words
5. any message of a topic one follows
6. any message of a channel, by the channel's setting, else by the general one

A muted person and a muted topic are never told of. In a muted channel (its topic neither unmuted nor followed) only
mentions by name and of groups are. Reasons 1 to 4 ask for `enable_offline_*_notifications` too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from chat.models import Flag, Subscription
from chat.personal import Policy
from chat.user_settings import UserSettings


class Reason(StrEnum):
    DIRECT = "direct_message"
    MENTIONED = "mentioned"
    TOPIC_WILDCARD = "topic_wildcard_mentioned"
    CHANNEL_WILDCARD = "stream_wildcard_mentioned"
    ALERT_WORD = "alert_word"
    FOLLOWED = "followed_topic"
    CHANNEL = "stream"


class Means(Enum):
    """How someone is told. The value is the part of the settings' names that says so."""

    EMAIL = "email"
    PUSH = "push"


_OFFLINE = {means: f"enable_offline_{means.value}_notifications" for means in Means}
_FOLLOWED = {means: f"enable_followed_topic_{means.value}_notifications" for means in Means}
_STREAM = {means: f"enable_stream_{means.value}_notifications" for means in Means}
_CHANNEL = {means: f"{means.value}_notifications" for means in Means}


@dataclass(frozen=True, slots=True)
class Concern:
    """What one message is to one person. `subscription` is None for direct messages, and where there is none."""

    is_direct: bool
    flags: int = 0
    subscription: Subscription | None = None
    policy: int = Policy.NONE
    """Of its topic."""


def wants_channel(means: Means, settings: UserSettings, subscription: Subscription) -> bool:
    """Whether someone wants to be told of every message of a channel."""
    own: bool | None = getattr(subscription, _CHANNEL[means])
    return bool(getattr(settings, _STREAM[means])) if own is None else own


def reason(means: Means, settings: UserSettings, concern: Concern) -> Reason | None:
    """Why the person is told by these means; None: they are not."""
    offline = bool(getattr(settings, _OFFLINE[means]))
    if concern.is_direct:
        return Reason.DIRECT if offline else None
    if concern.policy == Policy.MUTED:
        return None
    if offline and concern.flags & Flag.MENTIONED:
        return Reason.MENTIONED
    followed = concern.policy == Policy.FOLLOWED
    subscription = concern.subscription
    if subscription is not None and subscription.is_muted and concern.policy not in (Policy.UNMUTED, Policy.FOLLOWED):
        return None
    if offline and (wildcard := _wildcard(settings, concern)) is not None:
        return wildcard
    if offline and concern.flags & Flag.HAS_ALERT_WORD:
        return Reason.ALERT_WORD
    if followed and getattr(settings, _FOLLOWED[means]):
        return Reason.FOLLOWED
    if subscription is not None and wants_channel(means, settings, subscription):
        return Reason.CHANNEL
    return None


def _wildcard(settings: UserSettings, concern: Concern) -> Reason | None:
    """A mention of everyone, where it counts for this person."""
    own = None if concern.subscription is None else concern.subscription.wildcard_mentions_notify
    wanted = settings.wildcard_mentions_notify if own is None else own
    if concern.policy == Policy.FOLLOWED and settings.enable_followed_topic_wildcard_mentions_notify:
        wanted = True
    if not wanted:
        return None
    if concern.flags & Flag.TOPIC_WILDCARD_MENTIONED:
        return Reason.TOPIC_WILDCARD
    return Reason.CHANNEL_WILDCARD if concern.flags & Flag.STREAM_WILDCARD_MENTIONED else None
