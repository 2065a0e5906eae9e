"""The package `zulip` from PyPI, unmodified and used as its users do, against a running server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import zulip

from tests.clients.visitors import ADA, ALAN, DEADLINE_S, GRACE, HEDY, PASSWORD, Browser, wait_until
from tests.support.server import RunningServer

ZuliprcMaker = Callable[[str], Path]
ClientMaker = Callable[[str], "ListeningClient"]


@pytest.fixture(scope="module", autouse=True)
def no_configuration_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever the person who runs the tests has set up for the package does not count."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONFIG", "API_KEY", "EMAIL", "SITE", "CERT", "CERT_KEY", "CERT_BUNDLE", "ALLOW_INSECURE"):
            patch.delenv(f"ZULIP_{name}", raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def zuliprc(demo_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> ZuliprcMaker:
    """Writes the configuration file of a person, with the key that their password fetches."""
    folder = tmp_path_factory.mktemp("zuliprc")

    def write(email: str) -> Path:
        file = folder / email
        if not file.exists():
            answer = requests.post(
                demo_server.url + "/api/v1/fetch_api_key", {"username": email, "password": PASSWORD},
                timeout=DEADLINE_S).json()
            file.write_text(f"[api]\nemail={answer['email']}\nkey={answer['api_key']}\nsite={demo_server.url}\n")
        return file

    return write


class ListeningClient(zulip.Client):
    """Notes of which queues it asks for events; the package itself does not tell when it begins to wait."""

    def __init__(self, zuliprc: Path) -> None:
        super().__init__(config_file=str(zuliprc), retry_on_errors=False)
        self.queues: list[str] = []

    def get_events(self, **request: Any) -> dict[str, Any]:
        if request["queue_id"] not in self.queues:
            self.queues.append(request["queue_id"])
        return super().get_events(**request)


@pytest.fixture(scope="module")
def client_of(zuliprc: ZuliprcMaker) -> ClientMaker:
    """The package's client of a person."""
    return lambda email: ListeningClient(zuliprc(email))


@contextmanager
def listening(client: ListeningClient, listen: Callable[[Callable[[dict[str, Any]], None]], None], count: int
              ) -> Iterator[list[dict[str, Any]]]:
    """Run `listen` (one of the package's endless loops) in a thread, until its callback was called `count` times.

    The list is complete when the block ends.
    """
    heard: list[dict[str, Any]] = []
    assert not client.queues

    def hear(event: dict[str, Any]) -> None:
        heard.append(event)
        if len(heard) == count:
            raise StopIteration

    def run() -> None:
        with pytest.raises(StopIteration):
            listen(hear)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until("the client asks for events", lambda: client.queues)
    yield heard
    thread.join(DEADLINE_S)
    assert not thread.is_alive(), f"heard only {heard}"


def message_of(client: zulip.Client, message_id: int) -> dict[str, Any]:
    """One message; the package's own types say less of it than is true."""
    answer: Any = client.get_raw_message(message_id)
    message: dict[str, Any] = answer["message"]
    return message


class ConnectingTests:
    def test_learns_the_version(self, client_of: ClientMaker) -> None:
        """The constructor asks for the server's settings and takes what it is told of the version."""
        client = client_of(ADA)
        assert client.feature_level == 278
        assert str(client.zulip_version).startswith("9.2")

    def test_is_told_of_a_wrong_key(self, demo_server: RunningServer) -> None:
        """A client with a wrong key can be made, as its constructor needs no account; calls are refused with a code."""
        client = zulip.Client(email=ADA, api_key="x" * 32, site=demo_server.url)
        assert client.get_profile()["code"] == "UNAUTHORIZED"

    def test_knows_who_it_is(self, client_of: ClientMaker) -> None:
        """The profile is the one of the person whose key it is."""
        profile = client_of(GRACE).get_profile()
        assert (profile["result"], profile["email"], profile["full_name"]) == ("success", GRACE, "Grace Hopper")
        assert (profile["is_admin"], profile["is_owner"], profile["is_bot"]) == (True, False, False)


class MessagesTests:
    def test_sends_to_a_channel(self, client_of: ClientMaker) -> None:
        """A message to a channel and topic is found again under a narrow to them, its source as it was sent."""
        client = client_of(ALAN)
        sent = client.send_message(
            {"type": "stream", "to": "random", "topic": "library", "content": "Who has *Gödel*? 📚"})
        assert sent["result"] == "success", sent
        found = client.get_messages({
            "anchor": "newest", "num_before": 10, "num_after": 0, "apply_markdown": False,
            "narrow": [{"operator": "stream", "operand": "random"}, {"operator": "topic", "operand": "library"}]})
        assert found["found_newest"] is True
        (message,) = found["messages"]
        assert (message["id"], message["content"]) == (sent["id"], "Who has *Gödel*? 📚")
        assert (message["display_recipient"], message["subject"], message["type"]) == ("random", "library", "stream")
        assert (message["sender_email"], message["client"]) == (ALAN, "ZulipPython")

    def test_sends_to_people(self, client_of: ClientMaker) -> None:
        """A private message reaches those it names, by address or by id, and nobody else."""
        ada, hedy, alan = client_of(ADA), client_of(HEDY), client_of(ALAN)
        hedys_id = hedy.get_profile()["user_id"]
        for to in ([HEDY], [hedys_id], HEDY):
            sent = ada.send_message({"type": "private", "to": to, "content": f"for {to}"})
            assert sent["result"] == "success", sent
            mine = {"anchor": sent["id"], "num_before": 0, "num_after": 0}
            assert [m["id"] for m in hedy.get_messages(mine)["messages"]] == [sent["id"]]
            assert alan.get_messages(mine)["messages"] == []
            assert {person["email"] for person in hedy.get_messages(mine)["messages"][0]["display_recipient"]} == {
                ADA, HEDY}

    def test_fetches_one(self, client_of: ClientMaker) -> None:
        """The source of one message; for who may not read it, an error."""
        sent = client_of(ADA).send_message({"type": "direct", "to": [HEDY], "content": "**just** us"})
        one: Any = client_of(HEDY).get_raw_message(sent["id"])
        assert (one["raw_content"], one["message"]["content"]) == (
            "**just** us", "<p><strong>just</strong> us</p>")
        assert client_of(ALAN).get_raw_message(sent["id"])["code"] == "BAD_REQUEST"

    def test_edits_moves_and_deletes(self, client_of: ClientMaker) -> None:
        """A message is edited, a topic moved to another channel, what was before looked up, and a message deleted."""
        ada: Any = client_of(ADA)
        ids = [ada.send_message({"type": "stream", "to": "random", "topic": "edits", "content": f"text {number}"})["id"]
               for number in range(2)]
        assert ada.update_message({"message_id": ids[0], "content": "another text"})["result"] == "success"
        history = ada.get_message_history(ids[0])["message_history"]
        assert [state["content"] for state in history] == ["text 0", "another text"]
        random, general = (ada.get_stream_id(name)["stream_id"] for name in ("random", "general"))
        assert ada.move_topic("random", "general", "edits")["result"] == "success"
        for message_id in ids:
            moved = ada.get_raw_message(message_id)["message"]
            assert (moved["stream_id"], moved["subject"]) == (general, "edits")
            assert moved["edit_history"][0]["prev_stream"] == random
        assert ada.delete_message(ids[1])["result"] == "success"
        assert ada.get_raw_message(ids[1])["code"] == "BAD_REQUEST"

    def test_is_refused_with_a_code(self, client_of: ClientMaker) -> None:
        """What cannot be sent is refused in words and with a code that programs can tell apart."""
        client = client_of(ALAN)
        nowhere = client.send_message({"type": "stream", "to": "no such place", "topic": "x", "content": "x"})
        assert (nowhere["result"], nowhere["code"], nowhere["stream"]) == (
            "error", "STREAM_DOES_NOT_EXIST", "no such place")
        empty = client.send_message({"type": "stream", "to": "random", "topic": "x", "content": " "})
        assert (empty["result"], empty["code"]) == ("error", "BAD_REQUEST")
        nameless = client.send_message({"type": "stream", "to": "random", "topic": "x"})
        assert (nameless["code"], nameless["var_name"]) == ("REQUEST_VARIABLE_MISSING", "content")

    def test_renders(self, client_of: ClientMaker) -> None:
        """Markdown becomes HTML without being sent."""
        assert client_of(ALAN).render_message({"content": "*so*"})["rendered"] == "<p><em>so</em></p>"

    def test_sends_as_a_stream(self, zuliprc: ZuliprcMaker, client_of: ClientMaker) -> None:
        """`ZulipStream`, for use with print: it names the topic by its old name, subject."""
        client = client_of(ALAN)
        stream = zulip.ZulipStream("stream", "random", "printed", config_file=str(zuliprc(ALAN)))
        print("two\nlines", file=stream)
        stream.flush()
        found = client.get_messages({
            "anchor": "newest", "num_before": 10, "num_after": 0, "apply_markdown": False,
            "narrow": [["stream", "random"], ["topic", "printed"]]})
        assert [message["content"] for message in found["messages"]] == ["two\nlines"]


class FlagsAndReactionsTests:
    def test_stars_and_reads(self, client_of: ClientMaker) -> None:
        """Flags are added and removed, and a narrow to starred messages knows of it."""
        ada, grace = client_of(ADA), client_of(GRACE)
        sent = ada.send_message({"type": "private", "to": [GRACE], "content": "keep this"})["id"]

        def flags() -> list[str]:
            return list(message_of(grace, sent)["flags"])

        assert flags() == []
        for flag in ("starred", "read"):
            done = grace.update_message_flags({"messages": [sent], "op": "add", "flag": flag})
            assert (done["result"], done["messages"]) == ("success", [sent])
        assert set(flags()) == {"read", "starred"}
        starred = grace.get_messages({
            "anchor": "newest", "num_before": 100, "num_after": 0, "narrow": [["is", "starred"]]})
        assert [message["id"] for message in starred["messages"]] == [sent]
        grace.update_message_flags({"messages": [sent], "op": "remove", "flag": "starred"})
        assert flags() == ["read"]

    def test_marks_as_read(self, client_of: ClientMaker) -> None:
        """A topic, then a channel, then everything is marked as read: nothing unread is left there."""
        ada, hedy = client_of(ADA), client_of(HEDY)

        def unread(*narrow: list[str]) -> list[str]:
            found = hedy.get_messages({
                "anchor": "newest", "num_before": 1000, "num_after": 0, "apply_markdown": False,
                "narrow": [["is", "unread"], *narrow]})
            return [message["content"] for message in found["messages"]]

        for topic in ("first", "second"):
            ada.send_message({"type": "stream", "to": "engineering", "topic": topic, "content": topic})
        ada.send_message({"type": "private", "to": [HEDY], "content": "third"})
        engineering = hedy.get_stream_id("engineering")["stream_id"]
        assert {"first", "second"} <= set(unread(["stream", "engineering"]))
        assert hedy.mark_topic_as_read(engineering, "first")["result"] == "success"
        assert "first" not in unread(["stream", "engineering"])
        assert "second" in unread(["stream", "engineering"])
        assert hedy.mark_stream_as_read(engineering)["result"] == "success"
        assert unread(["stream", "engineering"]) == []
        assert "third" in unread()
        assert hedy.mark_all_as_read()["result"] == "success"
        assert unread() == []
        assert hedy.mark_topic_as_read(engineering, "no such topic")["result"] == "error"

    def test_reacts(self, client_of: ClientMaker) -> None:
        """A reaction is there once, can be taken back, and both are refused the second time."""
        ada, alan = client_of(ADA), client_of(ALAN)
        sent = ada.send_message({"type": "private", "to": [ALAN], "content": "tea?"})["id"]
        thumb = {"message_id": sent, "emoji_name": "thumbs_up"}
        assert alan.add_reaction(thumb)["result"] == "success"
        assert alan.add_reaction(thumb)["code"] == "REACTION_ALREADY_EXISTS"
        (reaction,) = message_of(ada, sent)["reactions"]
        assert (reaction["emoji_name"], reaction["emoji_code"], reaction["user"]["email"]) == (
            "thumbs_up", "1f44d", ALAN)
        assert alan.remove_reaction(thumb)["result"] == "success"
        assert alan.remove_reaction(thumb)["code"] == "REACTION_DOES_NOT_EXIST"
        assert message_of(ada, sent)["reactions"] == []


class EventsTests:
    def test_hears_what_a_browser_sends(self, demo_server: RunningServer, client_of: ClientMaker) -> None:
        """`call_on_each_event` receives what someone else sends in the browser, and that a browser's person reacts."""
        client, browser = client_of(GRACE), Browser(demo_server, ADA)
        with listening(
                client, lambda hear: client.call_on_each_event(hear, event_types=["message", "reaction"]), 2) as heard:
            message_id = browser.send("Hello, **bot**", to="engineering", topic="bots")
            browser.ok("POST", f"/messages/{message_id}/reactions", emoji_name="wave")
        message, reaction = heard
        assert (message["type"], message["message"]["id"], message["flags"]) == ("message", message_id, [])
        assert message["message"]["content"] == "Hello, **bot**", "bots get the source"
        assert message["message"]["sender_email"] == ADA
        assert (message["message"]["display_recipient"], message["message"]["subject"]) == ("engineering", "bots")
        assert (reaction["type"], reaction["op"], reaction["emoji_name"], reaction["message_id"]) == (
            "reaction", "add", "wave", message_id)

    def test_hears_within_a_narrow(self, client_of: ClientMaker) -> None:
        """With a narrow, only its messages come."""
        grace, ada = client_of(GRACE), client_of(ADA)
        narrow = [["stream", "engineering"], ["topic", "deploys"]]
        with listening(grace, lambda hear: grace.call_on_each_event(hear, ["message"], narrow), 1) as heard:
            ada.send_message({"type": "stream", "to": "engineering", "topic": "other", "content": "no"})
            ada.send_message({"type": "stream", "to": "engineering", "topic": "deploys", "content": "yes"})
        assert [event["message"]["content"] for event in heard] == ["yes"]

    def test_hears_messages(self, client_of: ClientMaker) -> None:
        """`call_on_each_message` gets each message once, in order."""
        alan, ada = client_of(ALAN), client_of(ADA)
        with listening(alan, alan.call_on_each_message, 5) as heard:
            for number in range(5):
                ada.send_message({"type": "private", "to": [ALAN], "content": f"number {number}"})
        assert [message["content"] for message in heard] == [f"number {number}" for number in range(5)]

    def test_registers_anew_when_its_queue_is_gone(self, client_of: ClientMaker) -> None:
        """A lost queue is told in the way that makes the package register a new one, and messages come again."""
        alan, ada = client_of(ALAN), client_of(ADA)
        with listening(alan, alan.call_on_each_message, 1) as heard:
            client_of(ALAN).deregister(alan.queues[0])
            wait_until("the client asks for events of another queue", lambda: len(alan.queues) == 2)
            ada.send_message({"type": "private", "to": [ALAN], "content": "are you back?"})
        assert [message["content"] for message in heard] == ["are you back?"]

    def test_registers_with_the_state(self, client_of: ClientMaker) -> None:
        """`register` gives a queue together with the state that was asked for, and it can be given up once."""
        client = client_of(HEDY)
        state = client.register(["message"], fetch_event_types=["realm_user", "subscription"])
        assert (state["result"], state["last_event_id"]) == ("success", -1)
        assert ADA in {user["email"] for user in state["realm_users"]}
        assert {"general", "engineering", "random"} <= {channel["name"] for channel in state["subscriptions"]}
        assert client.deregister(state["queue_id"])["result"] == "success"
        assert client.deregister(state["queue_id"])["code"] == "BAD_EVENT_QUEUE_ID"


class ChannelsAndPeopleTests:
    def test_subscribes(self, client_of: ClientMaker) -> None:
        """A channel is made by subscribing to it, others join, and it is in their lists until they leave."""
        alan, hedy = client_of(ALAN), client_of(HEDY)
        wanted = [{"name": "chess", "description": "Puzzles, mostly"}]
        assert alan.add_subscriptions(wanted)["subscribed"] == {ALAN: ["chess"]}
        assert alan.add_subscriptions(wanted)["already_subscribed"] == {ALAN: ["chess"]}
        assert alan.add_subscriptions(wanted, principals=[HEDY])["subscribed"] == {HEDY: ["chess"]}
        (mine,) = (
            channel for channel in alan.get_subscriptions()["subscriptions"] if channel["name"] == "chess")
        assert mine["description"] == "Puzzles, mostly"
        assert mine["stream_id"] == hedy.get_stream_id("chess")["stream_id"]
        members = {person["user_id"]: person["email"] for person in alan.get_members()["members"]}
        assert {members[user_id] for user_id in alan.get_subscribers(stream="chess")["subscribers"]} == {ALAN, HEDY}
        assert hedy.remove_subscriptions(["chess"])["removed"] == ["chess"]
        assert "chess" not in {channel["name"] for channel in hedy.get_subscriptions()["subscriptions"]}
        assert "chess" in {channel["name"] for channel in hedy.get_streams()["streams"]}

    def test_lists_topics(self, client_of: ClientMaker) -> None:
        """Topics of a channel come with their newest message, the most recent first."""
        client = client_of(ALAN)
        client.add_subscriptions([{"name": "topical"}])
        ids = [client.send_message({"type": "stream", "to": "topical", "topic": topic, "content": "x"})["id"]
               for topic in ("one", "two", "one")]
        topics = client.get_stream_topics(client.get_stream_id("topical")["stream_id"])["topics"]
        assert topics == [{"name": "one", "max_id": ids[2]}, {"name": "two", "max_id": ids[1]}]

    def test_lists_people(self, client_of: ClientMaker) -> None:
        """Everyone is listed; one person is found by id."""
        client = client_of(ALAN)
        members = {person["email"]: person for person in client.get_members()["members"]}
        assert {ADA, GRACE, ALAN, HEDY} <= members.keys()
        one = client.get_user_by_id(members[GRACE]["user_id"])["user"]
        assert (one["email"], one["is_admin"]) == (GRACE, True)

    def test_creates_people(self, client_of: ClientMaker) -> None:
        """An administrator makes an account, which can sign in; members may not, and an address is taken once."""
        new = {"email": "emmy@plait.example", "password": "noether-1918", "full_name": "Emmy Noether"}
        assert client_of(ALAN).create_user(new)["code"] == "UNAUTHORIZED_PRINCIPAL"
        created = client_of(GRACE).create_user(new)
        assert created["result"] == "success", created
        assert client_of(GRACE).get_user_by_id(created["user_id"])["user"]["full_name"] == "Emmy Noether"
        again = client_of(GRACE).create_user(new)
        assert (again["result"], again["code"]) == ("error", "BAD_REQUEST")
        assert "already" in again["msg"]

    def test_closes_and_opens_accounts(self, client_of: ClientMaker) -> None:
        """An administrator deactivates, changes and reactivates an account."""
        grace = client_of(GRACE)
        user_id = grace.create_user(
            {"email": "kurt@plait.example", "password": "incomplete-1931", "full_name": "Kurt Gödel"})["user_id"]
        assert grace.update_user_by_id(user_id, full_name="Kurt Friedrich Gödel")["result"] == "success"
        assert grace.deactivate_user_by_id(user_id)["result"] == "success"
        assert grace.get_user_by_id(user_id)["user"]["is_active"] is False
        assert grace.reactivate_user_by_id(user_id)["result"] == "success"
        user = grace.get_user_by_id(user_id)["user"]
        assert (user["is_active"], user["full_name"]) == (True, "Kurt Friedrich Gödel")


class CommandLineTests:
    @staticmethod
    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """The package's program `zulip-send`."""
        program = Path(sys.executable).parent / "zulip-send"
        return subprocess.run(
            [program, *arguments], capture_output=True, text=True, timeout=60, check=False)

    def test_sends(self, zuliprc: ZuliprcMaker, client_of: ClientMaker) -> None:
        """`zulip-send` sends to a channel and to people."""
        ran = self.run("--config-file", zuliprc(ALAN), "-s", "random", "-S", "from a shell", "-m", "echo echo")
        assert ran.returncode == 0, ran.stderr
        ran = self.run("--config-file", zuliprc(ALAN), GRACE, "-m", "psst")
        assert ran.returncode == 0, ran.stderr
        found = client_of(GRACE).get_messages({
            "anchor": "newest", "num_before": 2, "num_after": 0, "apply_markdown": False,
            "narrow": [{"operator": "sender", "operand": ALAN}]})["messages"]
        assert [(message["content"], message["subject"]) for message in found] == [
            ("echo echo", "from a shell"), ("psst", "")]

    def test_says_what_is_wrong(self, zuliprc: ZuliprcMaker) -> None:
        """What is refused ends the program with an error that says why."""
        ran = self.run("--config-file", zuliprc(ALAN), "-s", "nowhere", "-S", "x", "-m", "x")
        assert ran.returncode == 1
        assert "nowhere" in ran.stderr
