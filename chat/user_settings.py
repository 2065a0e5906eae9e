"""What a person can set about how the chat looks and when it speaks up: the table, as one immutable record.

Names are the wire's. Owns names, bounds and defaults, and which settings older clients know by which older event. The
time zone is not here: others see it, so it belongs to the `User`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chat.declared import declared

Language = Literal["en", "de", "zh-hans", "ar"]
SOUNDS = ("none", "ding", "chime", "knock")
EMOJI_SETS = ({"key": "text", "text": "Plain text"},)


class UserSettings(msgspec.Struct, frozen=True):
    """All settings of a person."""

    # Looks
    color_scheme: Literal[1, 2, 3] = 1
    """1 as the system, 2 dark, 3 light."""
    default_language: Language = "en"
    twenty_four_hour_time: bool = True
    dense_mode: bool = True
    fluid_layout_width: bool = False
    high_contrast_mode: bool = False
    left_side_userlist: bool = False
    web_font_size_px: Annotated[int, Meta(ge=10, le=30)] = 15
    web_line_height_percent: Annotated[int, Meta(ge=100, le=200)] = 145
    user_list_style: Literal[1, 2, 3] = 1
    """1 names, 2 with statuses, 3 with pictures."""
    emojiset: Literal["text"] = "text"
    web_animate_image_previews: Literal["always", "on_hover", "never"] = "on_hover"
    display_emoji_reaction_users: bool = True
    starred_message_counts: bool = True
    web_stream_unreads_count_display_policy: Literal[1, 2, 3] = 1
    """Of channels: 1 all, 2 that are not muted, 3 none."""
    demote_inactive_streams: Literal[1, 2, 3] = 3
    """1 when there are many, 2 always, 3 never."""

    # Reading and writing
    web_home_view: Literal["recent_topics", "inbox", "all_messages"] = "inbox"
    web_escape_navigates_to_home_view: bool = True
    web_mark_read_on_scroll_policy: Literal[1, 2, 3] = 1
    """1 always, 2 in conversations only, 3 never."""
    web_channel_default_view: Literal[1, 2] = 1
    web_navigate_to_sent_message: bool = True
    enter_sends: bool = True
    translate_emoticons: bool = False
    enable_drafts_synchronization: bool = True
    automatically_follow_topics_policy: Literal[1, 2, 3, 4] = 4
    """Topics one 1 takes part in, 2 writes in, 3 starts, 4 never."""
    automatically_unmute_topics_in_muted_streams_policy: Literal[1, 2, 3, 4] = 4
    automatically_follow_topics_where_mentioned: bool = False

    # What others see
    presence_enabled: bool = True
    send_private_typing_notifications: bool = True
    send_stream_typing_notifications: bool = True
    receives_typing_notifications: bool = True
    send_read_receipts: bool = True
    email_address_visibility: Literal[1] = 1
    """1: everyone. Addresses are what people are found by here."""

    # When the chat speaks up
    enable_stream_desktop_notifications: bool = False
    enable_stream_email_notifications: bool = False
    enable_stream_push_notifications: bool = False
    enable_stream_audible_notifications: bool = False
    enable_followed_topic_desktop_notifications: bool = True
    enable_followed_topic_email_notifications: bool = True
    enable_followed_topic_push_notifications: bool = True
    enable_followed_topic_audible_notifications: bool = True
    enable_followed_topic_wildcard_mentions_notify: bool = True
    wildcard_mentions_notify: bool = True
    enable_desktop_notifications: bool = True
    enable_sounds: bool = True
    notification_sound: Literal["none", "ding", "chime", "knock"] = "ding"
    pm_content_in_desktop_notifications: bool = True
    desktop_icon_count_display: Literal[1, 2, 3, 4] = 1
    """1 all unread, 2 direct, mentions and followed, 3 direct and mentions, 4 none."""
    enable_offline_email_notifications: bool = True
    enable_offline_push_notifications: bool = True
    enable_online_push_notifications: bool = False
    email_notifications_batching_period_seconds: Annotated[int, Meta(ge=1, le=7 * 24 * 3600)] = 120
    message_content_in_email_notifications: bool = True
    realm_name_in_email_notifications_policy: Literal[1, 2, 3] = 1
    """1 with several organisations, 2 always, 3 never."""
    enable_digest_emails: bool = False
    enable_login_emails: bool = True
    enable_marketing_emails: bool = False


USER_SETTINGS = declared(UserSettings)
"""By name."""
NOT_IN_DEFAULTS = frozenset({"default_language", "enable_marketing_emails", "enable_login_emails"})
"""Settings for which an organisation cannot choose what new people start with: by law, by taste, or because it has a
setting of its own."""

LEGACY_DISPLAY = frozenset({
    "color_scheme", "default_language", "demote_inactive_streams", "dense_mode", "emojiset",
    "enable_drafts_synchronization", "fluid_layout_width", "web_home_view", "high_contrast_mode", "left_side_userlist",
    "starred_message_counts", "translate_emoticons", "twenty_four_hour_time", "enter_sends"})
"""Known to older clients by `update_display_settings`; the time zone too."""
LEGACY_NOTIFICATIONS = frozenset({
    "enable_desktop_notifications", "enable_digest_emails", "enable_login_emails", "enable_marketing_emails",
    "email_notifications_batching_period_seconds", "enable_offline_email_notifications",
    "enable_offline_push_notifications", "enable_online_push_notifications", "enable_sounds",
    "enable_stream_desktop_notifications", "enable_stream_email_notifications", "enable_stream_push_notifications",
    "enable_stream_audible_notifications", "wildcard_mentions_notify", "message_content_in_email_notifications",
    "notification_sound", "pm_content_in_desktop_notifications", "desktop_icon_count_display",
    "realm_name_in_email_notifications_policy", "presence_enabled"})
"""Known to older clients by `update_global_notifications`."""

_CHOICES: dict[str, Any] = {"available_notification_sounds": list(SOUNDS), "emojiset_choices": list(EMOJI_SETS)}


def user_settings_wire(settings: UserSettings, timezone: str) -> dict[str, Any]:
    """Someone's own settings, with the choices there are."""
    return {**msgspec.to_builtins(settings), "timezone": timezone, **_CHOICES}


def user_settings_defaults_wire(settings: UserSettings) -> dict[str, Any]:
    """What new people start with."""
    return {**msgspec.to_builtins(settings), **_CHOICES}


def legacy_display_wire(settings: UserSettings, timezone: str) -> dict[str, Any]:
    """Top-level keys of a registration, for older clients."""
    values = msgspec.to_builtins(settings)
    return {**{name: values[name] for name in sorted(LEGACY_DISPLAY)}, "timezone": timezone,
            "emojiset_choices": list(EMOJI_SETS)}


def legacy_notifications_wire(settings: UserSettings) -> dict[str, Any]:
    """Top-level keys of a registration, for older clients."""
    values = msgspec.to_builtins(settings)
    return {**{name: values[name] for name in sorted(LEGACY_NOTIFICATIONS)},
            "available_notification_sounds": list(SOUNDS)}
