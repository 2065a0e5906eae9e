"""A model client: takes the state of `register`, applies events as the API description tells clients to, and can be
compared with a state fetched afresh. Deliberately naive: what an ordinary client would do, no more."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

FETCH = ("realm", "realm_user", "realm_user_groups", "subscription", "stream", "message", "update_message_flags",
         "starred_messages", "recent_private_conversations", "alert_words", "muted_users", "user_topic", "drafts",
         "scheduled_messages", "realm_emoji", "user_status", "realm_bot", "default_streams", "realm_linkifiers",
         "realm_playgrounds", "custom_profile_fields", "user_settings",
         "update_display_settings",
         "update_global_notifications", "realm_user_settings_defaults", "realm_domains")
_OLDER_NAMES = {"realm_create_public_stream_policy", "realm_create_private_stream_policy"}
"""What follows from other settings; no event tells of it."""
_CHOICES = {"available_notification_sounds", "emojiset_choices"}


class ClientState:
    def __init__(self, state: dict[str, Any]) -> None:
        self.user_id: int = state["user_id"]
        self.users = {user["user_id"]: user for user in state["realm_users"]}
        self.inactive = {user["user_id"]: user for user in state["realm_non_active_users"]}
        self.groups = {group["id"]: group for group in copy.deepcopy(state["realm_user_groups"])}
        self.streams = {stream["stream_id"]: stream for stream in state["streams"]}
        self.subscribed = {stream["stream_id"]: stream for stream in state["subscriptions"]}
        self.visible = {stream["stream_id"]: stream
                        for stream in (*state["unsubscribed"], *state["never_subscribed"])}
        self.starred = set(state["starred_messages"])
        self.unread = _unread(state["unread_msgs"], self.user_id)
        self.mentions = set(state["unread_msgs"]["mentions"])
        self.max_message_id = state["max_message_id"]
        self.deleted: set[int] = set()
        self.conversations = {
            tuple(item["user_ids"]): item["max_message_id"] for item in state["recent_private_conversations"]}
        self.alert_words = state["alert_words"]
        self.muted_users = {muted["id"]: muted["timestamp"] for muted in state["muted_users"]}
        self.topics = {_topic(item): item for item in state["user_topics"]}
        self.drafts = {draft["id"]: draft for draft in state["drafts"]}
        self.scheduled = {item["scheduled_message_id"]: item for item in state["scheduled_messages"]}
        self.emoji = state["realm_emoji"]
        self.domains = {item["domain"]: item["allow_subdomains"] for item in state["realm_domains"]}
        self.statuses = state["user_status"]
        self.bots = {bot["user_id"]: bot for bot in state["realm_bots"]}
        self.own_avatar = {name: state[name] for name in ("avatar_url", "avatar_url_medium", "avatar_source")}
        self.realm = {name: value for name, value in state.items()
                      if name.startswith("realm_") and name not in _OLDER_NAMES and not isinstance(value, list)
                      and name not in ("realm_emoji", "realm_user_settings_defaults")}
        self.default_channels = [stream["stream_id"] for stream in state["realm_default_streams"]]
        self.linkifiers, self.playgrounds = state["realm_linkifiers"], state["realm_playgrounds"]
        self.profile_fields = state["custom_profile_fields"]
        self.settings = state["user_settings"]
        self.defaults = state["realm_user_settings_defaults"]
        self.older = {name: state[name] for name in self.settings if name in state and name not in _CHOICES}
        self._appliers: dict[str, Callable[[dict[str, Any]], None]] = {
            "message": self._message, "update_message": self._edit, "delete_message": self._deletion,
            "update_message_flags": self._flags, "realm_user": self._user,
            "user_group": self._group, "stream": self._stream, "subscription": self._subscription,
            "alert_words": lambda event: setattr(self, "alert_words", event["alert_words"]),
            "muted_users": lambda event: setattr(
                self, "muted_users", {muted["id"]: muted["timestamp"] for muted in event["muted_users"]}),
            "user_topic": self._user_topic, "muted_topics": lambda event: None,
            "realm_bot": self._bot,
            "drafts": self._draft, "scheduled_messages": self._scheduled,
            "realm_emoji": lambda event: setattr(self, "emoji", event["realm_emoji"]),
            "custom_profile_fields": self._profile_fields,
            "realm": self._realm, "realm_domains": self._domain, "invites_changed": lambda event: None,
            "realm_linkifiers": lambda event: setattr(self, "linkifiers", event["realm_linkifiers"]),
            "realm_playgrounds": lambda event: setattr(self, "playgrounds", event["realm_playgrounds"]),
            "default_streams": lambda event: setattr(
                self, "default_channels", [stream["stream_id"] for stream in event["default_streams"]]),
            "user_settings": lambda event: self.settings.update({event["property"]: event["value"]}),
            "update_display_settings": lambda event: self.older.update({event["setting_name"]: event["setting"]}),
            "update_global_notifications": lambda event: self.older.update(
                {event["notification_name"]: event["setting"]}),
            "realm_user_settings_defaults": lambda event: self.defaults.update({event["property"]: event["value"]}),
            "attachment": lambda event: None, "reaction": lambda event: None, "heartbeat": lambda event: None,
            "user_status": self._status, "presence": lambda event: None, "typing": lambda event: None,
        }

    def apply(self, event: dict[str, Any]) -> None:
        self._appliers[event["type"]](event)

    def _domain(self, event: dict[str, Any]) -> None:
        if event["op"] == "remove":
            del self.domains[event["domain"]]
        else:
            self.domains[event["realm_domain"]["domain"]] = event["realm_domain"]["allow_subdomains"]

    def comparable(self) -> dict[str, Any]:
        """What must be equal to a state fetched afresh."""
        def channels(streams: dict[int, Any]) -> Any:
            return {stream_id: {**stream, "subscribers": sorted(stream.get("subscribers", []))}
                    for stream_id, stream in sorted(streams.items())}

        return {
            "users": self.users, "inactive": self.inactive, "streams": self.streams,
            "groups": {key: {**group, "members": sorted(group["members"])} for key, group in self.groups.items()},
            "subscribed": channels(self.subscribed), "visible": channels(self.visible),
            "starred": sorted(self.starred), "unread": self.unread, "mentions": sorted(self.mentions),
            "max_message_id": self.max_message_id, "conversations": self.conversations,
            "alert_words": self.alert_words, "muted_users": self.muted_users, "drafts": self.drafts,
            "scheduled": self.scheduled, "emoji": self.emoji, "statuses": self.statuses, "bots": self.bots,
            "own_avatar": self.own_avatar,
            "domains": self.domains, "default_channels": self.default_channels, "linkifiers": self.linkifiers,
            "playgrounds": self.playgrounds, "profile_fields": self.profile_fields,
            "realm": self.realm, "settings": self.settings, "older_settings": self.older, "defaults": self.defaults,
            "topics": {key: item for key, item in self.topics.items() if key[0] in self.streams},
        }

    def forget_ends(self, other: ClientState) -> None:
        """Before a comparison: what came before the newest message that was deleted, neither can say."""
        if self.max_message_id in self.deleted:
            self.max_message_id = other.max_message_id
        for people, newest in list(self.conversations.items()):
            if newest in self.deleted:
                self.conversations.pop(people)
                other.conversations.pop(people, None)

    def unread_count(self) -> int:
        """How many unread messages are not muted, as `unread_msgs.count` has it."""
        return sum(message_id in self.mentions or not self._is_muted(key) for message_id, key in self.unread.items())

    def _is_muted(self, key: Any) -> bool:
        if key[0] == "dm":
            return False
        policy = self.topics.get(key[1:])
        if policy is not None:
            return bool(policy["visibility_policy"] == 1)
        return bool(self.subscribed.get(key[1], {}).get("is_muted", False))

    def _status(self, event: dict[str, Any]) -> None:
        status = self.statuses.setdefault(str(event["user_id"]), {})
        status.update({name: value for name, value in event.items() if name not in ("type", "id", "user_id")})
        self.statuses[str(event["user_id"])] = {name: value for name, value in status.items() if value}
        if not self.statuses[str(event["user_id"])]:
            del self.statuses[str(event["user_id"])]

    def _profile_fields(self, event: dict[str, Any]) -> None:
        self.profile_fields = event["fields"]
        kept = {str(field["id"]) for field in event["fields"]}
        for user in (*self.users.values(), *self.inactive.values()):
            if "profile_data" in user:
                user["profile_data"] = {key: value for key, value in user["profile_data"].items() if key in kept}

    def _realm(self, event: dict[str, Any]) -> None:
        data = {event["property"]: event["value"]} if event["op"] == "update" else event["data"]
        for name, value in data.items():
            assert f"realm_{name}" in self.realm, f"an unknown setting {name}"
            self.realm[f"realm_{name}"] = value

    def _user_topic(self, event: dict[str, Any]) -> None:
        item = {name: value for name, value in event.items() if name not in ("type", "id")}
        self.topics.pop(_topic(item), None)
        if item["visibility_policy"]:
            self.topics[_topic(item)] = item

    def _draft(self, event: dict[str, Any]) -> None:
        match event["op"]:
            case "add":
                for draft in event["drafts"]:
                    self.drafts[draft["id"]] = draft
            case "update":
                assert event["draft"]["id"] in self.drafts, "an update of a draft that is not there"
                self.drafts[event["draft"]["id"]] = event["draft"]
            case "remove":
                del self.drafts[event["draft_id"]]

    def _bot(self, event: dict[str, Any]) -> None:
        user_id = event["bot"]["user_id"]
        match event["op"]:
            case "add":
                assert user_id not in self.bots, "added twice"
                self.bots[user_id] = event["bot"]
            case "update":
                self.bots[user_id].update(event["bot"])
            case "delete":
                del self.bots[user_id]

    def _scheduled(self, event: dict[str, Any]) -> None:
        match event["op"]:
            case "add":
                for item in event["scheduled_messages"]:
                    self.scheduled[item["scheduled_message_id"]] = item
            case "update":
                item = event["scheduled_message"]
                assert item["scheduled_message_id"] in self.scheduled, "an update of a message that is not there"
                self.scheduled[item["scheduled_message_id"]] = item
            case "remove":
                del self.scheduled[event["scheduled_message_id"]]

    def _message(self, event: dict[str, Any]) -> None:
        message = event["message"]
        self.max_message_id = max(self.max_message_id, message["id"])
        if message["type"] == "private":
            others = tuple(sorted(person["id"] for person in message["display_recipient"]
                                  if person["id"] != self.user_id))
            self.conversations[others] = message["id"]
            key: Any = ("dm", *others)
        else:
            key = ("stream", message["stream_id"], message["subject"].lower())
        if "read" not in event["flags"]:
            self.unread[message["id"]] = key
            if {"mentioned", "wildcard_mentioned"} & set(event["flags"]):
                self.mentions.add(message["id"])

    def _edit(self, event: dict[str, Any]) -> None:
        for message_id in event["message_ids"]:
            key = self.unread.get(message_id)
            if key is not None and key[0] == "stream":
                self.unread[message_id] = (
                    "stream", event.get("new_stream_id", key[1]), event.get("subject", key[2]).lower())
        if event["message_id"] in self.unread:
            mentioned = {"mentioned", "wildcard_mentioned"} & set(event["flags"])
            (self.mentions.add if mentioned else self.mentions.discard)(event["message_id"])

    def _deletion(self, event: dict[str, Any]) -> None:
        self.deleted.update(event["message_ids"])
        for message_id in event["message_ids"]:
            self.unread.pop(message_id, None)
            self.mentions.discard(message_id)
            self.starred.discard(message_id)

    def _flags(self, event: dict[str, Any]) -> None:
        ids = set(event["messages"])
        if event["flag"] == "starred":
            self.starred = self.starred | ids if event["op"] == "add" else self.starred - ids
        elif event["flag"] == "read" and event["op"] == "add":
            for message_id in list(self.unread) if event["all"] else ids:
                self.unread.pop(message_id, None)
                self.mentions.discard(message_id)
        elif event["flag"] == "read":
            for key, detail in event["message_details"].items():
                self.unread[int(key)] = (
                    ("stream", detail["stream_id"], detail["topic"].lower()) if detail["type"] == "stream"
                    else ("dm", *sorted(detail["user_ids"])))
                if detail.get("mentioned"):
                    self.mentions.add(int(key))

    def _user(self, event: dict[str, Any]) -> None:
        person = dict(event["person"])
        user_id = person.pop("user_id")
        if event["op"] == "add":
            self.users[user_id] = event["person"]
            return
        told = person.pop("custom_profile_field", None)
        if told is not None:
            data = (self.users.get(user_id) or self.inactive[user_id])["profile_data"]
            data.pop(str(told["id"]), None)
            if told["value"] is not None:
                data[str(told["id"])] = {name: value for name, value in told.items() if name != "id"}
            return
        if person.get("is_active") is False:
            self.inactive[user_id] = self.users.pop(user_id)
        elif person.get("is_active"):
            self.users[user_id] = self.inactive.pop(user_id)
        else:
            user = self.users.get(user_id) or self.inactive[user_id]
            avatar = {name: person.pop(name) for name in ("avatar_url_medium", "avatar_source") if name in person}
            if "new_email" in person:
                person["email"] = person.pop("new_email")
            user.update(person)
            if avatar and user_id == self.user_id:
                self.own_avatar = {**avatar, "avatar_url": person["avatar_url"]}
            if "role" in person:
                user.update(is_owner=person["role"] == 100, is_admin=person["role"] <= 200,
                            is_guest=person["role"] == 600)

    def _group(self, event: dict[str, Any]) -> None:
        match event["op"]:
            case "add":
                assert event["group"]["id"] not in self.groups, "a group added twice"
                self.groups[event["group"]["id"]] = dict(event["group"])
                return
            case "remove":
                del self.groups[event["group_id"]]
                return
            case "update":
                self.groups[event["group_id"]].update(event["data"])
                return
            case "add_subgroups" | "remove_subgroups":
                subgroups = set(self.groups[event["group_id"]]["direct_subgroup_ids"])
                changed = set(event["direct_subgroup_ids"])
                self.groups[event["group_id"]]["direct_subgroup_ids"] = sorted(
                    subgroups | changed if event["op"] == "add_subgroups" else subgroups - changed)
                return
        members = set(self.groups[event["group_id"]]["members"])
        ids = set(event["user_ids"])
        self.groups[event["group_id"]]["members"] = list(
            members | ids if event["op"] == "add_members" else members - ids)

    def _stream(self, event: dict[str, Any]) -> None:
        if event["op"] == "create":
            for stream in event["streams"]:
                assert stream["stream_id"] not in self.streams, "created twice"
                self.streams[stream["stream_id"]] = dict(stream)
                self.visible[stream["stream_id"]] = {**stream, "subscribers": []}
        elif event["op"] == "delete":
            for stream in event["streams"]:
                del self.streams[stream["stream_id"]]
                self.visible.pop(stream["stream_id"], None)
                self.subscribed.pop(stream["stream_id"], None)
        else:
            extra = {name: value for name, value in event.items()
                     if name not in ("type", "op", "id", "stream_id", "name", "property", "value")}
            for streams in (self.streams, self.visible, self.subscribed):
                if event["stream_id"] in streams:
                    streams[event["stream_id"]].update({event["property"]: event["value"], **extra})
            assert event["stream_id"] in self.streams, "an update of what cannot be seen"

    def _subscription(self, event: dict[str, Any]) -> None:
        match event["op"]:
            case "add":
                for stream in event["subscriptions"]:
                    assert stream["stream_id"] in self.visible, "subscribed to what cannot be seen"
                    del self.visible[stream["stream_id"]]
                    self.subscribed[stream["stream_id"]] = dict(stream)
            case "remove":
                for stream in event["subscriptions"]:
                    gone = self.subscribed.pop(stream["stream_id"])
                    self.visible[stream["stream_id"]] = {
                        **{name: gone[name] for name in self.streams[stream["stream_id"]]},
                        "subscribers": [other for other in gone["subscribers"] if other != self.user_id]}
            case "update":
                self.subscribed[event["stream_id"]][event["property"]] = event["value"]
            case "peer_add" | "peer_remove" as op:
                for stream_id in event["stream_ids"]:
                    stream = self.subscribed.get(stream_id) or self.visible[stream_id]
                    members, ids = set(stream["subscribers"]), set(event["user_ids"])
                    assert op == "peer_add" or ids <= members, "someone left who was not there"
                    stream["subscribers"] = list(members | ids if op == "peer_add" else members - ids)


def _topic(item: dict[str, Any]) -> tuple[int, str]:
    return item["stream_id"], item["topic_name"].lower()


def _unread(unread: dict[str, Any], user_id: int) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for item in unread["streams"]:
        for message_id in item["unread_message_ids"]:
            found[message_id] = ("stream", item["stream_id"], item["topic"].lower())
    for item in unread["pms"]:
        other = () if item["other_user_id"] == user_id else (item["other_user_id"],)
        for message_id in item["unread_message_ids"]:
            found[message_id] = ("dm", *other)
    for item in unread["huddles"]:
        others = sorted(int(part) for part in item["user_ids_string"].split(",") if int(part) != user_id)
        for message_id in item["unread_message_ids"]:
            found[message_id] = ("dm", *others)
    return found
