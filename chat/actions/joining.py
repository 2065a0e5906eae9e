"""Joining the organisation: by a mailed invitation, by a link for many, or, where it is open, by anyone.

An address is only taken as somebody's once they followed a link that was mailed to it. A server that sends no mail
takes the word of those who hold an invitation, and keeps its other doors closed.
"""

from __future__ import annotations

from dataclasses import dataclass

from chat import event_types
from chat.actions.users import Users, check_email
from chat.bus import Bus
from chat.database import confirmations as confirmation_sql
from chat.database import invitations as sql
from chat.database.pool import Database, Transaction
from chat.deferreds import spawn
from chat.directory import Directory
from chat.domains import DomainRules
from chat.errors import JsonableError
from chat.mail import Mailer
from chat.models import Role, User
from chat.passwords import digest, new_token
from chat.ratelimit import RateLimits
from chat.ways_in import CONFIRMATION_HOURS, Confirmation, Invitation

_PURPOSE = "sign-up"


@dataclass(frozen=True, slots=True)
class WayIn:
    """What a link is good for. `email` is the address that it proves; None: whoever comes says theirs."""

    email: str | None
    invitation: Invitation | None

    @property
    def role(self) -> int:
        return self.invitation.role if self.invitation else Role.MEMBER


class LinkSpent(JsonableError):
    """The link was used, taken back, or is too old."""

    status = 404

    def __init__(self) -> None:
        super().__init__("This link is no longer valid. Ask for a new one.")


class Joining:
    def __init__(self, database: Database, directory: Directory, bus: Bus, users: Users, mailer: Mailer,
                 domains: DomainRules, limits: RateLimits) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._users = users
        self._mailer = mailer
        self._domains = domains
        self._limits = limits

    @property
    def is_open(self) -> bool:
        """Whether anyone may ask for an account."""
        return (self._directory.organisation is not None and not self._directory.realm.invite_required
                and self._mailer.delivers)

    def proves_itself(self, way: WayIn) -> bool:
        """Whether an account may be made at once; otherwise the address is confirmed first."""
        return way.email is not None or not (self._mailer.delivers or self._domains.in_force)

    async def way_in(self, token: str) -> WayIn:
        """What a link leads to. Raises LinkSpent."""
        hashed = digest(token)
        invitation = await sql.by_token(self._database, hashed)
        if invitation is None:
            confirmation = await confirmation_sql.find(self._database, hashed, _PURPOSE)
            return await self._confirmed(confirmation)
        return self._standing(WayIn(invitation.email, invitation))

    async def _confirmed(self, confirmation: Confirmation | None) -> WayIn:
        if confirmation is None:
            raise LinkSpent
        if confirmation.invitation_id is None:
            if not self.is_open:
                raise LinkSpent
            return WayIn(confirmation.email, None)
        invitation = await sql.by_id(self._database, confirmation.invitation_id)
        if invitation is None:
            raise LinkSpent
        return self._standing(WayIn(confirmation.email, invitation))

    def _standing(self, way: WayIn) -> WayIn:
        """An invitation is worth what its inviter is: nothing once they are gone, and never more rights than theirs."""
        assert way.invitation is not None
        inviter = self._directory.user_by_id(way.invitation.inviter_id)
        if inviter is None or not inviter.is_active or way.invitation.role < inviter.role:
            raise LinkSpent
        return way

    def ask(self, email: str, network_address: str, way: WayIn | None, *, language: str) -> None:
        """Have a link mailed to an address that wants to join, by a link for many or openly.

        Tells only of an address that is none, or of a domain that is not admitted: whether somebody has an account
        already is told to that address alone, and takes no time here. Raises RateLimitHit for too many.
        """
        email = check_email(email)
        if not self._domains.allow(email):
            raise JsonableError("Your address is not of a domain that may join here.")
        self._limits.spend(self._limits.mail_address, network_address)
        self._limits.spend(self._limits.mail, email.lower())
        spawn("asking for an account", self._mail_link(email, way, language))

    async def _mail_link(self, email: str, way: WayIn | None, language: str) -> None:
        token = new_token()
        known = self._directory.user_by_email(email)
        invitation_id = way.invitation.id if way and way.invitation else None

        async def write(unit: Transaction) -> None:
            if known is not None:
                await self._mailer.send(unit, known.email, "already_here", {
                    "name": known.full_name, "link": f"{self._directory.external_url}/login/"}, language=language)
                return
            await confirmation_sql.insert(
                unit, digest(token), _PURPOSE, Confirmation(email, None, invitation_id), CONFIRMATION_HOURS)
            await self._mailer.send(unit, email, "confirm_sign_up", {
                "link": f"{self._directory.external_url}/join/{token}/", "hours": CONFIRMATION_HOURS},
                language=language)

        await self._database.transaction(write)

    async def do_join(self, token: str, *, email: str, full_name: str, password_hash: str) -> User:
        """The new person. Raises LinkSpent, and JsonableError for a name or address that cannot be."""
        async def write(unit: Transaction) -> User:
            way = await self.way_in(token)
            if way.email is None and not self.proves_itself(way):
                raise LinkSpent
            address = way.email or check_email(email)
            user = await self._users.create(
                unit, email=address, full_name=full_name, role=way.role, password_hash=password_hash,
                channel_ids=self._channels(way))
            await confirmation_sql.delete_of_address(unit, address)
            used = await sql.delete_of_address(unit, address)
            if used:
                self._bus.publish(unit, event_types.invites_changed(
                    self._directory.administrators() | {invitation.inviter_id for invitation in used}))
            return user

        # In the directory's lane, so that one link makes one account however often its form is sent.
        return await self._database.transaction(write, ("directory",))

    def _channels(self, way: WayIn) -> set[int] | None:
        """Where the new person finds themself; None: where all new people do."""
        if way.invitation is None:
            return None
        defaults = way.invitation.with_defaults and way.role != Role.GUEST
        return {*way.invitation.channel_ids,
                *(channel.id for channel in (self._directory.default_channels() if defaults else ()))}
