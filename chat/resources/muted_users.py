"""Muting people."""

from __future__ import annotations

from chat.actions.muted_users import MutedUserActions
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class MutedUsersResource:
    routes = Routes("muted_users", {"muted_user_id": 12})

    def __init__(self, muted_users: MutedUserActions) -> None:
        self._muted_users = muted_users

    @routes.post("/users/me/muted_users/{muted_user_id:int}", who=Who.USER, summary="Mute a person")
    async def mute_user(self, notes: RequestNotes, p: Params, muted_user_id: int) -> None:
        """Their messages count as read for the caller, from the start; hiding them is the client's part."""
        await self._muted_users.mute(notes.caller, muted_user_id)

    @routes.delete("/users/me/muted_users/{muted_user_id:int}", who=Who.USER, summary="Unmute a person")
    async def unmute_user(self, notes: RequestNotes, p: Params, muted_user_id: int) -> None:
        """Takes the muting back, from now on."""
        await self._muted_users.unmute(notes.caller, muted_user_id)
