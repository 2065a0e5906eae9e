"""A person's sessions and API keys as they see them, to tell them apart and end them.

What lets one in is never shown; its hash is kept, and of that hash a part is the name by which the list calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class SessionShown:
    token_hash: bytes
    created: int
    user_agent: str


@dataclass(frozen=True, slots=True)
class ApiKeyShown:
    key_hash: bytes
    created: int
    name: str


class SessionWire(TypedDict):
    id: str
    created: int
    user_agent: str
    is_current: bool


class ApiKeyShownWire(TypedDict):
    id: str
    created: int
    name: str


def credential_id(hashed: bytes) -> str:
    """A credential's name in lists."""
    return hashed[:16].hex()


def session_wire(session: SessionShown, current: bytes | None) -> SessionWire:
    return {"id": credential_id(session.token_hash), "created": session.created, "user_agent": session.user_agent,
            "is_current": session.token_hash == current}


def api_key_wire(key: ApiKeyShown) -> ApiKeyShownWire:
    return {"id": credential_id(key.key_hash), "created": key.created, "name": key.name}
