"""Register is exact: state at registration + events = state fetched afresh, for every action.

Hypothesis makes histories: actions of several people, in groups that run at once, with registrations in their midst.
Each observer is a naive model client; at the end each is compared with a fresh registration.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet.defer import Deferred, gatherResults

from chat.errors import JsonableError
from chat.models import Role
from chat.thumbnails import Pictures
from chat.ways_in import NewInvitation
from tests.support.client_state import FETCH, ClientState
from tests.support.harness import Client, InProcess, run

PEOPLE = 5
CHANNELS = ("general", "Alpha", "beta", "Gamma")
TOPICS = ("one", "Two", "two")
person = st.integers(0, PEOPLE - 1)
channel = st.sampled_from(CHANNELS)
topic = st.sampled_from(TOPICS)
anyone = st.lists(person, min_size=1, max_size=3, unique=True)
message = st.integers(1, 12)

ACTIONS = st.one_of(
    st.tuples(st.just("send"), person, channel, topic, st.sampled_from(("hi", "@**all** hi", "@**Person 2** hi"))),
    st.tuples(st.just("dm"), person, anyone),
    st.tuples(st.just("flag"), person, st.lists(message, max_size=4), st.sampled_from(("add", "remove")),
              st.sampled_from(("read", "starred"))),
    st.tuples(st.just("read_all"), person),
    st.tuples(st.just("read_channel"), person, channel),
    st.tuples(st.just("read_topic"), person, channel, topic),
    st.tuples(st.just("react"), person, message, st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("edit"), person, message, st.sampled_from(("hi", "@**all** hi", "@**Person 2** hi", " "))),
    st.tuples(st.just("move"), person, message, topic, st.sampled_from(("change_one", "change_later", "change_all"))),
    st.tuples(st.just("move_to"), person, message, channel, st.sampled_from((None, *TOPICS)),
              st.sampled_from(("change_one", "change_later", "change_all"))),
    st.tuples(st.just("preview"), person, message),
    st.tuples(st.just("delete"), person, message),
    st.tuples(st.just("delete_topic"), person, channel, topic),
    st.tuples(st.just("subscribe"), person, st.lists(channel, min_size=1, max_size=2), anyone, st.booleans()),
    st.tuples(st.just("unsubscribe"), person, channel, anyone),
    st.tuples(st.just("property"), person, channel, st.sampled_from(
        ("is_muted", "pin_to_top", "color", "push_notifications", "wildcard_mentions_notify"))),
    st.tuples(st.just("channel"), person, channel, st.sampled_from(("rename", "description", "private", "public",
                                                                   "policy", "hidden_history", "default",
                                                                   "no_default", "keep", "remover"))),
    st.tuples(st.just("archive"), person, channel),
    st.tuples(st.just("create_user"), person),
    st.tuples(st.just("rename"), person, person),
    st.tuples(st.just("role"), person, person, st.sampled_from((200, 300, 400, 600))),
    st.tuples(st.just("deactivate"), person, person),
    st.tuples(st.just("reactivate"), person, person),
    st.tuples(st.just("alert_words"), person, st.lists(st.sampled_from(("hi", "HI", "tada", "psst")), max_size=2),
              st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("topic_policy"), person, channel, topic, st.integers(0, 3)),
    st.tuples(st.just("mute_topic"), person, channel, topic, st.sampled_from(("add", "remove"))),
    st.tuples(st.just("mute_user"), person, person, st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("new_drafts"), person, st.lists(st.tuples(channel, topic), max_size=2)),
    st.tuples(st.just("draft"), person, st.integers(1, 4), st.sampled_from(("PATCH", "DELETE"))),
    st.tuples(st.just("schedule"), person, channel, topic),
    st.tuples(st.just("schedule_dm"), person, anyone),
    st.tuples(st.just("scheduled"), person, st.integers(1, 4), st.sampled_from(("PATCH", "DELETE"))),
    st.tuples(st.just("deliver"), person, st.integers(1, 4)),
    st.tuples(st.just("avatar"), person, st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("emoji"), person, st.sampled_from(("plait", "braid")), st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("status"), person, st.sampled_from(("", "busy", None)), st.sampled_from(("", "car", None))),
    st.tuples(st.just("presence"), person, st.sampled_from(("active", "idle"))),
    st.tuples(st.just("typing"), person, anyone),
    st.tuples(st.just("typing_there"), person, channel, topic),
    st.tuples(st.just("default_channel"), person, channel, st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("bot"), person, st.integers(1, 3), channel),
    st.tuples(st.just("change_bot"), person, st.integers(0, 2), person,
              st.sampled_from(("name", "owner", "channel", "key", "role", "close", "open", "avatar"))),
    st.tuples(st.just("field"), person, st.integers(0, 2), st.sampled_from(("add", "change", "order", "remove"))),
    st.tuples(st.just("tell"), person, st.integers(0, 2), st.sampled_from(("*knots*", "", None))),
    st.tuples(st.just("tell_of"), person, person, st.integers(0, 2)),
    st.tuples(st.just("realm_picture"), person, st.sampled_from(("icon", "logo")), st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("group"), person, anyone),
    st.tuples(st.just("linkifier"), person, st.integers(0, 2), st.sampled_from(("add", "change", "order", "remove"))),
    st.tuples(st.just("playground"), person, st.integers(0, 2), st.sampled_from(("POST", "DELETE"))),
    st.tuples(st.just("change_group"), person, st.integers(0, 2), st.sampled_from((
        "rename", "mention", "join", "leave", "nest", "unnest", "delete"))),
    st.tuples(st.just("realm"), person, st.sampled_from((
        {"name": "Braid"}, {"message_content_edit_limit_seconds": 60}, {"default_language": "de"},
        {"message_content_edit_limit_seconds": '"unlimited"'}, {"mandatory_topics": True, "edit_topic_policy": 2},
        {"can_create_public_channel_group": {"new": 6}}, {"waiting_period_threshold": 3},
        {"waiting_period_threshold": 0},
        {"direct_message_permission_group": {"new": {"direct_members": [1], "direct_subgroups": [4]}}}))),
    st.tuples(st.just("defaults"), person, st.integers(1, 3)),
    st.tuples(st.just("settings"), person, st.sampled_from((
        {"color_scheme": 2, "dense_mode": False}, {"timezone": "Asia/Tokyo"}, {"default_language": "ar"},
        {"presence_enabled": False},
        {"enable_sounds": False, "web_home_view": "recent_topics"}, {"full_name": "By Themselves"}))),
    st.tuples(st.just("domain"), person, st.sampled_from(("a.example", "b.example")), st.booleans(),
              st.sampled_from(("POST", "PATCH", "DELETE"))),
    st.tuples(st.just("join"), person, channel, st.sampled_from((300, 400, 600))),
    st.tuples(st.just("new_address"), person, person),
    st.tuples(st.just("register"), person),
)
HISTORIES = st.lists(st.lists(ACTIONS, min_size=1, max_size=4), min_size=1, max_size=12)


class InstantPictures(Pictures):
    """Makes no pictures: no history is about what they look like."""

    async def make_avatar(self, source: Path, small: Path, medium: Path) -> None:
        small.touch()

    async def copy(self, source: Path, target: Path) -> tuple[int, int]:
        target.touch()
        return 1, 1

    async def make_emoji(self, source: Path, target: Path) -> tuple[str, bool]:
        return ".png", False


class World:
    """The people, what they do, and who watches."""

    def __init__(self, server: InProcess) -> None:
        self.server = server
        self.people: list[Client] = []
        self.watching: list[tuple[Client, str, ClientState]] = []
        self.counter = 0
        self.links: list[str] = []
        self.later = int(time.time()) + 24 * 3600

    async def start(self) -> None:
        await self.server.start()
        app = self.server.app
        app.avatars._pictures = app.own_emoji._pictures = app.realm_pictures._pictures = InstantPictures(app.reactor)
        make = app.mailer.make

        def noting(to: str, template: str, words: Any, **options: Any) -> Any:
            self.links.append(words.get("link", ""))
            return make(to, template, words, **options)

        app.mailer.make = noting  # type: ignore[method-assign]
        self.people.append(await self.server.organisation())
        for role in (Role.ADMINISTRATOR, Role.MEMBER, Role.MEMBER, Role.GUEST):
            self.people.append(await self.server.person(role=role))
        await self.people[0].call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                                  principals=[client.user.id for client in self.people])

    async def act(self, action: tuple[Any, ...]) -> None:
        """Do one thing; being refused is fine, failing is not."""
        name, who, *rest = action
        client = self.people[who]
        if not client.user.is_active:
            return  # refused at the door
        if name == "register":
            await self.watch(client)
            return
        if name == "deliver":
            # Its time has come: nobody waits a day for that.
            await self.server.app.database.query(
                "UPDATE scheduled_message SET deliver_at = to_timestamp(1) WHERE id = %s", rest)
            await self.server.app.scheduled_messages.deliver(rest[0])
            return
        if name == "preview":
            await self.server.app.edits.do_update_embedded_data(rest[0], 0, f"<p>preview {rest[0]}</p>")
            return
        if name in ("join", "new_address"):
            with suppress(JsonableError):
                await (self.join if name == "join" else self.new_address)(client, *rest)
            return
        method, path, params = self._request(client, name, rest)
        status, body = await client.answer(method, path, **params)
        assert status < 500, (action, body)

    async def join(self, inviter: Client, where: str, role: int) -> None:
        """Somebody joins by a link of the inviter's."""
        app = self.server.app
        self.counter += 1
        name = f"joined{self.counter}"
        channel = app.directory.channel_by_name(where)
        token = (await app.invitations.do_make_link(
            inviter.user, NewInvitation(role, () if channel is None else (channel.id,), True))).split("/")[-2]
        await app.joining.do_join(token, email=f"{name}@chat.test", full_name=name, password_hash="x")

    async def new_address(self, client: Client, whose: int) -> None:
        """Somebody confirms a new address, which perhaps another has by then."""
        account = self.server.app.own_account
        await account.ask_new_address(client.user, f"fresh{whose}@chat.test", language="en")
        if self.links and self.links[-1]:  # an address that another has gets no such mail
            await account.do_confirm_address(self.links[-1].split("/")[-2], language="en")

    async def watch(self, client: Client) -> None:
        state = await client.register(
            apply_markdown=True, include_subscribers=True, fetch_event_types=list(FETCH),
            client_capabilities={"notification_settings_null": True, "bulk_message_deletion": True,
                                 "linkifier_url_template": True})
        self.watching.append((client, state["queue_id"], ClientState(state)))

    async def compare(self) -> None:
        await self.server.app.database.settled()
        for client, queue_id, model in self.watching:
            if not client.user.is_active:
                continue
            status, body = await client.answer("GET", "/events", queue_id=queue_id, last_event_id=-1, dont_block=True)
            if body.get("code") == "BAD_EVENT_QUEUE_ID":
                continue  # was deactivated meanwhile, which ends queues
            assert status == 200, body
            for event in body["events"]:
                model.apply(event)
            state = await client.register(include_subscribers=True, fetch_event_types=list(FETCH),
                                          client_capabilities={"notification_settings_null": True,
                                                               "linkifier_url_template": True})
            fresh = ClientState(state)
            model.forget_ends(fresh)
            assert model.comparable() == fresh.comparable()
            assert model.unread_count() == state["unread_msgs"]["count"]

    def _request(self, client: Client, name: str, rest: list[Any]) -> tuple[str, str, dict[str, Any]]:
        ids = [other.user.id for other in self.people]
        directory = self.server.app.directory
        self.counter += 1

        def stream_id(channel_name: str) -> int:
            found = directory.channel_by_name(channel_name)
            return 999 if found is None else found.id

        match name, rest:
            case "send", [where, about, text]:
                return "POST", "/messages", {"type": "channel", "to": where, "topic": about, "content": text,
                                             "read_by_sender": self.counter % 2 == 0}
            case "dm", [others]:
                return "POST", "/messages", {"type": "direct", "to": [ids[other] for other in others],
                                             "content": "psst"}
            case "flag", [messages, op, flag]:
                return "POST", "/messages/flags", {"messages": messages, "op": op, "flag": flag}
            case "read_all", []:
                return "POST", "/mark_all_as_read", {}
            case "read_channel", [where]:
                return "POST", "/mark_stream_as_read", {"stream_id": stream_id(where)}
            case "read_topic", [where, about]:
                return "POST", "/mark_topic_as_read", {"stream_id": stream_id(where), "topic_name": about}
            case "react", [message_id, method]:
                return method, f"/messages/{message_id}/reactions", {"emoji_name": "tada"}
            case "edit", [message_id, text]:
                return "PATCH", f"/messages/{message_id}", {"content": text}
            case "move", [message_id, about, mode]:
                return "PATCH", f"/messages/{message_id}", {
                    "topic": about, "propagate_mode": mode, "send_notification_to_old_thread": self.counter % 2 == 0}
            case "move_to", [message_id, where, about, mode]:
                return "PATCH", f"/messages/{message_id}", {
                    "stream_id": stream_id(where), "propagate_mode": mode, **({"topic": about} if about else {}),
                    "send_notification_to_new_thread": self.counter % 2 == 0}
            case "delete", [message_id]:
                return "DELETE", f"/messages/{message_id}", {}
            case "delete_topic", [where, about]:
                return "POST", f"/streams/{stream_id(where)}/delete_topic", {"topic_name": about}
            case "subscribe", [names, others, private]:
                return "POST", "/users/me/subscriptions", {
                    "subscriptions": [{"name": where} for where in names], "invite_only": private,
                    "principals": [ids[other] for other in others]}
            case "unsubscribe", [where, others]:
                return "DELETE", "/users/me/subscriptions", {
                    "subscriptions": [where], "principals": [ids[other] for other in others]}
            case "property", [where, prop]:
                value: Any = "#%06x" % (self.counter * 7919 % 2**24) if prop == "color" else self.counter % 2 == 0
                return "POST", "/users/me/subscriptions/properties", {
                    "subscription_data": [{"stream_id": stream_id(where), "property": prop, "value": value}]}
            case "channel", [where, what]:
                return "PATCH", f"/streams/{stream_id(where)}", {
                    "default": {"is_default_stream": True}, "no_default": {"is_default_stream": False},
                    "keep": {"message_retention_days": self.counter % 3 + 1},
                    "remover": {"can_remove_subscribers_group": self.counter % 4 + 3},
                    "rename": {"new_name": CHANNELS[self.counter % len(CHANNELS)]},
                    "description": {"description": f"number **{self.counter}**"},
                    "private": {"is_private": True}, "public": {"is_private": False},
                    "policy": {"stream_post_policy": self.counter % 4 + 1},
                    "hidden_history": {"is_private": True, "history_public_to_subscribers": False}}[what]
            case "archive", [where]:
                return "DELETE", f"/streams/{stream_id(where)}", {}
            case "create_user", []:
                return "POST", "/users", {"email": f"new{self.counter}@chat.test", "full_name": f"New {self.counter}",
                                          "password": "long enough"}
            case "avatar", [method]:
                return method, "/users/me/avatar", {"files": [("a.png", b"a")]} if method == "POST" else {}
            case "emoji", [emoji, method]:
                return method, f"/realm/emoji/{emoji}", {"files": [("a.png", b"a")]} if method == "POST" else {}
            case "bot", [kind, where]:
                return "POST", "/bots", {
                    "full_name": f"Bot {self.counter}", "short_name": f"b{self.counter}", "bot_type": kind,
                    "payload_url": "http://bot.example/", "default_sending_stream": where}
            case "change_bot", [number, whom, what]:
                bots = [*directory.bots]
                bot_id = bots[number] if number < len(bots) else 999
                path = f"/bots/{bot_id}"
                return {
                    "name": ("PATCH", path, {"full_name": f"Bot {self.counter}"}),
                    "owner": ("PATCH", path, {"bot_owner_id": ids[whom]}),
                    "channel": ("PATCH", path, {"default_events_register_stream": CHANNELS[whom % 4]}),
                    "role": ("PATCH", path, {"role": (200, 400)[whom % 2]}),
                    "avatar": ("PATCH", path, {"files": [("a.png", b"a")]}),
                    "key": ("POST", path + "/api_key/regenerate", {}), "close": ("DELETE", path, {}),
                    "open": ("POST", f"/users/{bot_id}/reactivate", {})}[what]
            case "linkifier", [number, what]:
                found = [one.id for one in directory.linkifiers]
                path = f"/realm/filters/{found[number] if number < len(found) else 999}"
                wanted = {"pattern": f"{what}{self.counter % 3}-(?P<x>[0-9]+)", "url_template": "https://x.example/{x}"}
                return {"add": ("POST", "/realm/filters", wanted), "change": ("PATCH", path, wanted),
                        "order": ("PATCH", "/realm/linkifiers", {"ordered_linkifier_ids": found[::-1]}),
                        "remove": ("DELETE", path, {})}[what]
            case "playground", [number, method]:
                if method == "POST":
                    return method, "/realm/playgrounds", {
                        "name": f"p{number}", "pygments_language": "C++", "url_template": "https://x.example/{code}"}
                there = [one.id for one in directory.playgrounds]
                return method, f"/realm/playgrounds/{there[number] if number < len(there) else 999}", {}
            case "field", [number, what]:
                fields = [one.id for one in directory.profile_fields]
                path = f"/realm/profile_fields/{fields[number] if number < len(fields) else 999}"
                wish = {"name": f"Field {self.counter % 4}", "display_in_profile_summary": self.counter % 2 == 0}
                return {"add": ("POST", "/realm/profile_fields", {**wish, "field_type": number + 1 if number else 8}),
                        "change": ("PATCH", path, wish),
                        "order": ("PATCH", "/realm/profile_fields", {"order": fields[::-1]}),
                        "remove": ("DELETE", path, {})}[what]
            case "tell", [number, told]:
                fields = [one.id for one in directory.profile_fields]
                field_id = fields[number] if number < len(fields) else 999
                return "PATCH", "/users/me/profile_data", {"data": [{"id": field_id, "value": told}]}
            case "tell_of", [whom, number]:
                fields = [one.id for one in directory.profile_fields]
                return "PATCH", f"/users/{ids[whom]}", {"profile_data": [
                    {"id": field_id, "value": f"told {self.counter}"} for field_id in fields[:number]]}
            case "realm_picture", [picture, method]:
                night = {} if picture == "icon" else {"night": self.counter % 2 == 0}
                return method, f"/realm/{picture}", {
                    **night, **({"files": [("a.png", b"a")]} if method == "POST" else {})}
            case "group", [others]:
                return "POST", "/user_groups/create", {
                    "name": f"Group {self.counter % 4}", "description": "", "members": [ids[other] for other in others]}
            case "change_group", [number, what]:
                groups = [*directory.user_groups.made]
                path = f"/user_groups/{groups[number] if number < len(groups) else 999}"
                return {
                    "rename": ("PATCH", path, {"name": f"Group {self.counter % 4}", "description": "renamed"}),
                    "mention": ("PATCH", path, {"can_mention_group": {"new": {
                        "direct_members": [ids[2]], "direct_subgroups": [4]}}}),
                    "join": ("POST", path + "/members", {"add": ids[1:3]}),
                    "leave": ("POST", path + "/members", {"delete": ids[2:3]}),
                    "nest": ("POST", path + "/subgroups", {"add": groups[:1]}),
                    "unnest": ("POST", path + "/subgroups", {"delete": groups[:1]}),
                    "delete": ("DELETE", path, {})}[what]
            case "realm", [values]:
                return "PATCH", "/realm", values
            case "defaults", [scheme]:
                return "PATCH", "/realm/user_settings_defaults", {"color_scheme": scheme}
            case "settings", [values]:
                return "PATCH", "/settings", values
            case "rename", [whom]:
                return "PATCH", f"/users/{ids[whom]}", {"full_name": f"Renamed {self.counter}"}
            case "role", [whom, role]:
                return "PATCH", f"/users/{ids[whom]}", {"role": role}
            case "deactivate", [whom]:
                return "DELETE", f"/users/{ids[whom]}", {}
            case "reactivate", [whom]:
                return "POST", f"/users/{ids[whom]}/reactivate", {}
            case "alert_words", [words, method]:
                return method, "/users/me/alert_words", {"alert_words": words}
            case "topic_policy", [where, about, policy]:
                return "POST", "/user_topics", {"stream_id": stream_id(where), "topic": about,
                                                "visibility_policy": policy}
            case "mute_topic", [where, about, op]:
                return "PATCH", "/users/me/subscriptions/muted_topics", {"stream": where, "topic": about, "op": op}
            case "mute_user", [whom, method]:
                return method, f"/users/me/muted_users/{ids[whom]}", {}
            case "new_drafts", [places]:
                return "POST", "/drafts", {"drafts": [
                    {"type": "stream", "to": [stream_id(where)], "topic": about, "content": f"draft {self.counter}"}
                    for where, about in places]}
            case "draft", [draft_id, method]:
                return method, f"/drafts/{draft_id}", {"draft": {
                    "type": "private", "to": ids[:2], "topic": "", "content": f"edited {self.counter}"}}
            case "schedule", [where, about]:
                return "POST", "/scheduled_messages", {
                    "type": "channel", "to": where, "topic": about, "content": f"later {self.counter}",
                    "scheduled_delivery_timestamp": self.later}
            case "schedule_dm", [others]:
                return "POST", "/scheduled_messages", {
                    "type": "direct", "to": [ids[other] for other in others], "content": "later",
                    "scheduled_delivery_timestamp": self.later}
            case "scheduled", [scheduled_id, method]:
                return method, f"/scheduled_messages/{scheduled_id}", {
                    "content": f"later still {self.counter}", "scheduled_delivery_timestamp": self.later + 1}
            case "status", [text, emoji]:
                return "POST", "/users/me/status", {
                    key: value for key, value in (("status_text", text), ("emoji_name", emoji)) if value is not None}
            case "presence", [status]:
                return "POST", "/users/me/presence", {"status": status}
            case "typing_there", [where, about]:
                return "POST", "/typing", {"op": "start", "type": "channel", "stream_id": stream_id(where),
                                           "topic": about}
            case "default_channel", [where, method]:
                return method, "/default_streams", {"stream_id": stream_id(where)}
            case "typing", [others]:
                return "POST", "/typing", {"op": "start", "to": [ids[other] for other in others]}
            case "domain", [domain, subdomains, "POST"]:
                return "POST", "/realm/domains", {"domain": domain, "allow_subdomains": subdomains}
            case "domain", [domain, subdomains, "PATCH"]:
                return "PATCH", f"/realm/domains/{domain}", {"allow_subdomains": subdomains}
            case "domain", [domain, _, "DELETE"]:
                return "DELETE", f"/realm/domains/{domain}", {}
        raise AssertionError(name)


async def live(history: list[list[tuple[Any, ...]]]) -> None:
    world = World(InProcess())
    await world.start()
    try:
        await gatherResults([Deferred.fromCoroutine(world.watch(client)) for client in world.people])
        for group in history:
            # All at once: what they do overlaps, also with registrations.
            await gatherResults([Deferred.fromCoroutine(world.act(action)) for action in group], consumeErrors=True)
        await world.compare()
    finally:
        await world.server.stop()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(HISTORIES)
def test_register_is_exact(history: list[list[tuple[Any, ...]]]) -> None:
    """After any history every observer's model equals a fresh registration."""
    run(live(history))


@pytest.mark.parametrize("history", [
    [[("subscribe", 0, ["Alpha"], [2], True)], [("role", 0, 2, 200)], [("channel", 1, "Alpha", "public")]],
    [[("role", 0, 2, 600)], [("role", 0, 4, 400)]],
    [[("deactivate", 0, 1), ("subscribe", 0, ["Alpha"], [1], False)]],
    [[("deactivate", 0, 1), ("unsubscribe", 0, "general", [1, 2])]],
    [[("deactivate", 0, 4)], [("role", 0, 4, 200)], [("reactivate", 0, 4)]],
    [[("send", 2, "general", "one", "@**all** hi"), ("register", 1), ("read_all", 1)]],
    [[("subscribe", 1, ["Alpha"], [1, 4], True)], [("unsubscribe", 1, "Alpha", [4])], [("archive", 1, "Alpha")]],
    [[("status", 1, "busy", "car"), ("register", 2)], [("status", 1, "", None), ("deactivate", 0, 2)],
     [("status", 1, None, "")], [("reactivate", 0, 2), ("status", 2, "busy", None)], [("deactivate", 0, 2)]],
    [[("bot", 2, 3, "general")], [("role", 0, 3, 200)], [("change_bot", 3, 0, 3, "owner")], [("role", 0, 3, 400)],
     [("change_bot", 3, 0, 2, "owner"), ("channel", 0, "general", "rename")]],
    [[("bot", 2, 1, "general"), ("bot", 3, 2, "general")], [("deactivate", 0, 2), ("change_bot", 0, 0, 2, "key")],
     [("change_bot", 1, 0, 0, "open")], [("archive", 0, "general")], [("change_bot", 1, 0, 0, "avatar")]],
    [[("avatar", 1, "POST"), ("register", 2)], [("rename", 0, 1), ("avatar", 1, "POST")], [("avatar", 1, "DELETE")]],
    [[("emoji", 1, "plait", "POST"), ("emoji", 2, "plait", "POST"), ("register", 3)], [("emoji", 0, "plait", "DELETE")],
     [("emoji", 1, "plait", "POST")]],
    [[("group", 0, [1, 2])], [("group", 0, [2])], [("change_group", 0, 1, "nest"), ("register", 3)],
     [("change_group", 0, 0, "mention"), ("change_group", 1, 1, "join")], [("change_group", 0, 0, "delete")]],
    [[("join", 0, "general", 400), ("register", 1)], [("join", 1, "general", 600), ("new_address", 2, 1)],
     [("new_address", 3, 1), ("domain", 0, "a.example", True, "POST")], [("domain", 0, "a.example", False, "PATCH")]],
    [[("field", 0, 0, "add"), ("field", 0, 1, "add")], [("tell", 1, 0, "*knots*"), ("tell", 2, 1, "rope")],
     [("field", 0, 0, "remove"), ("register", 3)], [("field", 0, 1, "add"), ("tell_of", 0, 1, 2)]],
    [[("realm", 0, {"waiting_period_threshold": 3})], [("create_user", 0), ("role", 0, 2, 300), ("register", 1)],
     [("role", 0, 2, 400), ("deactivate", 0, 3)],
     [("reactivate", 0, 3), ("realm", 0, {"waiting_period_threshold": 0})]],
    [[("realm", 0, {"name": "Braid", "default_language": "de"}), ("register", 1)], [("create_user", 0)],
     [("settings", 2, {"timezone": "Asia/Tokyo"}), ("settings", 1, {"color_scheme": 2})], [("defaults", 1, 2)]],
])
def test_known_histories(history: list[list[tuple[Any, ...]]]) -> None:
    """Histories that once went wrong, or nearly."""
    run(live(history))
