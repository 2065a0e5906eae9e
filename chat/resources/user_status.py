"""People's statuses."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.user_settings import UserSettingsActions
from chat.actions.user_status import StatusWish, UserStatuses
from chat.directory import Directory
from chat.errors import JsonableError
from chat.params import Param, Params, ShortText
from chat.personal import UserStatusWire, user_status_wire
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class UpdateStatus(Params, frozen=True):
    status_text: ShortText | None = None
    emoji_name: Annotated[str, Meta(max_length=100)] | None = None
    emoji_code: Annotated[str, Meta(max_length=100)] | None = None
    reaction_type: Annotated[str, Meta(max_length=100)] | None = None
    away: Annotated[bool | None, Param(
        doc="Deprecated: the opposite of the setting presence_enabled, which it changes.")] = None


class StatusWire(TypedDict):
    status: UserStatusWire


class UserStatusResource:
    routes = Routes("user_status")

    def __init__(self, statuses: UserStatuses, settings: UserSettingsActions, directory: Directory) -> None:
        self._statuses = statuses
        self._settings = settings
        self._directory = directory

    @routes.post("/users/me/status", who=Who.HUMAN, params=UpdateStatus, summary="Set one's status",
                 example={"status_text": "on vacation", "emoji_name": "car"})
    async def update_status(self, notes: RequestNotes, p: UpdateStatus) -> None:
        """Sets the words, the emoji, or both; empty ones take them back."""
        if all(given is None for given in (p.status_text, p.emoji_name, p.emoji_code, p.reaction_type, p.away)):
            raise JsonableError("Client did not pass any new values.")
        await self._statuses.do_update_user_status(notes.caller, StatusWish(
            p.status_text, p.emoji_name, p.emoji_code, p.reaction_type))
        if p.away is not None:
            await self._settings.do_update(notes.caller, {"presence_enabled": not p.away})

    @routes.get("/users/{user_id:int}/status", who=Who.USER, returns=StatusWire, summary="Get a user's status")
    async def get_user_status(self, notes: RequestNotes, p: Params, user_id: int) -> StatusWire:
        """What someone has set; keys of what they have not are missing."""
        user = self._directory.user_by_id(user_id)
        if user is None or not user.is_active:
            raise JsonableError("No such user")
        if user.is_bot:
            raise JsonableError("Statuses are not supported for bot users.")
        return {"status": user_status_wire(self._directory.statuses.get(user_id),
                                           away=not self._directory.settings_of(user_id).presence_enabled)}
