"""Signing in and out: passwords, browser sessions, API keys."""

from __future__ import annotations

from typing import Protocol, TypeVar

from twisted.internet.defer import Deferred

from chat import event_types
from chat.actions.sign_ins import SignIns
from chat.bus import Bus
from chat.database import credentials as credential_sql
from chat.database import people as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import AuthenticationFailed, UserDeactivated
from chat.models import MAX_PASSWORD, Session, User
from chat.passwords import check_password, digest, hash_password, new_api_key, new_token
from chat.ratelimit import RateLimits

SESSION_LIFETIME_S = 30 * 24 * 3600
MAX_SESSIONS = 50
"""Browsers one person is signed in with; the oldest goes when one more comes."""
MAX_KEYS = 20
"""API keys of one person; the oldest goes when one more is made."""

T = TypeVar("T")


class Threads(Protocol):
    """Runs slow work elsewhere than on the reactor thread."""

    def __call__(self, function: object, *args: object) -> Deferred[T]: ...


class Accounts:
    def __init__(self, database: Database, directory: Directory, bus: Bus, in_thread: Threads,
                 limits: RateLimits,
                 sign_ins: SignIns) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._in_thread = in_thread
        self._limits = limits
        self._sign_ins = sign_ins

    async def check_password(self, email: str, password: str, address: str = "") -> User:
        """Whose e-mail address and password these are. Raises AuthenticationFailed, which tells nothing of which was
        wrong, and UserDeactivated only to those who knew the password. Too many failures, for an account (there may be
        one or not) or from one `address` of the network, raise RateLimitHit: then the password is not looked at."""
        account = email.strip().lower()[:254]
        self._limits.spend(self._limits.sign_in_address, address)
        self._limits.spend(self._limits.sign_in, account)
        user = await self._whose(email, password)
        self._limits.give_back(self._limits.sign_in_address, address)
        self._limits.give_back(self._limits.sign_in, account)
        return user

    async def _whose(self, email: str, password: str) -> User:
        user = self._directory.user_by_email(email.strip())
        hashed = None if user is None or user.is_bot else await sql.password_hash(self._database, user.id)
        fits = len(password) <= MAX_PASSWORD and await self._in_thread(check_password, hashed, password)
        if not fits or user is None:
            raise AuthenticationFailed
        if not user.is_active:
            raise UserDeactivated
        return user

    async def hash_password(self, password: str) -> str:
        """Off the reactor thread."""
        return await self._in_thread(hash_password, password)

    async def do_set_password(self, user: User, password: str) -> None:
        """Give a person another password; all their sessions end."""
        hashed = await self.hash_password(password)

        async def write(unit: Transaction) -> None:
            await sql.set_password_hash(unit, user.id, hashed)
            for token_hash in await sql.delete_sessions(unit, user.id):
                self._bus.publish(unit, event_types.session_ended(token_hash))

        await self._database.transaction(write)

    async def start_session(self, user: User, user_agent: str) -> str:
        """A new session's token, which is told only here."""
        token = new_token()

        async def write(unit: Transaction) -> None:
            session = await sql.insert_session(unit, digest(token), user.id, user_agent)
            await self._sign_ins.note(unit, user, user_agent)
            for gone in await credential_sql.trim_sessions(unit, user.id, MAX_SESSIONS):
                self._bus.publish(unit, event_types.session_ended(gone))
            self._bus.publish(unit, event_types.session_started(session))

        await self._database.transaction(write)
        return token

    async def end_session(self, session: Session) -> None:
        async def write(unit: Transaction) -> None:
            await sql.delete_session(unit, session.token_hash)
            self._bus.publish(unit, event_types.session_ended(session.token_hash))

        await self._database.transaction(write)

    async def new_api_key(self, user: User, name: str) -> str:
        """One more API key for a person, told only here; `name` says what it is for."""
        key = new_api_key()

        async def write(unit: Transaction) -> None:
            await sql.insert_key(unit, digest(key), user.id, name[:100])
            for gone in await sql.trim_keys(unit, user.id, MAX_KEYS):
                self._bus.publish(unit, event_types.api_key_revoked(gone))
            self._bus.publish(unit, event_types.api_key_added(digest(key), user.id))

        await self._database.transaction(write, ("keys", user.id))
        return key

    async def regenerate_api_key(self, user: User) -> str:
        """Revoke all keys of a person and make a new one."""
        key = new_api_key()

        async def write(unit: Transaction) -> None:
            for gone in await sql.delete_keys(unit, user.id):
                self._bus.publish(unit, event_types.api_key_revoked(gone))
            await sql.insert_key(unit, digest(key), user.id, "regenerated")
            self._bus.publish(unit, event_types.api_key_added(digest(key), user.id))

        await self._database.transaction(write, ("keys", user.id))
        return key

    def session_of_token(self, token: str, now: float) -> Session | None:
        """The session a cookie stands for, while it lasts."""
        session = self._directory.sessions.get(digest(token))
        if session is None or now - session.created > SESSION_LIFETIME_S:
            return None
        return session
