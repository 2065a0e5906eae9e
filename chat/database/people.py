"""SQL of people, their keys and sessions, and of the organisation itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from chat.models import Organisation, Session, User


class Runs(Protocol):
    """A unit of writing or the database itself: whatever runs one statement."""

    async def query(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
                    ) -> Sequence[tuple[Any, ...]]: ...


_USER = """id, email, full_name, role, is_active, is_bot, bot_type, bot_owner_id,
    floor(extract(epoch FROM date_joined))::int, timezone, avatar_version, avatar_token, is_system"""
SELECT_USERS = f"SELECT {_USER} FROM user_profile ORDER BY id"
INSERT_USER = f"""INSERT INTO user_profile
        (email, full_name, role, password_hash, is_bot, bot_type, bot_owner_id, settings)
    VALUES (%s, %s, %s, %s, %s, %s, %s, coalesce((SELECT user_settings_defaults FROM organisation), '{{}}'))
    ON CONFLICT DO NOTHING RETURNING {_USER}"""
SELECT_PASSWORD = "SELECT password_hash FROM user_profile WHERE id = %s"
UPDATE_PASSWORD = "UPDATE user_profile SET password_hash = %s WHERE id = %s"
UPDATE_USER = "UPDATE user_profile SET full_name = %s, role = %s, is_active = %s, timezone = %s WHERE id = %s"

UPDATE_EMAIL = """UPDATE user_profile SET email = %s WHERE id = %s AND NOT EXISTS (
    SELECT FROM user_profile WHERE lower(email) = lower(%s) AND id <> %s) RETURNING 1"""

UPDATE_AVATAR = "UPDATE user_profile SET avatar_token = %s, avatar_version = %s WHERE id = %s"

SELECT_KEYS = "SELECT key_hash, user_id FROM api_key"
INSERT_KEY = "INSERT INTO api_key (key_hash, user_id, name) VALUES (%s, %s, %s)"
DELETE_KEYS = "DELETE FROM api_key WHERE user_id = %s RETURNING key_hash"
TRIM_KEYS = """DELETE FROM api_key WHERE user_id = %s AND key_hash NOT IN (
    SELECT key_hash FROM api_key WHERE user_id = %s ORDER BY created DESC, key_hash LIMIT %s) RETURNING key_hash"""

_SESSION = "token_hash, user_id, floor(extract(epoch FROM created))::int"
SELECT_SESSIONS = f"SELECT {_SESSION} FROM session"
INSERT_SESSION = f"INSERT INTO session (token_hash, user_id, user_agent) VALUES (%s, %s, %s) RETURNING {_SESSION}"
DELETE_SESSION = "DELETE FROM session WHERE token_hash = %s"
DELETE_SESSIONS = "DELETE FROM session WHERE user_id = %s RETURNING token_hash"
DELETE_EXPIRED_SESSIONS = "DELETE FROM session WHERE created < now() - %s * interval '1 second'"

_ORGANISATION = "name, description, floor(extract(epoch FROM date_created))::int"
SELECT_ORGANISATION = f"SELECT {_ORGANISATION} FROM organisation"
INSERT_ORGANISATION = f"""INSERT INTO organisation (name) VALUES (%s) ON CONFLICT DO NOTHING
    RETURNING {_ORGANISATION}"""

SELECT_SECRET = "SELECT value FROM secret WHERE name = %s"
INSERT_SECRET = "INSERT INTO secret (name, value) VALUES (%s, %s) ON CONFLICT DO NOTHING"

DELETE_LINKS = "DELETE FROM one_time_link WHERE purpose = %s OR expires < now()"
INSERT_LINK = """INSERT INTO one_time_link (token_hash, purpose, expires)
    VALUES (%s, %s, now() + %s * interval '1 second')"""
SELECT_LINK = "SELECT 1 FROM one_time_link WHERE token_hash = %s AND purpose = %s AND expires > now()"
DELETE_LINK = "DELETE FROM one_time_link WHERE token_hash = %s AND purpose = %s AND expires > now() RETURNING 1"


async def users(db: Runs) -> list[User]:
    """Everyone there ever was, by id."""
    return [User(*row) for row in await db.query(SELECT_USERS)]


async def insert_user(unit: Runs, *, email: str, full_name: str, role: int, password_hash: str | None,
                      is_bot: bool = False, bot_type: int | None = None, bot_owner_id: int | None = None
                      ) -> User | None:
    """The new person, or None where the address is taken."""
    rows = await unit.query(
        INSERT_USER, (email, full_name, role, password_hash, is_bot, bot_type, bot_owner_id))
    return User(*rows[0]) if rows else None


async def update_user(unit: Runs, user: User) -> None:
    await unit.query(UPDATE_USER, (user.full_name, user.role, user.is_active, user.timezone, user.id))


async def update_email(unit: Runs, user: User) -> bool:
    """Whether it was done: an address is one person's."""
    return bool(await unit.query(UPDATE_EMAIL, (user.email, user.id, user.email, user.id)))


async def update_avatar(unit: Runs, user: User) -> None:
    await unit.query(UPDATE_AVATAR, (user.avatar_token, user.avatar_version, user.id))


async def password_hash(db: Runs, user_id: int) -> str | None:
    rows = await db.query(SELECT_PASSWORD, (user_id,))
    return rows[0][0] if rows else None


async def set_password_hash(unit: Runs, user_id: int, hashed: str) -> None:
    await unit.query(UPDATE_PASSWORD, (hashed, user_id))


async def api_keys(db: Runs) -> list[tuple[bytes, int]]:
    return [(bytes(key_hash), user_id) for key_hash, user_id in await db.query(SELECT_KEYS)]


async def insert_key(unit: Runs, key_hash: bytes, user_id: int, name: str) -> None:
    await unit.query(INSERT_KEY, (key_hash, user_id, name))


async def delete_keys(unit: Runs, user_id: int) -> list[bytes]:
    """Revoke all keys of a person; the hashes of those there were."""
    return [bytes(key_hash) for (key_hash,) in await unit.query(DELETE_KEYS, (user_id,))]


async def trim_keys(unit: Runs, user_id: int, keep: int) -> list[bytes]:
    """Revoke all but the `keep` newest keys of a person; the hashes of those that went."""
    return [bytes(key_hash) for (key_hash,) in await unit.query(TRIM_KEYS, (user_id, user_id, keep))]


async def sessions(db: Runs) -> list[Session]:
    return [Session(bytes(token_hash), user_id, created)
            for token_hash, user_id, created in await db.query(SELECT_SESSIONS)]


async def insert_session(unit: Runs, token_hash: bytes, user_id: int, user_agent: str) -> Session:
    ((_, _, created),) = await unit.query(INSERT_SESSION, (token_hash, user_id, user_agent[:500]))
    return Session(token_hash, user_id, created)


async def delete_session(unit: Runs, token_hash: bytes) -> None:
    await unit.query(DELETE_SESSION, (token_hash,))


async def delete_sessions(unit: Runs, user_id: int) -> list[bytes]:
    """End all sessions of a person; the hashes of those there were."""
    return [bytes(token_hash) for (token_hash,) in await unit.query(DELETE_SESSIONS, (user_id,))]


async def delete_expired_sessions(db: Runs, lifetime_s: int) -> None:
    await db.query(DELETE_EXPIRED_SESSIONS, (lifetime_s,))


async def organisation(db: Runs) -> Organisation | None:
    """None while the database is empty."""
    rows = await db.query(SELECT_ORGANISATION)
    return Organisation(*rows[0]) if rows else None


async def insert_organisation(unit: Runs, name: str) -> Organisation | None:
    """None where there is one already."""
    rows = await unit.query(INSERT_ORGANISATION, (name,))
    return Organisation(*rows[0]) if rows else None


async def secret(unit: Runs, name: str, fresh: bytes) -> bytes:
    """The server's secret of this name; `fresh` becomes it where there is none yet."""
    await unit.query(INSERT_SECRET, (name, fresh))
    ((value,),) = await unit.query(SELECT_SECRET, (name,))
    return bytes(value)


async def replace_link(unit: Runs, token_hash: bytes, purpose: str, lifetime_s: int) -> None:
    """Make a one-time link; earlier ones of the same purpose, and all that expired, are gone."""
    await unit.query(DELETE_LINKS, (purpose,))
    await unit.query(INSERT_LINK, (token_hash, purpose, lifetime_s))


async def link_is_valid(db: Runs, token_hash: bytes, purpose: str) -> bool:
    return bool(await db.query(SELECT_LINK, (token_hash, purpose)))


async def use_link(unit: Runs, token_hash: bytes, purpose: str) -> bool:
    """Spend a one-time link; False where it was not valid (any more)."""
    return bool(await unit.query(DELETE_LINK, (token_hash, purpose)))
