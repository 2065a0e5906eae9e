"""The `realm` part of a registration: the organisation's settings, what the server is and can, and its limits.

Keys: the public API description of `register`, feature level 278.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from chat import group_values as groups
from chat.directory import Directory
from chat.group_values import GroupValue
from chat.models import (
    MAX_CHANNEL_DESCRIPTION,
    MAX_CHANNEL_NAME,
    MAX_MESSAGE,
    MAX_TOPIC,
    MIN_PASSWORD,
    PRESENCE_PING_S,
)
from chat.profile_fields import EXTERNAL_ACCOUNTS
from chat.realm import (
    CAN_MENTION_GROUP,
    CAN_REMOVE_SUBSCRIBERS,
    REALM_SETTINGS,
    permission_rule,
    permission_rules,
    realm_picture_wire,
)
from chat.settings import Settings
from chat.uploaded import MAX_PICTURE_MIB, THUMBNAIL_FORMATS

LONGPOLL_TIMEOUT_S = 90
_POLICY_OF_GROUP = {groups.MEMBERS: 1, groups.ADMINISTRATORS: 2, groups.FULL_MEMBERS: 3, groups.MODERATORS: 4}


@dataclass(frozen=True, slots=True)
class RealmState:
    """Makes the state; the same for everyone."""

    directory: Directory
    settings: Settings
    generation: int

    def state(self) -> dict[str, Any]:
        """All keys of the part."""
        settings = msgspec.to_builtins(self.directory.realm)
        realm = {**self._about(), **{name: settings[name] for name in REALM_SETTINGS}, **self._derived()}
        return {**{f"realm_{name}": value for name, value in realm.items()}, **self._limits(), **self._server()}

    def _about(self) -> dict[str, Any]:
        organisation, url = self.directory.organisation, self.settings.external_url
        assert organisation is not None
        return {
            "date_created": organisation.date_created,
            "url": url,
            "uri": url,
            "bot_domain": url.split("://", 1)[-1].split(":", 1)[0],
            **realm_picture_wire(self.directory.realm, "icon"),
            **realm_picture_wire(self.directory.realm, "logo"),
            **realm_picture_wire(self.directory.realm, "night_logo"),
            "email_auth_enabled": True,
            "password_auth_enabled": True,
            "authentication_methods": {"Email": {"enabled": True, "available": True}},
            "available_video_chat_providers": {"disabled": {"name": "None", "id": 0},
                                               "jitsi_meet": {"name": "Jitsi Meet", "id": 1}},
            "push_notifications_enabled": False,
            "push_notifications_enabled_end_timestamp": None,
            "upload_quota_mib": self.settings.upload_quota_mib or None,
            "plan_type": 1,
            "is_zephyr_mirror_realm": False,
            "default_external_accounts": EXTERNAL_ACCOUNTS,
        }

    def _derived(self) -> dict[str, Any]:
        """Older names for what the settings say."""
        realm = self.directory.realm
        return {"create_public_stream_policy": _policy(realm.can_create_public_channel_group),
                "create_private_stream_policy": _policy(realm.can_create_private_channel_group)}

    def _limits(self) -> dict[str, Any]:
        return {
            "max_stream_name_length": MAX_CHANNEL_NAME,
            "max_stream_description_length": MAX_CHANNEL_DESCRIPTION,
            "max_topic_length": MAX_TOPIC,
            "max_message_length": MAX_MESSAGE,
            "max_file_upload_size_mib": self.settings.max_upload_mib,
            "max_avatar_file_size_mib": MAX_PICTURE_MIB,
            "max_icon_file_size_mib": MAX_PICTURE_MIB,
            "max_logo_file_size_mib": MAX_PICTURE_MIB,
            "password_min_length": MIN_PASSWORD,
            "password_min_guesses": 0,
        }

    def _server(self) -> dict[str, Any]:
        return {
            "jitsi_server_url": self.directory.realm.jitsi_server_url,
            "server_jitsi_server_url": None,
            "giphy_rating_options": {},
            "development_environment": self.settings.demo,
            "event_queue_longpoll_timeout_seconds": LONGPOLL_TIMEOUT_S,
            "server_generation": self.generation,
            "server_presence_ping_interval_seconds": PRESENCE_PING_S,
            "server_presence_offline_threshold_seconds": 200,
            "server_typing_started_expiry_period_milliseconds": 45000,
            "server_typing_stopped_wait_period_milliseconds": 12000,
            "server_typing_started_wait_period_milliseconds": 30000,
            "server_inline_image_preview": True,
            "server_inline_url_embed_preview": True,
            "server_thumbnail_formats": list(THUMBNAIL_FORMATS),
            "server_avatar_changes_disabled": False,
            "server_name_changes_disabled": False,
            "server_needs_upgrade": False,
            "server_web_public_streams_enabled": False,
            "server_emoji_data_url": f"{self.settings.external_url}/api/v1/emoji_data.json",
            "server_supported_permission_settings": {
                "realm": permission_rules(REALM_SETTINGS), "stream": {
                    "can_remove_subscribers_group": permission_rule(
                        "can_remove_subscribers_group", CAN_REMOVE_SUBSCRIBERS)}, "group": {
                    "can_mention_group": permission_rule("can_mention_group", CAN_MENTION_GROUP, "role:nobody")}},
            "settings_send_digest_emails": False,
            "upgrade_text_for_wide_organization_logo": "",
            "zulip_plan_is_not_limited": True,
        }


def _policy(value: GroupValue) -> int:
    """The common policy that is nearest to a group: administrators for what has no policy."""
    return _POLICY_OF_GROUP.get(value, 2) if isinstance(value, int) else 2
