"""Where one is signed in, and the keys of one's programs."""

from __future__ import annotations

from typing import TypedDict

from chat.actions.credentials import Credentials
from chat.credentials import ApiKeyShownWire, SessionWire, api_key_wire, session_wire
from chat.errors import JsonableError
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class SessionsWire(TypedDict):
    sessions: list[SessionWire]


class EndedWire(TypedDict):
    ended: int


class ApiKeysWire(TypedDict):
    api_keys: list[ApiKeyShownWire]


class CredentialsResource:
    routes = Routes("credentials", samples={
        "session_id": "0f343b0931126a20f133d67c2b018a3b", "key_id": "6a2bd7c0a4e1f7b9f0c5a1d2e3f40512"})

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    @routes.get("/users/me/sessions", who=Who.HUMAN, returns=SessionsWire, summary="Get own sessions")
    async def get_own_sessions(self, notes: RequestNotes, p: Params) -> SessionsWire:
        """The browsers one is signed in with, the newest first."""
        current = notes.session.token_hash if notes.session else None
        return {"sessions": [session_wire(session, current)
                             for session in await self._credentials.sessions_of(notes.caller)]}

    @routes.delete("/users/me/sessions", who=Who.HUMAN, returns=EndedWire, summary="Sign out everywhere else")
    async def end_other_sessions(self, notes: RequestNotes, p: Params) -> EndedWire:
        """Ends all of one's sessions but the one this is asked in."""
        return {"ended": await self._credentials.do_end_other_sessions(notes.caller, notes.session)}

    @routes.delete("/users/me/sessions/{session_id}", who=Who.HUMAN, summary="End one of one's own sessions",
                   errors=(JsonableError,))
    async def end_own_session(self, notes: RequestNotes, p: Params, session_id: str) -> None:
        """Signs one browser out, at once."""
        await self._credentials.do_end_session(notes.caller, session_id)

    @routes.get("/users/me/api_keys", who=Who.HUMAN, returns=ApiKeysWire, summary="Get own API keys")
    async def get_own_api_keys(self, notes: RequestNotes, p: Params) -> ApiKeysWire:
        """When each was made and what for; the keys themselves are told only once, when they are made."""
        return {"api_keys": [api_key_wire(key) for key in await self._credentials.keys_of(notes.caller)]}

    @routes.delete("/users/me/api_keys/{key_id}", who=Who.HUMAN, summary="Revoke one of one's own API keys",
                   errors=(JsonableError,))
    async def revoke_own_api_key(self, notes: RequestNotes, p: Params, key_id: str) -> None:
        """The program that has it is out, at once."""
        await self._credentials.do_revoke_key(notes.caller, key_id)
