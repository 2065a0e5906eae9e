"""The same unique thing made by several at the same moment: one makes it, the others are told, and none sees a 500."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, ALAN, GRACE, HEDY, LINUS, Program
from tests.faults.crowd import at_once
from tests.support.server import RunningServer

EVERYONE = (ADA, GRACE, ALAN, HEDY, LINUS)


@pytest.fixture(scope="module")
def ada(demo_server: RunningServer) -> Program:
    return Program(demo_server, ADA)


def eight(server: RunningServer, method: str, path: str, *, by: tuple[str, ...] = (ADA, GRACE),
          variants: tuple[dict[str, Any], ...]) -> list[requests.Response]:
    """The answers to eight requests at once, by several people and with several spellings in turn."""
    def call(place: int) -> requests.Response:
        return Program(server, by[place % len(by)]).call(method, path, **variants[place % len(variants)])

    answers = at_once([lambda place=place: call(place) for place in range(8)])  # type: ignore[misc]
    assert {answer.status_code for answer in answers} <= {200, 400}, [answer.text for answer in answers]
    return answers


def one_won(answers: list[requests.Response]) -> requests.Response:
    """The one success among the answers; every other one says in a sentence what was in the way."""
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1, [answer.text for answer in answers]
    for answer in answers:
        if answer is not won[0]:
            assert answer.json()["result"] == "error"
            assert answer.json()["code"]
            assert answer.json()["msg"]
    return won[0]


class PeopleTests:
    def test_an_address(self, demo_server: RunningServer, ada: Program) -> None:
        """An address belongs to one account, in whatever case it is written, through POST and PUT alike."""
        for method in ("POST", "PUT"):
            queue = ada.register("realm_user")
            answers = eight(demo_server, method, "/users", variants=tuple(
                {"email": email, "password": "plait-demo", "full_name": "Maria Mitchell"}
                for email in (f"maria.{method}@plait.example", f"Maria.{method}@Plait.Example".swapcase())))
            made = one_won(answers).json()["user_id"]
            for answer in answers:
                assert answer.status_code == 200 or "already in use" in answer.json()["msg"]
            found = [user for user in ada.ok("GET", "/users")["members"]
                     if user["email"].lower() == f"maria.{method}@plait.example".lower()]
            assert [user["user_id"] for user in found] == [made]
            events = queue.poll()
            assert [event["person"]["user_id"] for event in events] == [made]

    def test_closing_an_account(self, demo_server: RunningServer, ada: Program) -> None:
        """Closing and opening an account by several at once ends in one state that all are told of."""
        user_id = ada.ok("POST", "/users", email="often@plait.example", password="plait-demo",
                         full_name="Often Closed")["user_id"]
        for _ in range(3):
            queue = ada.register("realm_user")
            eight(demo_server, "DELETE", f"/users/{user_id}", variants=({},))
            assert ada.ok("GET", f"/users/{user_id}")["user"]["is_active"] is False
            one_won(eight(demo_server, "POST", f"/users/{user_id}/reactivate", variants=({},)))
            assert ada.ok("GET", f"/users/{user_id}")["user"]["is_active"] is True
            told = [event["person"]["is_active"] for event in queue.poll() if "is_active" in event["person"]]
            assert told == [False, True]


class ChannelsTests:
    def test_a_name(self, demo_server: RunningServer, ada: Program) -> None:
        """A channel that several subscribe to at once is made once; each is in it, and told of it once."""
        queue = ada.register("stream", "subscription")
        answers = eight(demo_server, "POST", "/users/me/subscriptions", by=EVERYONE, variants=(
            {"subscriptions": [{"name": "contested"}]}, {"subscriptions": [{"name": "Contested"}]},
            {"subscriptions": [{"name": " CONTESTED "}, {"name": "contested"}]}))
        assert {answer.status_code for answer in answers} == {200}
        found = [channel for channel in ada.ok("GET", "/streams")["streams"] if channel["name"].lower() == "contested"]
        assert len(found) == 1
        members = ada.ok("GET", f"/streams/{found[0]['stream_id']}/members")["subscribers"]
        assert len(members) == len(set(members)) == len(EVERYONE)
        subscribed = [email for answer in answers for email in answer.json()["subscribed"]]
        assert sorted(subscribed) == sorted(EVERYONE)
        events = queue.poll()
        assert [event["op"] for event in events if event["type"] == "stream"] == ["create"]
        assert [event["op"] for event in events if event["type"] == "subscription"].count("add") == 1

    def test_a_name_for_two(self, demo_server: RunningServer, ada: Program) -> None:
        """Of several channels that are renamed alike at once, one gets the name."""
        ids = []
        for number in range(8):
            ada.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": f"before {number}"}])
            ids.append(ada.ok("GET", "/get_stream_id", stream=f"before {number}")["stream_id"])
        answers = at_once([
            lambda stream_id=stream_id: Program(demo_server, ADA).call(  # type: ignore[misc]
                "PATCH", f"/streams/{stream_id}", new_name="After")
            for stream_id in ids])
        one_won(answers)
        names = [channel["name"] for channel in ada.ok("GET", "/streams")["streams"]]
        assert names.count("After") == 1
        assert sum(name.startswith("before ") for name in names) == 7

    def test_archiving(self, demo_server: RunningServer, ada: Program) -> None:
        """A channel is archived once, though several ask; its name is free for one other afterwards."""
        for _ in range(2):
            ada.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": "short-lived"}])
            stream_id = ada.ok("GET", "/get_stream_id", stream="short-lived")["stream_id"]
            queue = ada.register("stream")
            one_won(eight(demo_server, "DELETE", f"/streams/{stream_id}", variants=({},)))
            assert [event["op"] for event in queue.poll()] == ["delete"]

    def test_leaving(self, demo_server: RunningServer, ada: Program) -> None:
        """Joining and leaving at once, by the same person from several places: what is told is what is."""
        ada.ok("POST", "/users/me/subscriptions", subscriptions=[{"name": "revolving"}])
        hedy = Program(demo_server, HEDY)
        queue = hedy.register("subscription", fetch_event_types=["subscription"])
        eight(demo_server, "POST", "/users/me/subscriptions", by=(HEDY,), variants=(
            {"subscriptions": [{"name": "revolving"}]},
            {"method": "DELETE", "subscriptions": ["revolving"]}))
        told = "revolving" in {channel["name"] for channel in queue.state["subscriptions"]}
        for event in queue.poll(dont_block=True):
            if event["op"] in ("add", "remove"):
                assert (event["op"] == "add") is not told, "told to join while in, or to leave while out"
                told = event["op"] == "add"
        assert told is ("revolving" in {
            channel["name"] for channel in hedy.ok("GET", "/users/me/subscriptions")["subscriptions"]})


class MessagesTests:
    def test_a_reaction(self, demo_server: RunningServer, ada: Program) -> None:
        """A reaction is there once, and is taken back once."""
        message_id = ada.send("react to this", topic="twice")
        queue = ada.register("reaction")
        path = f"/messages/{message_id}/reactions"
        answers = eight(demo_server, "POST", path, by=(HEDY,), variants=({"emoji_name": "tada"},))
        one_won(answers)
        assert {answer.json().get("code") for answer in answers} == {None, "REACTION_ALREADY_EXISTS"}
        assert len(ada.ok("GET", f"/messages/{message_id}")["message"]["reactions"]) == 1
        answers = eight(demo_server, "DELETE", path, by=(HEDY,), variants=({"emoji_name": "tada"},))
        one_won(answers)
        assert {answer.json().get("code") for answer in answers} == {None, "REACTION_DOES_NOT_EXIST"}
        assert [event["op"] for event in queue.poll()] == ["add", "remove"]

    def test_a_flag(self, demo_server: RunningServer, ada: Program) -> None:
        """A message is starred however often it is asked for at once, and events say what is the case."""
        message_id = ada.send("star this", topic="twice")
        queue = ada.register("update_message_flags")
        eight(demo_server, "POST", "/messages/flags", by=(ADA,), variants=tuple(
            {"messages": [message_id], "op": op, "flag": "starred"} for op in ("add", "remove")))
        told = False
        for event in queue.poll(dont_block=True):
            if event["flag"] == "starred":
                told = event["op"] == "add"
        assert told is ("starred" in ada.ok("GET", f"/messages/{message_id}")["message"]["flags"])

    def test_a_conversation(self, demo_server: RunningServer, ada: Program) -> None:
        """The first messages of a new conversation, sent by all of its people at once, are in one conversation."""
        ids = {user["email"]: user["user_id"] for user in ada.ok("GET", "/users")["members"]}
        people = [ids[email] for email in (ADA, GRACE, HEDY, LINUS)]
        answers = eight(demo_server, "POST", "/messages", by=(ADA, GRACE, HEDY, LINUS), variants=(
            {"type": "direct", "to": people, "content": "first!"},))
        assert {answer.status_code for answer in answers} == {200}
        found = ada.messages(narrow=[["dm", ",".join((GRACE, HEDY, LINUS))]])
        assert sorted(message["id"] for message in found) == sorted(answer.json()["id"] for answer in answers)
        assert len({message["recipient_id"] for message in found}) == 1
