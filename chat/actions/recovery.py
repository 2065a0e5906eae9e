"""A forgotten password: a link is mailed to the account's address, and who follows it chooses a new one."""

from __future__ import annotations

from chat import event_types
from chat.bus import Bus
from chat.database import confirmations as sql
from chat.database import people as people_sql
from chat.database.pool import Database, Transaction
from chat.deferreds import spawn
from chat.directory import Directory
from chat.mail import Mailer
from chat.models import User
from chat.passwords import digest, new_token
from chat.ratelimit import RateLimits
from chat.ways_in import CONFIRMATION_HOURS, Confirmation

_PURPOSE = "reset-password"


class Recovery:
    def __init__(self, database: Database, directory: Directory, bus: Bus, mailer: Mailer, limits: RateLimits) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._mailer = mailer
        self._limits = limits

    def ask(self, email: str, network_address: str, *, language: str) -> None:
        """Have the link mailed, where somebody has this address. Whether one has is not told, and takes no time here.
        Raises RateLimitHit for too many."""
        address = email.strip()[:254]
        self._limits.spend(self._limits.mail_address, network_address)
        self._limits.spend(self._limits.mail, address.lower())
        user = self._directory.user_by_email(address)
        if user is not None and user.is_active and not user.is_bot:
            spawn("mailing a link for a new password", self._mail(user, language))

    async def _mail(self, user: User, language: str) -> None:
        async def write(unit: Transaction) -> None:
            await self._mailer.send(unit, user.email, "reset_password", {
                "name": user.full_name, "link": await self._link(unit, user), "hours": CONFIRMATION_HOURS},
                language=language, to_name=user.full_name)

        await self._database.transaction(write)

    async def new_link(self, user: User) -> str:
        """A link for a person, to be handed over by who may (the operator)."""
        return await self._database.transaction(lambda unit: self._link(unit, user))

    async def _link(self, unit: Transaction, user: User) -> str:
        token = new_token()
        await sql.insert(unit, digest(token), _PURPOSE, Confirmation(user.email, user.id, None), CONFIRMATION_HOURS)
        return f"{self._directory.external_url}/reset/{token}/"

    async def holder(self, token: str) -> User | None:
        """Whose link it is; None for one that is not valid (any more)."""
        return self._person(await sql.find(self._database, digest(token), _PURPOSE))

    async def do_reset(self, token: str, password_hash: str) -> User | None:
        """Set the new password and end all sessions: whoever used the old one is out. None where the link was not
        valid. API keys stay; they are ended where they are listed."""
        async def write(unit: Transaction) -> User | None:
            user = self._person(await sql.use(unit, digest(token), _PURPOSE))
            if user is None:
                return None
            await people_sql.set_password_hash(unit, user.id, password_hash)
            await sql.delete_of_user(unit, user.id)
            for token_hash in await people_sql.delete_sessions(unit, user.id):
                self._bus.publish(unit, event_types.session_ended(token_hash))
            return user

        return await self._database.transaction(write)

    def _person(self, confirmation: Confirmation | None) -> User | None:
        """Who they are now: an address that changed since, or a closed account, makes the link worthless."""
        if confirmation is None or confirmation.user_id is None:
            return None
        user = self._directory.user_by_id(confirmation.user_id)
        return user if user is not None and user.is_active and user.email == confirmation.email else None
