"""Presence: telling that one is here, and asking who is."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import orjson
from msgspec import Meta

from chat.actions.presence import PresenceActions
from chat.deferreds import Clock
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import User
from chat.params import Param, Params
from chat.presence import HISTORY_DAYS, OFFLINE_AFTER_S, Presences
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class UpdatePresence(Params, frozen=True):
    status: Literal["active", "idle"]
    last_update_id: Annotated[Annotated[int, Meta(ge=-1, le=2**53)] | None, Param(
        doc="The presence_last_update_id of the last answer, or -1: only what changed since is answered.")] = None
    history_limit_days: Annotated[Annotated[int, Meta(ge=0, le=365)] | None, Param(
        doc="How long ago someone was here to be in the answer; two weeks at most.")] = None
    new_user_input: bool = False
    ping_only: Annotated[bool, Param(doc="Answers without anyone's presence.")] = False
    slim_presence: Annotated[bool, Param(doc="Answers by id, in the newer form.")] = False


class LegacyWire(TypedDict):
    client: str
    status: str
    timestamp: int
    pushable: NotRequired[bool]


class ModernWire(TypedDict):
    active_timestamp: int
    idle_timestamp: int


class PresencesWire(TypedDict):
    presences: NotRequired[dict[str, Any]]
    server_timestamp: NotRequired[float]
    presence_last_update_id: NotRequired[int]


class LegacyPresencesWire(TypedDict):
    presences: dict[str, dict[str, LegacyWire]]
    server_timestamp: float


class StatusAtWire(TypedDict):
    status: str
    timestamp: int


class PresenceWire(TypedDict):
    presence: dict[str, StatusAtWire]


class PresenceResource:
    routes = Routes("presence")

    def __init__(self, actions: PresenceActions, presences: Presences, directory: Directory, clock: Clock) -> None:
        self._actions = actions
        self._presences = presences
        self._directory = directory
        self._clock = clock

    @routes.post("/users/me/presence", who=Who.HUMAN, params=UpdatePresence, returns=PresencesWire,
                 summary="Tell that one is here", example={"status": "active", "last_update_id": -1})
    async def update_presence(self, notes: RequestNotes, p: UpdatePresence) -> dict[str, Any]:
        """Notes that the caller's client is open (`idle`) or in use (`active`), and answers who else is here."""
        self._actions.do_update_presence(notes.caller, active=p.status == "active")
        if p.ping_only:
            return {}
        now = self._clock.seconds()
        days = HISTORY_DAYS if p.history_limit_days is None else p.history_limit_days
        if p.last_update_id is None:
            found = self._presences.everyone(now, slim=p.slim_presence, days=days)
        else:
            found = self._presences.since(p.last_update_id, now, days=days)
        return {"presences": orjson.Fragment(found), "server_timestamp": now,
                "presence_last_update_id": self._presences.last_update_id}

    @routes.get("/realm/presence", who=Who.USER, returns=LegacyPresencesWire, summary="Get everyone's presence")
    async def get_presence(self, notes: RequestNotes, p: Params) -> dict[str, Any]:
        """Everyone who was here in the last two weeks, by address."""
        now = self._clock.seconds()
        return {"presences": orjson.Fragment(self._presences.everyone(now, slim=False)), "server_timestamp": now}

    @routes.get("/users/{user_id:int}/presence", who=Who.USER, returns=PresenceWire,
                summary="Get a user's presence by id")
    async def get_presence_by_id(self, notes: RequestNotes, p: Params, user_id: int) -> PresenceWire:
        """When one person was here, by id."""
        return self._presence(self._directory.user_by_id(user_id))

    @routes.get("/users/{email:email}/presence", who=Who.USER, returns=PresenceWire, summary="Get a user's presence")
    async def get_user_presence(self, notes: RequestNotes, p: Params, email: str) -> PresenceWire:
        """When one person was here, by address."""
        return self._presence(self._directory.user_by_email(email))

    def _presence(self, user: User | None) -> PresenceWire:
        if user is None or not user.is_active:
            raise JsonableError("No such user")
        if user.is_bot:
            raise JsonableError("Presence is not supported for bot users.")
        row = self._presences.get(user.id)
        if row is None:
            raise JsonableError(f"No presence data for {user.email}")
        away = self._clock.seconds() - row.timestamp > OFFLINE_AFTER_S
        return {"presence": {
            "aggregated": {"status": "offline" if away else row.status, "timestamp": row.timestamp},
            "website": {"status": row.status, "timestamp": row.timestamp}}}
