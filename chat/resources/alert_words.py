"""Alert words."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.alert_words import AlertWordActions
from chat.directory import Directory
from chat.params import Params
from chat.personal import MAX_ALERT_WORD, MAX_ALERT_WORDS
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

Words = Annotated[list[Annotated[str, Meta(max_length=MAX_ALERT_WORD)]], Meta(max_length=MAX_ALERT_WORDS)]


class ChangeAlertWords(Params, frozen=True):
    alert_words: Words


class AlertWordsWire(TypedDict):
    alert_words: list[str]


class AlertWordsResource:
    routes = Routes("alert_words")

    def __init__(self, alert_words: AlertWordActions, directory: Directory) -> None:
        self._alert_words = alert_words
        self._directory = directory

    @routes.get("/users/me/alert_words", who=Who.USER, returns=AlertWordsWire, summary="Get alert words")
    async def get_alert_words(self, notes: RequestNotes, p: Params) -> AlertWordsWire:
        """The words and phrases whose messages the caller wants flagged."""
        return {"alert_words": list(self._directory.alert_words.of(notes.caller.id))}

    @routes.post("/users/me/alert_words", who=Who.USER, params=ChangeAlertWords, returns=AlertWordsWire,
                 summary="Add alert words",
                 example={"alert_words": ["tea", "coffee"]})
    async def add_alert_words(self, notes: RequestNotes, p: ChangeAlertWords) -> AlertWordsWire:
        """Adds words, regardless of case; all of them are answered."""
        return {"alert_words": list(await self._alert_words.add(notes.caller, p.alert_words))}

    @routes.delete("/users/me/alert_words", who=Who.USER, params=ChangeAlertWords, returns=AlertWordsWire,
                   summary="Remove alert words",
                   example={"alert_words": ["tea"]})
    async def remove_alert_words(self, notes: RequestNotes, p: ChangeAlertWords) -> AlertWordsWire:
        """Removes words, regardless of case; those that stay are answered."""
        return {"alert_words": list(await self._alert_words.remove(notes.caller, p.alert_words))}
