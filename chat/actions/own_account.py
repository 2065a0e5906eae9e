"""One's own account: name, address and password, changed by the one it belongs to."""

from __future__ import annotations

from dataclasses import replace

from chat import event_types
from chat.actions.accounts import Accounts
from chat.actions.users import Users, check_email, check_new_password
from chat.bus import Bus
from chat.database import confirmations as sql
from chat.database import credentials as credential_sql
from chat.database import people as people_sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.domains import DomainRules
from chat.errors import AuthenticationFailed, JsonableError, NotAllowed
from chat.mail import Mailer
from chat.models import Session, User
from chat.passwords import digest, new_token
from chat.permissions import Permissions
from chat.ratelimit import RateLimits
from chat.ways_in import CONFIRMATION_HOURS, Confirmation

_PURPOSE = "change-address"


class OwnAccount:
    def __init__(self, database: Database, directory: Directory, bus: Bus, users: Users, accounts: Accounts,
                 mailer: Mailer, permissions: Permissions, domains: DomainRules, limits: RateLimits) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._users = users
        self._accounts = accounts
        self._mailer = mailer
        self._permissions = permissions
        self._domains = domains
        self._limits = limits

    async def do_change_name(self, user: User, full_name: str) -> None:
        """Raises JsonableError where names may not be changed, or this one cannot be."""
        if full_name.strip() == user.full_name:
            return
        if not self._permissions.may_change_name(user):
            raise NotAllowed("Name changes are disabled in this organization.")
        await self._users.do_update_user(user, user.id, full_name=full_name)

    async def do_change_password(self, user: User, session: Session | None, old: str, new: str) -> None:
        """Change the password for who knows the old one. All sessions end but the one it is done in, and links for a
        new password are worthless. Raises JsonableError, and RateLimitHit for too many wrong ones."""
        check_new_password(new)
        try:
            await self._accounts.check_password(user.email, old)
        except AuthenticationFailed:
            raise JsonableError("Wrong password!") from None
        hashed = await self._accounts.hash_password(new)

        async def write(unit: Transaction) -> None:
            await people_sql.set_password_hash(unit, user.id, hashed)
            await sql.delete_of_user(unit, user.id)
            for token_hash in await credential_sql.delete_other_sessions(
                    unit, user.id, session.token_hash if session else b""):
                self._bus.publish(unit, event_types.session_ended(token_hash))

        await self._database.transaction(write)

    async def ask_new_address(self, user: User, email: str, *, language: str) -> bool:
        """Mail a link to the new address; the old one stays until it is followed. Whether there was anything to ask."""
        email = check_email(email)
        if email == user.email:
            return False
        if not self._permissions.may_change_email(user):
            raise NotAllowed("Email address changes are disabled in this organization.")
        if not self._domains.allow(email):
            raise JsonableError("Your address is not of a domain that may join here.")
        if self._is_taken(user, email):
            raise JsonableError("Already has an account.")
        self._limits.spend(self._limits.mail, user.id)
        token = new_token()

        async def write(unit: Transaction) -> None:
            await sql.insert(unit, digest(token), _PURPOSE, Confirmation(email, user.id, None), CONFIRMATION_HOURS)
            await self._mailer.send(unit, email, "confirm_address", {
                "name": user.full_name, "link": f"{self._directory.external_url}/confirm/{token}/",
                "new_address": email, "hours": CONFIRMATION_HOURS}, language=language, to_name=user.full_name)

        await self._database.transaction(write)
        return True

    async def new_address(self, token: str) -> str | None:
        """The address that a link confirms; None for a link that is not valid (any more)."""
        confirmation = await sql.find(self._database, digest(token), _PURPOSE)
        return confirmation.email if confirmation is not None and self._person(confirmation) is not None else None

    async def do_confirm_address(self, token: str, *, language: str) -> User | None:
        """The account has its new address, and the old one is told. None where the link was not valid."""
        async def write(unit: Transaction) -> User | None:
            confirmation = await sql.use(unit, digest(token), _PURPOSE)
            user = None if confirmation is None else self._person(confirmation)
            if confirmation is None or user is None:
                return None
            changed = replace(user, email=confirmation.email)
            if self._is_taken(user, changed.email) or not await people_sql.update_email(unit, changed):
                raise JsonableError("Already has an account.")
            await sql.delete_of_user(unit, user.id)
            for event in event_types.user_address(changed):
                self._bus.publish(unit, event)
            await self._mailer.send(unit, user.email, "address_changed", {
                "name": user.full_name, "new_address": changed.email}, language=language, to_name=user.full_name)
            return changed

        return await self._database.transaction(write, ("directory",))

    def _is_taken(self, user: User, email: str) -> bool:
        there = self._directory.user_by_email(email)
        return there is not None and there.id != user.id

    def _person(self, confirmation: Confirmation) -> User | None:
        user = None if confirmation.user_id is None else self._directory.user_by_id(confirmation.user_id)
        return user if user is not None and user.is_active else None
