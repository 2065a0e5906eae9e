"""Who is here: when each person was last active and last connected, in memory.

A ping is answered with everyone's state, and everybody pings once a minute; so each person's part of the answer is kept
as bytes, and an answer is those bytes joined. The database is told now and then, by chat.workers.presence; this module
knows no SQL and no clock.

Two times are known of a person: `active_at`, when they last did something, and `connected_at`, when a client of theirs
last told that it is open. The wire has them in two forms: the older by address, the newer ("slim") by id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import orjson

from chat.changes import UserSet
from chat.directory import Directory
from chat.event_types import Event, website_wire
from chat.models import Presence, User

OFFLINE_AFTER_S = 200
"""Who was not heard of for so long is away."""
CAME_AFTER_S = 130
"""Whoever is active after so long without being it has come."""
HISTORY_DAYS = 14
_DAY_S = 24 * 3600


class Presences:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._rows: dict[int, Presence] = {}
        """All there are, the one that changed last at the end; so are the parts of the answers."""
        self._parts: dict[bool, dict[int, bytes]] = {False: {}, True: {}}
        """By whether they are slim: of those who are to be seen."""
        self._answers: dict[bool, bytes] = {}
        self._unsaved: set[int] = set()
        self.last_update_id = -1

    def load(self, rows: Iterable[Presence]) -> None:
        """Fill an empty one."""
        for row in sorted(rows, key=lambda row: row.update_id):
            self._put(row)

    def get(self, user_id: int) -> Presence | None:
        return self._rows.get(user_id)

    def is_active(self, user_id: int, now: float) -> bool:
        """Whether someone is doing something here, as far as one can tell."""
        row = self._rows.get(user_id)
        return row is not None and now - row.active_at <= OFFLINE_AFTER_S

    def note(self, user_id: int, now: float, *, active: bool) -> bool:
        """A client of this person tells that it is open, or (`active`) used. True: they have come."""
        second, old = int(now), self._rows.get(user_id)
        active_at = max(old.active_at, second) if old and active else second if active else old.active_at if old else 0
        connected_at = max(old.connected_at, second) if old else second
        if old is None or (active_at, connected_at) != (old.active_at, old.connected_at):
            self._put(Presence(user_id, active_at, connected_at, self._next_id(now)))
            self._unsaved.add(user_id)
        return active and (old is None or second - old.active_at > CAME_AFTER_S)

    def hide(self, user_id: int, now: float) -> None:
        """This person wants to be seen no more: they look as if they had just left."""
        row = self._rows.get(user_id)
        left = int(now) - OFFLINE_AFTER_S - 1
        if row is not None and row.connected_at > left:
            self._put(replace(row, active_at=min(row.active_at, left), connected_at=left,
                              update_id=self._next_id(now)))
            self._unsaved.add(user_id)

    def hear(self, event: Event) -> None:
        """An event was published: who left, came back or has another address is seen accordingly."""
        for change in event.changes:
            if isinstance(change, UserSet) and (row := self._rows.get(change.user.id)) is not None:
                self._show(row, change.user)

    def everyone(self, now: float, *, slim: bool, days: int = HISTORY_DAYS) -> bytes:
        """The JSON map of all who were here in the last `days`."""
        if days != HISTORY_DAYS:
            return _joined(self._newest(-1, now, days, slim=slim))
        parts = self._parts[slim]
        while parts and now - self._rows[oldest := next(iter(parts))].connected_at > HISTORY_DAYS * _DAY_S:
            del parts[oldest]
            self._answers.pop(slim, None)
        answer = self._answers.get(slim)
        if answer is None:
            answer = self._answers[slim] = _joined(parts.values())
        return answer

    def since(self, update_id: int, now: float, *, days: int = HISTORY_DAYS) -> bytes:
        """The JSON map, slim, of those whose presence changed after `update_id`; -1: as `everyone`."""
        if update_id < 0:
            return self.everyone(now, slim=True, days=days)
        return _joined(self._newest(update_id, now, days, slim=True))

    def unsaved(self, limit: int) -> list[Presence]:
        """Up to `limit` rows that the database does not know yet; they count as known from now on."""
        taken = [self._unsaved.pop() for _ in range(min(limit, len(self._unsaved)))]
        return [self._rows[user_id] for user_id in taken]

    def not_saved(self, rows: Iterable[Presence]) -> None:
        """Writing these failed."""
        self._unsaved.update(row.user_id for row in rows)

    def _newest(self, update_id: int, now: float, days: int, *, slim: bool) -> list[bytes]:
        parts, since, found = self._parts[slim], now - min(days, HISTORY_DAYS) * _DAY_S, []
        for user_id, row in reversed(self._rows.items()):
            if row.update_id <= update_id or row.connected_at < since:
                break
            part = parts.get(user_id)
            if part is not None:
                found.append(part)
        return found

    def _next_id(self, now: float) -> int:
        """Milliseconds, so that ids go on growing after a restart that forgot the newest."""
        return max(self.last_update_id + 1, int(now * 1000))

    def _put(self, row: Presence) -> None:
        self.last_update_id = max(self.last_update_id, row.update_id)
        self._rows.pop(row.user_id, None)
        self._rows[row.user_id] = row
        user = self._directory.users.get(row.user_id)
        for parts in self._parts.values():
            parts.pop(row.user_id, None)
        if user is not None:
            self._show(row, user)

    def _show(self, row: Presence, user: User) -> None:
        """A part that is there keeps its place; a new one goes to the end, where the newest are."""
        self._answers.clear()
        for slim, parts in self._parts.items():
            if user.is_active:
                parts[user.id] = orjson.dumps({str(user.id): modern_wire(row, user)} if slim
                                              else {user.email: legacy_wire(row)})[1:-1]
            else:
                parts.pop(user.id, None)


def modern_wire(row: Presence, user: User) -> dict[str, int]:
    """The slim form. Who was never active counts as active when they joined."""
    return {"active_timestamp": row.active_at or user.date_joined, "idle_timestamp": row.connected_at}


def legacy_wire(row: Presence) -> dict[str, dict[str, object]]:
    """The older form: of the one client that all count as, and of all clients together."""
    return {"aggregated": {"client": "website", "status": row.status, "timestamp": row.timestamp},
            "website": website_wire(row)}


def _joined(parts: Iterable[bytes]) -> bytes:
    return b"{" + b",".join(parts) + b"}"
