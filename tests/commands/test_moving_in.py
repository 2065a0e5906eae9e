"""Organisations move in: an archive that another program exported, and then everything is here to see and search."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clients.visitors import DEADLINE_S, Program
from tests.commands.archives import slack_files, write_tar, write_zip, zulip_files
from tests.commands.test_command_line import done, refused
from tests.support.folders import make_folder, remove_folder
from tests.support.server import ROOT, RunningServer, start_server


@pytest.fixture
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made
    remove_folder(made / "data") if (made / "data").exists() else None
    remove_folder(made)


def signed_in(server: RunningServer, email: str) -> Program:
    """A person who moved in and was given a password."""
    done(server.data, "set-password", email, "--password-stdin", typed="plait-demo\n")
    return Program(server, email)


def by_content(person: Program, start: str, **narrow: Any) -> dict[str, Any]:
    found = [one for one in person.messages(**narrow) if one["content"].startswith(start)]
    assert len(found) == 1, [one["content"] for one in person.messages(**narrow)]
    return found[0]


@pytest.fixture(scope="module")
def moved() -> Iterator[tuple[RunningServer, str, Program]]:
    """A server into which an organisation of Zulip moved while it ran, what was said of it, and its owner."""
    folder = make_folder()
    archive = write_tar(folder / "export.tar.gz", zulip_files())
    with start_server(demo=False) as server:
        said = done(server.data, "import-zulip", str(archive))
        yield server, said, signed_in(server, "iago@zulip.example")
    remove_folder(folder)


Moved = tuple[RunningServer, str, Program]


def test_what_came_and_what_did_not_is_told(moved: Moved) -> None:
    _, said, _ = moved
    assert "5 people, 3 channels, 6 messages, 2 reactions, 1 file, 1 emoji" in said
    for left_out in ("2 drafts", "1 emoji without a picture", "1 files that the archive does not have",
                     "1 messages to nobody that is known"):
        assert f"Left out: {left_out}" in said


def test_people_have_their_names_roles_and_settings(moved: Moved) -> None:
    _, _, iago = moved
    people = {one["full_name"]: one for one in iago.ok("GET", "/users")["members"]}
    assert (people["Iago"]["user_id"], people["Iago"]["role"], people["Iago"]["timezone"]) == (8, 100, "Europe/Venice")
    assert people["Hamlet"]["role"] == 600
    assert people["Gone"]["is_active"] is False
    assert (people["Helper"]["is_bot"], people["Helper"]["bot_owner_id"]) == (True, 8)
    state = iago.ok("POST", "/register")
    assert state["user_settings"]["twenty_four_hour_time"] is False
    assert (state["realm_name"], state["realm_description"]) == ("Shakespeare", "Plays")
    assert (state["realm_allow_message_editing"], state["realm_message_content_edit_limit_seconds"]) == (False, 1234)


def test_a_bot_has_a_key_that_its_owner_can_read(moved: Moved) -> None:
    _, _, iago = moved
    (bot,) = iago.ok("GET", "/bots")["bots"]
    assert len(bot["api_key"]) >= 32


def test_a_person_has_their_picture(moved: Moved) -> None:
    server, _, iago = moved
    url = iago.ok("GET", "/users/me")["avatar_url"]
    answer = iago.session.get(server.url + url.replace(server.url, ""), timeout=DEADLINE_S)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


def test_channels_and_subscriptions_are_what_they_were(moved: Moved) -> None:
    server, _, iago = moved
    channels = {one["name"]: one for one in iago.ok("GET", "/streams", exclude_archived=False)["streams"]}
    assert (channels["Verona"]["stream_id"], channels["Verona"]["stream_post_policy"]) == (3, 2)
    assert channels["secret"]["invite_only"] is True
    cordelia = signed_in(server, "cordelia@zulip.example")
    (verona,) = cordelia.ok("GET", "/users/me/subscriptions")["subscriptions"]
    assert (verona["name"], verona["color"]) == ("Verona", "#c2c2c2")
    assert verona["is_muted"] is verona["pin_to_top"] is True
    assert cordelia.ok("GET", "/users/me/alert_words")["alert_words"] == ["castle"]
    state = cordelia.ok("POST", "/register")
    assert [(one["topic_name"], one["visibility_policy"]) for one in state["user_topics"]] == [("Plans", 3)]
    assert [one["id"] for one in state["muted_users"]] == [12]
    assert 53 in state["unread_msgs"]["huddles"][0]["unread_message_ids"]


def test_messages_have_their_text_history_flags_and_reactions(moved: Moved) -> None:
    _, _, iago = moved
    hello = by_content(iago, "**Hello**")
    assert (hello["id"], hello["subject"], hello["timestamp"]) == (50, "Plans", 1_700_000_050)
    assert {(one["emoji_name"], one["reaction_type"]) for one in hello["reactions"]} == {
        ("tada", "unicode_emoji"), ("green", "realm_emoji")}
    assert "read" in hello["flags"]
    (html,) = [one["content"] for one in iago.messages(apply_markdown=True) if one["id"] == 50]
    assert 'data-user-id="9"' in html and "script" not in html
    states = iago.ok("GET", "/messages/50/history")["message_history"]
    assert [one["content"] for one in states] == ["Hallo", "**Hello** @**Cordelia**"]


def test_direct_messages_reach_those_they_were_for_and_nobody_else(moved: Moved) -> None:
    server, _, iago = moved
    assert by_content(iago, "To Iago alone")["flags"] == ["starred"]
    assert {one["id"] for one in by_content(iago, "For the three")["display_recipient"]} == {8, 9, 10}
    hamlet = signed_in(server, "hamlet@zulip.example")
    assert hamlet.contents() == ["For the three of us"]


def test_files_are_shown_under_their_new_address(moved: Moved) -> None:
    server, _, iago = moved
    content = by_content(iago, "See [plan]", narrow=[["channel", "Verona"]])["content"]
    address = content.split("(")[1].rstrip(")")
    assert address.startswith("/user_uploads/1/")
    temporary = iago.ok("GET", address)["url"]
    answer = requests.get(server.url + temporary, timeout=DEADLINE_S)
    assert answer.headers["content-type"] == "image/png"
    assert "message_inline_image" in iago.ok("GET", "/messages/51", apply_markdown=True)["message"]["content"]


def test_search_finds_what_was_said_and_sending_goes_on(moved: Moved) -> None:
    _, _, iago = moved
    assert [one["id"] for one in iago.messages(narrow=[["search", "hello"]])] == [50]
    assert iago.send("and on", to="Verona", topic="Plans") > 55


def test_an_interrupted_import_goes_on_where_it_was(folder: Path) -> None:
    """Killed in the middle: the next try ends it, and every message is here once."""
    data, archive = folder / "data", write_tar(folder / "export.tar.gz", zulip_files(messages=12_000))
    process = subprocess.Popen(
        [sys.executable, "-m", "chat", "--data", str(data), "import-zulip", str(archive)], cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(data.glob("import-*/.unpacked")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)  # somewhere in the midst, wherever that is on this machine
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert "Another import" in refused(
        data, "import-zulip", str(write_tar(folder / "other.tar.gz", zulip_files(messages=1)))) \
        or "goes into an empty place" in refused(data, "import-zulip", str(folder / "other.tar.gz"))
    done(data, "import-zulip", str(archive))
    with start_server(data=data, demo=False) as server:
        iago = signed_in(server, "iago@zulip.example")
        counted = iago.ok("GET", "/messages", anchor="newest", num_before=5000, num_after=0,
                          narrow=[["channel", "Verona"], ["topic", "act 3"]])["messages"]
        assert [one["id"] for one in counted] == [n for n in range(1000, 13_000) if n % 5 == 3]
        assert not list(data.glob("import-*")), "nothing is left lying"


def test_an_import_goes_into_an_empty_place_only(moved: Moved, folder: Path) -> None:
    server, _, _ = moved
    archive = write_tar(folder / "again.tar.gz", zulip_files())
    assert "empty place" in refused(server.data, "import-zulip", str(archive))


@pytest.mark.parametrize("kind", ["zulip", "slack"])
def test_what_is_no_archive_is_refused_in_a_sentence(kind: str, folder: Path) -> None:
    data = folder / "data"
    (folder / "text.tar.gz").write_text("no archive")
    assert "cannot be unpacked" in refused(data, f"import-{kind}", str(folder / "text.tar.gz"))
    assert "There is no file" in refused(data, f"import-{kind}", str(folder / "nothing.zip"))
    other = write_zip(folder / "other.zip", {"readme.txt": b"hello"})
    assert "it is no export of a" in refused(data, f"import-{kind}", str(other))
    evil = write_zip(folder / "evil.zip", {"../../escaped.txt": b"hello"})
    assert "outside of itself" in refused(data, f"import-{kind}", str(evil))
    assert not list(Path("/tmp").glob("escaped.txt"))


def test_a_workspace_of_slack_moves_in(folder: Path) -> None:
    archive = write_zip(folder / "slack.zip", slack_files())
    with start_server(demo=False) as server:
        said = done(server.data, "import-slack", str(archive))
        assert "5 people, 3 channels, 10 messages, 1 reaction" in said
        assert "1 reactions of Slack's :partyparrot:" in said and "1 messages of nobody" in said
        ada = signed_in(server, "ada@weavers.example")
        messages = ada.messages(narrow=[["channel", "general"]])
        told = [(one["sender_full_name"], one["subject"], one["content"]) for one in messages]
        thread = "Shall we weave & dye? Grace Hopper|2 old loom"
        assert told == [
            ("Ada Lovelace", told[0][1],
             "Shall we **weave** & dye? @_**Grace Hopper|2** #**old** [loom](https://loom.example)"),
            ("Grace Hopper", told[0][1], "Yes"), ("Grace Hopper", "imported from Slack", "Lunch?\n* soup\n* bread"),
            ("Hook", "imported from Slack", "[Build](https://ci.example)\n\n*passed*"),
            ("Other", "imported from Slack", "hi"), ("Ada Lovelace", "imported from Slack", "/me dances"),
            ("Ada Lovelace", told[0][1], "And today?"),
            ("Ada Lovelace", "imported from Slack", "[plan.png](https://weavers.example/files/plan.png)")]
        assert told[0][1].startswith("Shall we weave"), thread
        assert [one["emoji_code"] for one in messages[0]["reactions"]] == ["1f44d"]
        assert messages[1]["last_edit_timestamp"] == 1_700_000_009
        grace = signed_in(server, "grace@weavers.example")
        assert "quietly" not in grace.contents() and "Just us" in grace.contents()
        assert {one["name"] for one in grace.ok("GET", "/users/me/subscriptions")["subscriptions"]} == {"general"}
