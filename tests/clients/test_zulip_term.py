"""zulip-term 0.7.0 from PyPI, unmodified, in a terminal, used by its keys against a running server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.terminal import Terminal, installed_zulip_term
from tests.clients.visitors import ADA, GRACE, Program, wait_until
from tests.support.server import RunningServer


@pytest.fixture
def terminal(demo_server: RunningServer, tmp_path: Path) -> Iterator[Terminal]:
    """Ada's terminal, with the program just started."""
    program = installed_zulip_term()
    key = Program(demo_server, ADA).key
    file = tmp_path / "zuliprc"
    file.write_text(f"[api]\nemail={ADA}\nkey={key}\nsite={demo_server.url}\n")
    file.chmod(0o600)
    with Terminal([str(program), "-c", str(file)], tmp_path) as terminal:
        terminal.sees("Welcome to Plait!")
        yield terminal


class TerminalTests:
    @pytest.fixture(autouse=True)
    def _people(self, demo_server: RunningServer) -> None:
        self.ada, self.grace = Program(demo_server, ADA), Program(demo_server, GRACE)
        self.ada_id = self.ada.ok("GET", "/users/me")["user_id"]
        self.grace_id = self.grace.ok("GET", "/users/me")["user_id"]

    def tell_ada(self, content: str) -> int:
        return int(self.grace.ok("POST", "/messages", type="direct", to=[self.ada_id], content=content)["id"])

    def message(self, message_id: int) -> dict[str, Any]:
        """As Ada has it."""
        (found,) = self.ada.messages(anchor=message_id, num_before=0)
        return dict(found)

    def newest(self, content: str) -> dict[str, Any]:
        """Ada's message with this text, once it is there."""
        def look() -> Any:
            return [message for message in self.grace.messages(num_before=20) if message["content"] == content]

        return dict(wait_until(f"{content!r} is sent", look)[-1])

    def test_the_conversation_shows(self, terminal: Terminal) -> None:
        """Channels with what is unread, people, messages with names and what stands in them."""
        for text in ("Ada Lovelace (ada@plait.example) - Plait demo", "# engineering", "# general", "● Ada Lovelace",
                     "Grace Hopper", "general ▶  team lunch", "freeze the schema"):
            terminal.sees(text)

    def test_a_talk(self, terminal: Terminal) -> None:
        """A message comes live and is read by being looked at; an answer goes out, gets a reaction, is edited."""
        terminal.press("P")
        terminal.sees_no_more("Welcome to Plait!")
        asked = self.tell_ada("Are you at the terminal?")
        terminal.sees("Are you at the terminal?")
        terminal.press("G")
        wait_until("it is read", lambda: "read" in self.message(asked)["flags"])

        terminal.press("+")
        wait_until("Ada reacts", lambda: [reaction["emoji_name"] for reaction in self.message(asked)["reactions"]]
                   in (["+1"], ["thumbs_up"]))
        terminal.press("*")
        wait_until("Ada stars it", lambda: "starred" in self.message(asked)["flags"])

        terminal.press("Enter")
        terminal.type("Yes, as ever")
        terminal.press("C-d")
        answer = self.newest("Yes, as ever")
        assert (answer["client"], answer["type"], answer["sender_email"]) == ("ZulipTerminal", "private", ADA)
        assert {person["id"] for person in answer["display_recipient"]} == {self.ada_id, self.grace_id}
        terminal.sees("Yes, as ever")

        terminal.sees("To:")
        terminal.press("Escape")
        terminal.sees_no_more("To:")
        terminal.press("G", "e")
        terminal.sees("To:")
        terminal.press(*["BSpace"] * 20)
        terminal.type("No, gone fishing")
        terminal.press("C-d")
        wait_until("it is edited", lambda: self.message(answer["id"])["content"] == "No, gone fishing")
        terminal.sees("No, gone fishing")

    def test_others_reactions_and_edits_come_live(self, terminal: Terminal) -> None:
        asked = self.tell_ada("a first version")
        terminal.press("P")
        terminal.sees("a first version")
        self.grace.ok("PATCH", f"/messages/{asked}", content="a second version")
        terminal.sees("a second version")
        self.grace.ok("POST", f"/messages/{asked}/reactions", emoji_name="tada")
        terminal.sees(":tada:")

    def test_somebody_writes(self, terminal: Terminal) -> None:
        """A typing notice shows, and goes."""
        self.tell_ada("wait for it")
        terminal.press("P")
        terminal.sees("wait for it")
        terminal.press("G", "s")
        terminal.sees("Private conversation")
        self.grace.ok("POST", "/typing", op="start", to=[self.ada_id])
        terminal.sees("is typing")
        self.grace.ok("POST", "/typing", op="stop", to=[self.ada_id])
        terminal.sees_no_more("is typing")

    def test_searching(self, terminal: Terminal) -> None:
        """A search shows what holds the words, and nothing else."""
        terminal.press("/")
        terminal.type("schema")
        terminal.press("Enter")
        terminal.sees_no_more("Welcome to Plait!")
        terminal.sees("freeze the schema")
        assert "noodle place" not in terminal.text

    def test_a_lost_queue(self, terminal: Terminal, demo_server: RunningServer) -> None:
        """The server is killed and comes back: the program goes on hearing by itself."""
        terminal.press("P")
        terminal.sees_no_more("Welcome to Plait!")
        demo_server.kill()
        demo_server.start()
        self.tell_ada("here again")
        wait_until("the program registers anew", lambda: "POST /api/v1/register" in demo_server.log.rsplit(
            "Plait is ready at", 1)[1])
        self.tell_ada("and this comes live")
        terminal.sees("and this comes live")
