"""Which language someone is answered in: what they set, else what their program asks for, else the organisation's."""

from __future__ import annotations

from collections.abc import Callable

from chat.languages import ENGLISH, Language, accepted, first_spoken
from chat.models import User
from chat.resources.notes import RequestNotes


class LanguageChoice:
    """`setting` tells what a person set, by id; `usual` what the organisation speaks. Either may tell nothing."""

    def __init__(self, setting: Callable[[int], str | None], usual: Callable[[], str | None]) -> None:
        self._setting = setting
        self._usual = usual

    def of(self, user: User | None, accept_language: str | None) -> Language:
        """For whom and for which Accept-Language header."""
        theirs = first_spoken([self._setting(user.id)]) if user is not None else None
        return theirs or accepted(accept_language) or first_spoken([self._usual()]) or ENGLISH

    def of_request(self, notes: RequestNotes) -> Language:
        """For an answer of the API."""
        return self.of(notes.user, notes.header("accept-language"))
