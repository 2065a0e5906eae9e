"""Why someone is told: every reason, in the order in which they count, and every way not to be told."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from msgspec import structs

from chat.models import Flag, Subscription
from chat.notification_rules import Concern, Means, Reason, reason
from chat.personal import Policy
from chat.user_settings import UserSettings

QUIET = UserSettings(
    enable_offline_email_notifications=False, enable_offline_push_notifications=False, wildcard_mentions_notify=False,
    enable_followed_topic_wildcard_mentions_notify=False, enable_followed_topic_email_notifications=False,
    enable_followed_topic_push_notifications=False, enable_stream_email_notifications=False,
    enable_stream_push_notifications=False)
HERE = Subscription(1, 1, "#000000", is_muted=False, pin_to_top=False)
EVERYTHING = int(Flag.MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED | Flag.STREAM_WILDCARD_MENTIONED
                 | Flag.HAS_ALERT_WORD)


def settings(means: Means, *names: str) -> UserSettings:
    """Quiet but for these; `*` stands for the means."""
    return structs.replace(QUIET, **{name.replace("*", means.value): True for name in names})


def channel(flags: int = 0, policy: int = Policy.NONE, subscription: Subscription | None = HERE) -> Concern:
    return Concern(is_direct=False, flags=flags, subscription=subscription, policy=policy)


OFFLINE = "enable_offline_*_notifications"


@pytest.mark.parametrize("means", Means)
class ReasonTests:
    @pytest.mark.parametrize(("concern", "names", "expected"), [
        (Concern(is_direct=True), [OFFLINE], Reason.DIRECT),
        (channel(EVERYTHING), [OFFLINE, "wildcard_mentions_notify"], Reason.MENTIONED),
        (channel(EVERYTHING & ~Flag.MENTIONED), [OFFLINE, "wildcard_mentions_notify"], Reason.TOPIC_WILDCARD),
        (channel(int(Flag.STREAM_WILDCARD_MENTIONED | Flag.HAS_ALERT_WORD)), [OFFLINE, "wildcard_mentions_notify"],
         Reason.CHANNEL_WILDCARD),
        (channel(int(Flag.STREAM_WILDCARD_MENTIONED | Flag.HAS_ALERT_WORD)), [OFFLINE], Reason.ALERT_WORD),
        (channel(int(Flag.STREAM_WILDCARD_MENTIONED), Policy.FOLLOWED),
         [OFFLINE, "enable_followed_topic_wildcard_mentions_notify"], Reason.CHANNEL_WILDCARD),
        (channel(int(Flag.HAS_ALERT_WORD), Policy.FOLLOWED), [OFFLINE, "enable_followed_topic_*_notifications"],
         Reason.ALERT_WORD),
        (channel(0, Policy.FOLLOWED), ["enable_followed_topic_*_notifications", "enable_stream_*_notifications"],
         Reason.FOLLOWED),
        (channel(0, Policy.FOLLOWED), ["enable_stream_*_notifications"], Reason.CHANNEL),
        (channel(), ["enable_stream_*_notifications"], Reason.CHANNEL),
    ])
    def test_the_weightiest(self, means: Means, concern: Concern, names: list[str], expected: Reason) -> None:
        assert reason(means, settings(means, *names), concern) is expected

    def test_nothing_is_told_to_who_wants_nothing(self, means: Means) -> None:
        for flags, policy, direct in product((0, EVERYTHING), Policy, (True, False)):
            assert reason(means, QUIET, Concern(direct, flags, HERE, policy)) is None

    def test_a_muted_topic_is_never_told_of(self, means: Means) -> None:
        loud = settings(means, OFFLINE, "wildcard_mentions_notify", "enable_stream_*_notifications")
        assert reason(means, loud, channel(EVERYTHING, Policy.MUTED)) is None

    def test_in_a_muted_channel_only_mentions_by_name_count(self, means: Means) -> None:
        loud = settings(means, OFFLINE, "wildcard_mentions_notify", "enable_stream_*_notifications")
        muted = replace(HERE, is_muted=True)
        assert reason(means, loud, channel(EVERYTHING, subscription=muted)) is Reason.MENTIONED
        assert reason(means, loud, channel(EVERYTHING & ~Flag.MENTIONED, subscription=muted)) is None
        assert reason(means, loud, channel(0, Policy.UNMUTED, muted)) is Reason.CHANNEL

    def test_a_channel_s_own_setting_is_the_stronger(self, means: Means) -> None:
        for general, own in product((True, False), repeat=2):
            names = ["enable_stream_*_notifications"] * general
            subscription = (replace(HERE, email_notifications=own) if means is Means.EMAIL
                            else replace(HERE, push_notifications=own))
            expected = Reason.CHANNEL if own else None
            assert reason(means, settings(means, *names), channel(subscription=subscription)) is expected

    def test_a_channel_decides_of_mentions_of_everyone(self, means: Means) -> None:
        flags = int(Flag.STREAM_WILDCARD_MENTIONED)
        deaf, keen = replace(HERE, wildcard_mentions_notify=False), replace(HERE, wildcard_mentions_notify=True)
        assert reason(means, settings(means, OFFLINE, "wildcard_mentions_notify"),
                      channel(flags, subscription=deaf)) is None
        assert reason(means, settings(means, OFFLINE), channel(flags, subscription=keen)) is Reason.CHANNEL_WILDCARD

    def test_the_two_means_are_set_apart(self, means: Means) -> None:
        other = next(one for one in Means if one is not means)
        assert reason(other, settings(means, OFFLINE), Concern(is_direct=True)) is None
