"""What the bots that live in the server say, without a server: a bot is a function."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat.embedded_bots import EMBEDDED_BOTS
from chat.embedded_bots.bot import Answer, Ask
from chat.embedded_bots.times import read_time, zone

NOON = int(datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp())
"""A Wednesday."""


class Talk:
    """One conversation with one bot, which remembers."""

    def __init__(self, name: str) -> None:
        self.bot = EMBEDDED_BOTS[name]
        self.memory: dict[str, str] = {}
        self.ask = Ask("", 7, "Ada", "channel 3", "tea", NOON, "", self.bot.config, random.Random(1).random)

    def say(self, text: str, **changes: object) -> Answer:
        ask = replace(self.ask, text=text, **changes)  # type: ignore[arg-type]
        keys = self.bot.keys(ask)
        known = {key: value for key, value in self.memory.items() if key in keys}
        answer = self.bot.answer(ask, known)
        assert set(known) <= set(keys), "it kept what it did not ask for"
        for key in keys:
            self.memory.pop(key, None)
        self.memory.update(known)
        return answer


class TimesTests:
    @pytest.mark.parametrize(("text", "expected", "rest"), [
        ("in 2 h to look", "2026-03-04 14:00", "look"),
        ("in 2h30m: look", "2026-03-04 14:30", "look"),
        ("in 1 day and 3 hours that", "2026-03-05 15:00", "that"),
        ("90 minutes, look", "2026-03-04 13:30", "look"),
        ("in 2 weeks look at 5", "2026-03-18 12:00", "look at 5"),
        ("at 17:30 look", "2026-03-04 17:30", "look"),
        ("at 9 am look", "2026-03-05 09:00", "look"),
        ("at 12 pm look", "2026-03-05 12:00", "look"),
        ("tomorrow look", "2026-03-05 09:00", "look"),
        ("tomorrow at 7 of it", "2026-03-05 07:00", "of it"),
        ("on Wednesday at 13:00, look", "2026-03-11 13:00", "look"),
        ("friday look", "2026-03-06 09:00", "look"),
        ("on 2026-12-24 at 18:00 about gifts", "2026-12-24 18:00", "gifts"),
    ])
    def test_reads(self, text: str, expected: str, rest: str) -> None:
        """When, and of what."""
        found = read_time(text, NOON, UTC)
        assert found is not None
        assert (datetime.fromtimestamp(found[0], UTC).strftime("%Y-%m-%d %H:%M"), found[1]) == (expected, rest)

    @pytest.mark.parametrize("text", [
        "", "in", "in 5", "in 5 parsecs", "at", "at 25", "at 13 pm", "at 10:99", "on 2026-02-30 x", "2020-01-01 x",
        "today at 9 x", "in 0 s x", "in 999999 weeks x", "look", "in ٣ h x"])
    def test_is_not_fooled(self, text: str) -> None:
        """What is no time, or none to come."""
        assert read_time(text, NOON, UTC) is None

    def test_where_the_person_is(self) -> None:
        """Nine in the morning is theirs, also across the change of the clocks."""
        berlin = zone("Nowhere/Land", "Europe/Berlin")
        assert berlin == ZoneInfo("Europe/Berlin")
        found = read_time("on 2026-03-29 at 9 x", NOON, berlin)
        assert found is not None
        assert datetime.fromtimestamp(found[0], UTC).hour == 7
        assert zone("", "../etc/passwd", "\0") is UTC


class ReminderTests:
    def test_reminds(self) -> None:
        """Says when, wakes then, mentions who asked, and forgets it."""
        talk = Talk("reminder")
        answer = talk.say("remind me in 2 h to look after the bread")
        (alarm,) = answer.alarms
        assert (alarm.at, "<time:2026-03-04T14:00:00Z>" in answer.text) == (NOON + 7200, True)
        rung = talk.say(alarm.note, is_wake=True, now=alarm.at)
        assert rung.text == "@**Ada|7** look after the bread"
        assert talk.memory == {}

    def test_reminds_all(self) -> None:
        """`us` mentions nobody."""
        talk = Talk("reminder")
        (alarm,) = talk.say("Remind us tomorrow at 9 of the review").alarms
        assert talk.say(alarm.note, is_wake=True).text == "Reminder: the review"

    def test_lists_and_cancels(self) -> None:
        """One's own alone; what was cancelled is not said when its time comes."""
        talk = Talk("reminder")
        second, first = talk.say("me in 2 h b").alarms[0], talk.say("in 1 h a").alarms[0]
        assert [line[:4] for line in talk.say("list").text.split("\n")] == ["- 2:", "- 1:"]
        assert talk.say("list", sender_id=8).text == "You have no reminders."
        assert "no reminder" in talk.say("cancel 1", sender_id=8).text
        assert "cancelled" in talk.say("cancel 1").text
        assert talk.say(second.note, is_wake=True).text == ""
        assert talk.say(first.note, is_wake=True).text == "@**Ada|7** a"

    def test_helps_and_is_bounded(self) -> None:
        """What it does not understand it answers with what it does."""
        talk = Talk("reminder")
        for text in ("", "hello", "remind me", "remind me of the milk"):
            assert "remind me in 2 h" in talk.say(text).text
        assert "what" in talk.say("remind me in 2 h").text
        assert "at most" in talk.say("remind me in 2 h to " + "x" * 1001).text
        for _ in range(100):
            talk.say("in 1 h a")
        assert talk.say("in 1 h a").alarms == ()


class NotebookTests:
    def test_remembers(self) -> None:
        """However it is asked."""
        talk = Talk("notebook")
        talk.say("remember the Wifi: the password is on the fridge")
        for question in ("wifi?", "WIFI", "what is the wifi?", "the wifi"):
            assert talk.say(question).text.startswith("the password is on the fridge"), question
        assert "`wifi`" in talk.say("wify?").text
        assert "anew" in talk.say("remember wifi is gone").text
        assert "gone" in talk.say("wifi").text
        assert "wifi" in talk.say("find GONE").text
        assert "`wifi`" in talk.say("list").text
        assert "gone" in talk.say("forget wifi").text
        assert "I do not know" in talk.say("wifi").text

    def test_scope(self) -> None:
        """One for all, or one for each channel."""
        talk = Talk("notebook")
        talk.say("remember a: 1")
        assert talk.say("a", place="channel 9").text.startswith("1")
        own = {"config": {"scope": "channel"}}
        talk.say("remember b: 2", **own)
        assert talk.say("b", **own).text.startswith("2")
        assert "I do not know" in talk.say("b", place="channel 9", **own).text

    def test_is_bounded(self) -> None:
        """In the number of notes and their size."""
        talk = Talk("notebook")
        assert "at most" in talk.say("remember a: " + "x" * 2001).text
        assert "at most" in talk.say("remember " + "a" * 61 + ": x").text
        for number in range(500):
            talk.say(f"remember {number}: x")
        assert "Forget one" in talk.say("remember more: x").text
        assert "anew" in talk.say("remember 7: y").text


class TurnsTests:
    def test_turns(self) -> None:
        """Round and round, each conversation its own."""
        talk = Talk("turns")
        assert "**Ada**" in talk.say("turns Coffee: Ada, Grace, Alan").text
        told = [talk.say("next coffee").text for _ in range(3)]
        assert [text.split("**")[1] for text in told] == ["Grace", "Alan", "Ada"]
        assert "Ada" in talk.say("who coffee?").text
        assert "Grace" in talk.say("skip").text
        assert "no such list" in talk.say("next", place="channel 9").text
        assert "Ada, **Grace**, Alan" in talk.say("list").text
        talk.say("drop coffee")
        assert talk.memory == {}

    def test_chance(self) -> None:
        """Every outcome is one of those there are, and all of them come."""
        talk = Talk("turns")
        assert {talk.say("flip").text for _ in range(40)} == {"Heads.", "Tails."}
        assert {talk.say("pick tea, coffee").text for _ in range(40)} == {"**tea**", "**coffee**"}
        assert {talk.say("roll").text for _ in range(200)} == {f"**{n}**" for n in range(1, 7)}
        assert sorted(talk.say("shuffle a b c").text.split(", ")) == ["a", "b", "c"]
        teams = talk.say("teams 2: a, b, c, d, e").text.split("\n")
        assert sorted(member for team in teams for member in team[3:].split(", ")) == ["a", "b", "c", "d", "e"]
        total = talk.say("roll 3d6+2").text
        assert 5 <= int(total.split("**")[1]) <= 20

    @pytest.mark.parametrize("text", ["roll 0d6", "roll 101d6", "roll 1d1", "roll 1d1001", "roll x", "roll d", "pick",
                                      "teams 2:", "turns :", "turns a:", "hello", ""])
    def test_helps(self, text: str) -> None:
        """What cannot be is told how it could."""
        assert "`" in Talk("turns").say(text).text or "Tell me" in Talk("turns").say(text).text
