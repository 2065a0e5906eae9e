"""SQL of what lets a person in, their sessions and API keys, as they see them. Where they are made: people.py."""

from __future__ import annotations

from chat.credentials import ApiKeyShown, SessionShown
from chat.database.people import Runs

SELECT_SESSIONS = """SELECT token_hash, floor(extract(epoch FROM created))::int, user_agent FROM session
    WHERE user_id = %s ORDER BY created DESC, token_hash"""
SELECT_KEYS = """SELECT key_hash, floor(extract(epoch FROM created))::int, name FROM api_key
    WHERE user_id = %s ORDER BY created DESC, key_hash"""
DELETE_KEY = "DELETE FROM api_key WHERE user_id = %s AND key_hash = %s RETURNING 1"
DELETE_OTHER_SESSIONS = "DELETE FROM session WHERE user_id = %s AND token_hash <> %s RETURNING token_hash"
TRIM_SESSIONS = """DELETE FROM session WHERE user_id = %s AND token_hash NOT IN (
        SELECT token_hash FROM session WHERE user_id = %s ORDER BY created DESC, token_hash LIMIT %s)
    RETURNING token_hash"""


async def sessions_of(db: Runs, user_id: int) -> list[SessionShown]:
    """The newest first."""
    return [SessionShown(bytes(token_hash), created, user_agent)
            for token_hash, created, user_agent in await db.query(SELECT_SESSIONS, (user_id,))]


async def keys_of(db: Runs, user_id: int) -> list[ApiKeyShown]:
    """The newest first."""
    return [ApiKeyShown(bytes(key_hash), created, name)
            for key_hash, created, name in await db.query(SELECT_KEYS, (user_id,))]


async def delete_key(unit: Runs, user_id: int, key_hash: bytes) -> bool:
    return bool(await unit.query(DELETE_KEY, (user_id, key_hash)))


async def delete_other_sessions(unit: Runs, user_id: int, keep: bytes) -> list[bytes]:
    """End all sessions of a person but one; the hashes of those that went."""
    return [bytes(token_hash) for (token_hash,) in await unit.query(DELETE_OTHER_SESSIONS, (user_id, keep))]


async def trim_sessions(unit: Runs, user_id: int, keep: int) -> list[bytes]:
    """End all but the `keep` newest sessions of a person; the hashes of those that went."""
    return [bytes(token_hash) for (token_hash,) in await unit.query(TRIM_SESSIONS, (user_id, user_id, keep))]
