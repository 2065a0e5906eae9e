"""Alert words: whose messages are flagged because of what they say. Case decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from chat import event_types
from chat.alert_words import pieces
from chat.bus import Bus
from chat.database import alert_words as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import User
from chat.personal import MAX_ALERT_WORD, MAX_ALERT_WORDS


class AlertWordActions:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def add(self, user: User, words: Sequence[str]) -> Sequence[str]:
        """Add words and phrases, blank ones and those that are there already aside; all there are then."""
        wanted = check_alert_words(words)

        async def write(unit: Transaction) -> None:
            known = {word.casefold() for word in self._directory.alert_words.of(user.id)}
            new = [word for folded, word in wanted.items() if folded not in known]
            if len(known) + len(new) > MAX_ALERT_WORDS:
                raise JsonableError(f"You can have at most {MAX_ALERT_WORDS} alert words.")
            if new:
                self._bus.publish(unit, event_types.alert_words(user.id, await sql.add(unit, user.id, new)))

        await self._database.transaction(write, ("alert_words", user.id))
        return self._directory.alert_words.of(user.id)

    async def remove(self, user: User, words: Sequence[str]) -> Sequence[str]:
        """Remove words, those that are not there aside; all there are then."""
        wanted = {word.strip().casefold() for word in words}

        async def write(unit: Transaction) -> None:
            gone = [word for word in self._directory.alert_words.of(user.id) if word.casefold() in wanted]
            if gone:
                self._bus.publish(unit, event_types.alert_words(user.id, await sql.remove(unit, user.id, gone)))

        await self._database.transaction(write, ("alert_words", user.id))
        return self._directory.alert_words.of(user.id)


def check_alert_words(words: Sequence[str]) -> dict[str, str]:
    """The words as they are kept, by their folded form. Raises JsonableError for one that is too long."""
    kept: dict[str, str] = {}
    for word in words:
        word = " ".join(word.split())
        if len(word) > MAX_ALERT_WORD:
            raise JsonableError(f"Alert words have at most {MAX_ALERT_WORD} characters.")
        if pieces(word):
            kept.setdefault(word.casefold(), word)
    return kept
