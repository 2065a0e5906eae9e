"""Telling that one is here. Nothing is written at once: chat.workers.presence does that, now and then."""

from __future__ import annotations

from itertools import islice

from chat import event_types
from chat.bus import Bus
from chat.changes import UserSettingsSet
from chat.deferreds import Clock
from chat.directory import Directory
from chat.event_types import Event
from chat.models import User
from chat.presence import Presences

MAX_PEOPLE_TOLD = 100
"""In a larger organisation nobody is told when someone comes: they see it at their next ping."""


class PresenceActions:
    def __init__(self, presences: Presences, directory: Directory, bus: Bus, clock: Clock) -> None:
        self._presences = presences
        self._directory = directory
        self._bus = bus
        self._clock = clock

    def do_update_presence(self, user: User, *, active: bool) -> None:
        """A client of `user` is open, or in use. Of those who do not want it known nothing is kept."""
        if self._directory.realm.presence_disabled or not self._directory.settings_of(user.id).presence_enabled:
            return
        now = self._clock.seconds()
        if self._presences.note(user.id, now, active=active) and self._is_small():
            row = self._presences.get(user.id)
            assert row is not None
            self._bus.announce(event_types.presence(row, user, now))

    def hear(self, event: Event) -> None:
        """An event was published: who does not want to be seen any more is seen no more."""
        for change in event.changes:
            if isinstance(change, UserSettingsSet) and not change.settings.presence_enabled:
                self._presences.hide(change.user_id, self._clock.seconds())

    def _is_small(self) -> bool:
        return sum(1 for _ in islice(self._directory.active_users(), MAX_PEOPLE_TOLD + 1)) <= MAX_PEOPLE_TOLD
