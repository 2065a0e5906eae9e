"""Presence in memory: what is known of whom, and that answers are made of bytes kept."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from chat import presence
from chat.changes import UserSet
from chat.directory import Directory
from chat.event_types import Event
from chat.models import Presence, User
from chat.presence import CAME_AFTER_S, HISTORY_DAYS, OFFLINE_AFTER_S, Presences

NOW = 1_800_000_000.0
DAY_S = 24 * 3600


def user(user_id: int, *, is_active: bool = True, email: str = "") -> User:
    return User(user_id, email or f"p{user_id}@chat.test", f"Person {user_id}", 400, is_active, False, None, None,
                1_700_000_000, "", 1)


class PresencesTests:
    @pytest.fixture(autouse=True)
    def _people(self) -> None:
        self.directory = Directory("http://chat.test")
        for user_id in (1, 2, 3):
            self.set(user(user_id))
        self.presences = Presences(self.directory)

    def set(self, person: User) -> Event:
        event = Event(None, None, (UserSet(person),))
        self.directory.apply(event)
        return event

    def slim(self, now: float = NOW, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.presences.everyone(now, slim=True, **options))
        return found

    def legacy(self, now: float = NOW) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.presences.everyone(now, slim=False))
        return found

    def test_both_forms(self) -> None:
        self.presences.note(1, NOW, active=True)
        self.presences.note(2, NOW + 5, active=False)
        assert self.slim() == {
            "1": {"active_timestamp": int(NOW), "idle_timestamp": int(NOW)},
            "2": {"active_timestamp": 1_700_000_000, "idle_timestamp": int(NOW) + 5}}
        assert self.legacy() == {
            "p1@chat.test": {
                "aggregated": {"client": "website", "status": "active", "timestamp": int(NOW)},
                "website": {"client": "website", "status": "active", "timestamp": int(NOW), "pushable": False}},
            "p2@chat.test": {
                "aggregated": {"client": "website", "status": "idle", "timestamp": int(NOW) + 5},
                "website": {"client": "website", "status": "idle", "timestamp": int(NOW) + 5, "pushable": False}}}

    def test_an_idle_client_does_not_hide_one_in_use(self) -> None:
        """Of two clients the idle one pings in between; only after a whole minute of idleness does one look idle."""
        self.presences.note(1, NOW, active=True)
        self.presences.note(1, NOW + 50, active=False)
        assert self.legacy()["p1@chat.test"]["website"]["status"] == "active"
        self.presences.note(1, NOW + 70, active=False)
        assert self.legacy()["p1@chat.test"]["website"] == {
            "client": "website", "status": "idle", "timestamp": int(NOW) + 70, "pushable": False}

    def test_coming(self) -> None:
        """Someone comes who was not active for a while; going on being active is no coming."""
        assert self.presences.note(1, NOW, active=True)
        assert not self.presences.note(1, NOW + CAME_AFTER_S, active=True)
        assert not self.presences.note(1, NOW + 300, active=False)
        assert self.presences.note(1, NOW + 301, active=True)
        assert not self.presences.note(2, NOW, active=False)

    def test_what_changed_since(self) -> None:
        """Only those whose presence changed after an update id are told of, and nothing means nothing."""
        for number, user_id in enumerate((1, 2, 3)):
            self.presences.note(user_id, NOW + number, active=True)
        seen = self.presences.last_update_id
        assert orjson.loads(self.presences.since(seen, NOW)) == {}
        self.presences.note(2, NOW + 60, active=True)
        assert set(orjson.loads(self.presences.since(seen, NOW))) == {"2"}
        assert set(orjson.loads(self.presences.since(-1, NOW))) == {"1", "2", "3"}
        assert self.presences.last_update_id > seen

    def test_update_ids_grow_over_a_restart_that_forgot(self) -> None:
        """Ids given out before a crash, and never written, are smaller than those given after it."""
        self.presences.note(1, NOW, active=True)
        given = self.presences.last_update_id
        later = Presences(self.directory)
        later.load([])
        later.note(1, NOW + 1, active=True)
        assert later.last_update_id > given

    def test_nothing_new_costs_nothing(self) -> None:
        """Until something changes the very same bytes are given again."""
        self.presences.note(1, NOW, active=True)
        first = self.presences.everyone(NOW, slim=True)
        assert self.presences.everyone(NOW + 1, slim=True) is first
        self.presences.note(1, NOW, active=True)
        assert self.presences.everyone(NOW + 1, slim=True) is first
        self.presences.note(1, NOW + 2, active=True)
        assert self.presences.everyone(NOW + 2, slim=True) != first

    def test_each_is_encoded_once_a_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A thousand answers in both forms encode nothing; one change encodes that one person."""
        for user_id in (1, 2, 3):
            self.presences.note(user_id, NOW, active=True)
        encoded: list[object] = []
        monkeypatch.setattr(presence, "orjson", type("Counting", (), {
            "dumps": staticmethod(lambda value: (encoded.append(value), orjson.dumps(value))[1])}))
        for _ in range(1000):
            self.presences.everyone(NOW, slim=True)
            self.presences.everyone(NOW, slim=False)
        assert encoded == []
        self.presences.note(2, NOW + 60, active=True)
        self.presences.everyone(NOW, slim=True)
        assert len(encoded) == 2  # one a form

    def test_who_was_here_long_ago_is_left_out(self) -> None:
        self.presences.load([Presence(1, 0, int(NOW) - HISTORY_DAYS * DAY_S - 1, 1),
                             Presence(2, 0, int(NOW) - 2 * DAY_S, 2)])
        self.presences.note(3, NOW, active=True)
        assert set(self.slim()) == {"2", "3"}
        assert set(self.legacy()) == {"p2@chat.test", "p3@chat.test"}
        assert set(self.slim(days=1)) == {"3"}
        self.presences.note(1, NOW, active=False)
        assert set(self.slim()) == {"1", "2", "3"}
        assert set(self.slim(NOW + 13 * DAY_S)) == {"1", "3"}

    def test_who_left_is_not_seen(self) -> None:
        """A closed account is in no answer, an open one again is; a new address counts at once."""
        self.presences.note(1, NOW, active=True)
        self.presences.note(2, NOW, active=True)
        self.presences.hear(self.set(user(1, is_active=False)))
        assert set(self.slim()) == {"2"}
        self.presences.hear(self.set(user(1)))
        self.presences.hear(self.set(user(2, email="other@chat.test")))
        assert set(self.slim()) == {"1", "2"}
        assert set(self.legacy()) == {"p1@chat.test", "other@chat.test"}

    def test_hiding(self) -> None:
        """Who hides looks as if they had just left, and the others' next ping tells so."""
        self.presences.note(1, NOW, active=True)
        seen = self.presences.last_update_id
        self.presences.hide(1, NOW + 1)
        (row,) = orjson.loads(self.presences.since(seen, NOW + 1)).values()
        assert NOW + 1 - row["idle_timestamp"] > OFFLINE_AFTER_S
        assert not self.presences.is_active(1, NOW + 1)

    def test_what_is_to_be_written(self) -> None:
        """Each change once, so many at a time; what could not be written is there again."""
        for user_id in (1, 2, 3):
            self.presences.note(user_id, NOW, active=True)
        first = self.presences.unsaved(2)
        assert len(first) == 2
        assert len(self.presences.unsaved(2)) == 1
        assert self.presences.unsaved(2) == []
        self.presences.not_saved(first)
        assert {row.user_id for row in self.presences.unsaved(9)} == {row.user_id for row in first}
