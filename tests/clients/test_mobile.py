"""What the mobile client asks of a server at feature level 278, replayed call by call in its exact form: sign-in, the
registration and what it cannot do without, then its main calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, PASSWORD, Program
from tests.support.server import RunningServer, start_server

AGENT = {"User-Agent": "ZulipFlutter/30.0.274+274 (Android 14)"}
CAPABILITIES = {
    "notification_settings_null": True, "bulk_message_deletion": True, "user_avatar_url_field_optional": True,
    "stream_typing_notifications": True, "user_settings_object": True, "include_deactivated_groups": True,
    "empty_topic_name": True, "simplified_presence_events": True}
SETTINGS = ("authentication_methods", "external_authentication_methods", "zulip_feature_level", "zulip_version",
            "zulip_merge_base", "push_notifications_enabled", "is_incompatible", "email_auth_enabled",
            "require_email_format_usernames", "realm_uri", "realm_name", "realm_icon", "realm_description",
            "realm_web_public_access_enabled")
STATE = {
    "queue_id": str, "last_event_id": int, "zulip_feature_level": int, "zulip_version": str, "zulip_merge_base": str,
    "alert_words": list, "custom_profile_fields": list, "max_stream_name_length": int, "max_topic_length": int,
    "server_presence_ping_interval_seconds": int, "server_presence_offline_threshold_seconds": int, "muted_users": list,
    "presences": dict, "realm_emoji": dict, "realm_user_groups": list, "recent_private_conversations": list,
    "subscriptions": list, "unread_msgs": dict, "starred_messages": list, "streams": list, "user_status": dict,
    "user_settings": dict, "user_topics": list, "realm_wildcard_mention_policy": int, "realm_name": str,
    "realm_waiting_period_threshold": int, "realm_allow_message_editing": bool, "realm_enable_read_receipts": bool,
    "realm_icon_url": str, "realm_presence_disabled": bool, "realm_default_external_accounts": dict,
    "max_file_upload_size_mib": int, "server_emoji_data_url": str, "event_queue_longpoll_timeout_seconds": int,
    "realm_users": list, "realm_non_active_users": list, "cross_realm_bots": list, "realm_mandatory_topics": bool,
    "realm_delete_own_message_policy": int}
INSIDE = {
    "realm_users": ("user_id", "email", "full_name", "date_joined", "is_bot", "role", "timezone", "avatar_version"),
    "streams": ("stream_id", "name", "description", "rendered_description", "date_created", "invite_only",
                "is_web_public", "history_public_to_subscribers", "stream_post_policy"),
    "subscriptions": ("stream_id", "name", "pin_to_top", "is_muted", "color"),
    "realm_user_groups": ("id", "members", "direct_subgroup_ids", "name", "description", "is_system_group")}


class Phone:
    """The app of one person."""

    def __init__(self, server: RunningServer, email: str) -> None:
        self.url = server.url
        self.session = requests.Session()
        self.session.headers.update(AGENT)
        signed_in = self._answer(self.session.post(f"{self.url}/api/v1/fetch_api_key", timeout=DEADLINE_S, data={
            "username": email, "password": PASSWORD}))
        assert {"api_key", "email", "user_id"} <= signed_in.keys()
        self.user_id = signed_in["user_id"]
        self.session.auth = (signed_in["email"], signed_in["api_key"])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self._answer(self.session.get(f"{self.url}/api/v1/{path}", params=_form(query), timeout=DEADLINE_S))

    def send(self, verb: str, path: str, **form: Any) -> dict[str, Any]:
        return self._answer(self.session.request(
            verb, f"{self.url}/api/v1/{path}", data=_form(form), timeout=DEADLINE_S))

    @staticmethod
    def _answer(answer: requests.Response) -> dict[str, Any]:
        body: dict[str, Any] = answer.json()
        assert (answer.status_code, body["result"]) == (200, "success"), body
        return body


def _form(params: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server() as running:
        yield running


@pytest.fixture(scope="module")
def phone(server: RunningServer) -> Phone:
    return Phone(server, ADA)


@pytest.fixture(scope="module")
def state(phone: Phone) -> dict[str, Any]:
    return phone.send("POST", "register", apply_markdown=True, client_gravatar=False, slim_presence=True,
                      include_subscribers=False, idle_queue_timeout=7200, client_capabilities=CAPABILITIES)


def test_the_server_says_what_it_is_before_anybody_signs_in(server: RunningServer) -> None:
    answer = requests.get(f"{server.url}/api/v1/server_settings", headers=AGENT, timeout=DEADLINE_S).json()
    assert set(SETTINGS) <= answer.keys()
    assert answer["zulip_feature_level"] >= 277 and answer["is_incompatible"] is False
    assert isinstance(answer["authentication_methods"]["ldap"], bool)


def test_the_registration_has_all_that_is_needed(state: dict[str, Any]) -> None:
    wrong = {name: type(state.get(name)).__name__ for name, kind in STATE.items()
             if not isinstance(state.get(name), kind)}
    assert wrong == {}
    for name in ("realm_message_content_edit_limit_seconds", "realm_message_content_delete_limit_seconds"):
        assert state[name] is None or isinstance(state[name], int)
    assert {"twenty_four_hour_time", "display_emoji_reaction_users", "emojiset", "presence_enabled"} <= state[
        "user_settings"].keys()


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_what_is_inside_has_its_parts(state: dict[str, Any], name: str) -> None:
    assert state[name], "there is one to look at"
    for one in state[name]:
        assert set(INSIDE[name]) <= one.keys()


def test_unread_ids_are_sorted_and_distinct(state: dict[str, Any]) -> None:
    unread = state["unread_msgs"]
    groups = [one["unread_message_ids"] for kind in ("pms", "streams", "huddles") for one in unread[kind]]
    for ids in [unread["mentions"], *groups]:
        assert ids == sorted(set(ids))


def test_the_emoji_data_can_be_fetched(state: dict[str, Any]) -> None:
    found = requests.get(state["server_emoji_data_url"], headers=AGENT, timeout=DEADLINE_S).json()
    assert "1f389" in found["code_to_names"]


def test_it_reads_and_sends(phone: Phone, state: dict[str, Any]) -> None:
    general = next(one["stream_id"] for one in state["streams"] if one["name"] == "general")
    sent = phone.send("POST", "messages", type="channel", to=general, topic="from a phone", content="on my way",
                      queue_id=state["queue_id"], local_id="1", read_by_sender=True)
    page = phone.get("messages", narrow=[{"operator": "channel", "operand": general},
                                         {"operator": "topic", "operand": "from a phone"}],
                     anchor="newest", num_before=100, num_after=0, allow_empty_topic_name=True)
    (message,) = page["messages"]
    assert {"client", "content", "content_type", "id", "is_me_message", "reactions", "sender_id", "sender_full_name",
            "sender_email", "sender_realm_str", "submessages", "timestamp", "flags"} <= message.keys()
    assert (message["id"], message["flags"]) == (sent["id"], ["read"])
    assert {"found_newest", "found_oldest", "found_anchor", "history_limited", "anchor"} <= page.keys()
    assert phone.get(f"messages/{sent['id']}", allow_empty_topic_name=True)["message"]["id"] == sent["id"]
    phone.send("PATCH", f"messages/{sent['id']}", content="nearly there")
    phone.send("POST", f"messages/{sent['id']}/reactions", emoji_name="tada", emoji_code="1f389",
               reaction_type="unicode_emoji")
    phone.send("DELETE", f"messages/{sent['id']}/reactions", emoji_code="1f389", reaction_type="unicode_emoji")
    phone.send("POST", "messages/flags", messages=[sent["id"]], op="add", flag="starred")
    phone.send("POST", "messages/flags/narrow", anchor="oldest", include_anchor=False, num_before=0, num_after=1000,
               narrow=[{"operator": "is", "operand": "unread"}], op="add", flag="read")
    assert phone.get(f"messages/{sent['id']}/read_receipts")["user_ids"] == []
    direct = phone.send("POST", "messages", type="direct", to=[phone.user_id], content="to myself")
    phone.send("DELETE", f"messages/{direct['id']}")


def test_it_hears_events_in_their_order(server: RunningServer, phone: Phone) -> None:
    queue = phone.send("POST", "register", apply_markdown=True, client_gravatar=False, slim_presence=True,
                       include_subscribers=False, client_capabilities=CAPABILITIES)
    Program(server, GRACE).send("hello, phone")
    answer = phone.get("events", queue_id=queue["queue_id"], last_event_id=queue["last_event_id"], dont_block=False)
    (event,) = [one for one in answer["events"] if one["type"] == "message"]
    assert event["message"]["content"] == "<p>hello, phone</p>"
    assert event["id"] > queue["last_event_id"]


def test_its_other_calls_succeed(phone: Phone, state: dict[str, Any]) -> None:
    general = next(one["stream_id"] for one in state["streams"] if one["name"] == "general")
    presence = phone.send("POST", "users/me/presence", status="active", new_user_input=True, ping_only=False,
                          last_update_id=-1)
    assert {"presence_last_update_id", "server_timestamp", "presences"} <= presence.keys()
    phone.send("POST", "users/me/status", status_text="on the train", emoji_name="bus", emoji_code="1f68c",
               reaction_type="unicode_emoji")
    phone.get("users/me")
    assert phone.get(f"users/me/{general}/topics", allow_empty_topic_name=True)["topics"]
    phone.send("POST", "typing", type="stream", op="start", stream_id=general, topic="from a phone")
    phone.send("POST", "typing", type="direct", op="stop", to=[phone.user_id])
    phone.send("POST", "user_topics", stream_id=general, topic="from a phone", visibility_policy=3)
    phone.send("PATCH", "settings", twenty_four_hour_time=False)
    phone.send("POST", "users/me/subscriptions/properties", subscription_data=[
        {"stream_id": general, "property": "pin_to_top", "value": True}])
    phone.send("POST", "users/me/subscriptions", subscriptions=[{"name": "by phone"}])
    phone.send("DELETE", "users/me/subscriptions", subscriptions=["by phone"])


def test_it_sends_a_picture_and_shows_it(phone: Phone) -> None:
    answer = phone.session.post(f"{phone.url}/api/v1/user_uploads", timeout=DEADLINE_S,
                                files={"file": ("notes.txt", b"notes", "text/plain")}).json()
    temporary = phone.get(answer["uri"].lstrip("/"))["url"]
    assert requests.get(phone.url + temporary, headers=AGENT, timeout=DEADLINE_S).content == b"notes"
    assert phone.session.get(phone.url + answer["uri"], timeout=DEADLINE_S).content == b"notes"
    assert phone.session.get(f"{phone.url}/avatar/{phone.user_id}", timeout=DEADLINE_S).status_code == 200


@pytest.mark.parametrize("path, token", [("apns_device_token", "a" * 64), ("android_gcm_reg_id", "token-of-a-phone")])
def test_it_registers_for_notifications(phone: Phone, path: str, token: str) -> None:
    more = {"appid": "org.zulip.Zulip"} if path.startswith("apns") else {}
    phone.send("POST", f"users/me/{path}", token=token, **more)
    phone.send("DELETE", f"users/me/{path}", token=token)


def test_a_queue_that_is_gone_has_its_code(phone: Phone) -> None:
    answer = phone.session.get(f"{phone.url}/api/v1/events", params={"queue_id": "0:1", "last_event_id": 1},
                               timeout=DEADLINE_S)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_EVENT_QUEUE_ID")


def test_a_wrong_key_is_told_with_401(phone: Phone) -> None:
    answer = requests.get(f"{phone.url}/api/v1/users/me", auth=(ADA, "x" * 32), headers=AGENT, timeout=DEADLINE_S)
    assert answer.status_code == 401
