"""One's own sessions and API keys: seen, and ended one by one or all at once."""

from __future__ import annotations

from chat import event_types
from chat.bus import Bus
from chat.credentials import ApiKeyShown, SessionShown, credential_id
from chat.database import credentials as sql
from chat.database import people as people_sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import Session, User


class Credentials:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def sessions_of(self, user: User) -> list[SessionShown]:
        """Where they are signed in, the newest first."""
        return await sql.sessions_of(self._database, user.id)

    async def keys_of(self, user: User) -> list[ApiKeyShown]:
        """The newest first."""
        return await sql.keys_of(self._database, user.id)

    async def do_end_session(self, user: User, name: str) -> None:
        """Sign a browser out. Raises JsonableError where there is none of this name."""
        session = next((session for session in self._directory.sessions_of(user.id)
                        if credential_id(session.token_hash) == name), None)
        if session is None:
            raise JsonableError("No such session")

        async def write(unit: Transaction) -> None:
            await people_sql.delete_session(unit, session.token_hash)
            self._bus.publish(unit, event_types.session_ended(session.token_hash))

        await self._database.transaction(write)

    async def do_end_other_sessions(self, user: User, current: Session | None) -> int:
        """Sign out everywhere but here (and here too, for who came by a key); how many sessions ended."""
        async def write(unit: Transaction) -> int:
            gone = await sql.delete_other_sessions(unit, user.id, current.token_hash if current else b"")
            for token_hash in gone:
                self._bus.publish(unit, event_types.session_ended(token_hash))
            return len(gone)

        return await self._database.transaction(write)

    async def do_revoke_key(self, user: User, name: str) -> None:
        """A program's key is worth nothing any more. Raises JsonableError where there is none of this name."""
        key_hash = next((key for key in self._directory.keys_of(user.id) if credential_id(key) == name), None)
        if key_hash is None:
            raise JsonableError("No such API key")

        async def write(unit: Transaction) -> None:
            await sql.delete_key(unit, user.id, key_hash)
            self._bus.publish(unit, event_types.api_key_revoked(key_hash))

        await self._database.transaction(write, ("keys", user.id))
