"""Invitations: to addresses by mail, and links for whoever has them. Joining by one: chat.actions.joining."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat import event_types
from chat.actions.users import check_email
from chat.bus import Bus
from chat.database import invitations as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.domains import DomainRules
from chat.errors import InvitationFailed, JsonableError, NotAllowed
from chat.mail import Mailer
from chat.models import User
from chat.passwords import digest, new_token
from chat.permissions import Permissions
from chat.ways_in import MAX_INVITED_A_DAY, MAX_INVITED_AT_ONCE, Invitation, NewInvitation, link_of

_ALREADY_HERE, _OF_OTHER_DOMAIN, _INVALID = (
    "Already has an account.", "Outside your domain.", "Invalid address.")


class Invitations:
    def __init__(self, database: Database, directory: Directory, bus: Bus, mailer: Mailer, permissions: Permissions,
                 domains: DomainRules) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus
        self._mailer = mailer
        self._permissions = permissions
        self._domains = domains

    async def do_invite(self, inviter: User, addresses: str, new: NewInvitation, *, language: str) -> None:
        """Mail an invitation to each address of a list (by commas or lines, bare or as `Name <address>`).

        Those who cannot be invited are told of by InvitationFailed, and do not keep the others from it.
        """
        if not self._permissions.may_invite(inviter):
            raise NotAllowed("Insufficient permission")
        self._check(inviter, new)
        emails, failures = self._sorted(addresses)
        if await sql.sent_today(self._database) + len(emails) > MAX_INVITED_A_DAY:
            raise InvitationFailed(
                "To protect users, the number of invitations you can send in one day is limited.", [],
                sent=False, daily_limit=True)
        if emails:
            await self._database.transaction(lambda unit: self._send(unit, inviter, emails, new, language))
        if failures:
            raise InvitationFailed(
                "Some of those addresses could not be invited. Everyone else was." if emails
                else "None of those addresses could be invited.", failures, sent=bool(emails))

    async def do_make_link(self, inviter: User, new: NewInvitation) -> str:
        """A link by which anyone who has it can join."""
        if not self._permissions.may_make_invitation_links(inviter):
            raise NotAllowed("Insufficient permission")
        self._check(inviter, new)
        token = new_token()

        async def write(unit: Transaction) -> None:
            await sql.insert_invitation(unit, digest(token), new, inviter_id=inviter.id, link_token=token)
            self._announce(unit, inviter.id)

        await self._database.transaction(write)
        return link_of(self._directory.external_url, token)

    async def seen_by(self, user: User) -> list[Invitation]:
        """The open invitations: one's own, for administrators everyone's."""
        return await sql.open_invitations(self._database, user.id, everyones=user.is_administrator)

    async def do_revoke(self, acting: User, invitation_id: int, *, for_many: bool) -> None:
        """Take an invitation back. Raises JsonableError where there is none that `acting` may take back."""
        invitation = await self._own(acting, invitation_id, for_many=for_many)

        async def write(unit: Transaction) -> None:
            await sql.delete(unit, invitation.id)
            self._announce(unit, invitation.inviter_id)

        await self._database.transaction(write)

    async def do_resend(self, acting: User, invitation_id: int, *, language: str) -> None:
        """Mail an invitation once more, with a new link and the same time ahead of it."""
        invitation = await self._own(acting, invitation_id, for_many=False)
        if await sql.sent_today(self._database) >= MAX_INVITED_A_DAY * 2:
            raise JsonableError("To protect users, the number of invitations you can send in one day is limited.")
        token = new_token()

        async def write(unit: Transaction) -> None:
            renewed = await sql.renew(unit, invitation.id, digest(token))
            if renewed is None:
                raise JsonableError("No such invitation")
            await self._mail(unit, self._directory.users[invitation.inviter_id], renewed, token, language)
            self._announce(unit, invitation.inviter_id)

        await self._database.transaction(write)

    async def _own(self, acting: User, invitation_id: int, *, for_many: bool) -> Invitation:
        invitation = await sql.by_id(self._database, invitation_id)
        if invitation is None or invitation.is_for_many is not for_many:
            raise JsonableError("No such invitation")
        if invitation.inviter_id != acting.id and not acting.is_administrator:
            raise NotAllowed("Must be an organization administrator")
        if invitation.role < acting.role:
            raise NotAllowed("Must be an organization owner")
        return invitation

    def _check(self, inviter: User, new: NewInvitation) -> None:
        """Nobody gives more rights than they have, nor leads into channels that they do not see."""
        if new.role < inviter.role:
            raise JsonableError("You cannot invite people to a role above your own.")
        if new.channel_ids and not self._permissions.may_subscribe_others(inviter):
            raise JsonableError("You do not have permission to subscribe other users to channels.")
        for channel_id in new.channel_ids:
            channel = self._directory.channel_by_id(channel_id)
            if channel is None or not self._directory.can_see_channel(inviter, channel):
                raise JsonableError(f"Invalid channel ID {channel_id}. No invites were sent.")
            if channel.invite_only and not self._directory.is_subscribed(inviter.id, channel_id):
                raise JsonableError(f"Invalid channel ID {channel_id}. No invites were sent.")

    def _sorted(self, addresses: str) -> tuple[list[str], list[tuple[str, str, bool]]]:
        """The addresses to be invited, and the others, each with the reason and whether a closed account has it."""
        given = [address.strip() for address in read_addresses(addresses)]
        if not given:
            raise JsonableError("You must specify at least one email address.")
        if len(given) > MAX_INVITED_AT_ONCE:
            raise JsonableError(f"You can invite at most {MAX_INVITED_AT_ONCE} people at once.")
        emails, failures = [], []
        for address in dict.fromkeys(given):
            try:
                email = check_email(address)
            except JsonableError:
                failures.append((address[:254], _INVALID, False))
                continue
            there = self._directory.user_by_email(email)
            if there is not None:
                failures.append((email, _ALREADY_HERE, not there.is_active))
            elif not self._domains.allow(email):
                failures.append((email, _OF_OTHER_DOMAIN, False))
            else:
                emails.append(email)
        return emails, failures

    async def _send(self, unit: Transaction, inviter: User, emails: Sequence[str], new: NewInvitation,
                    language: str) -> None:
        for email in emails:
            token = new_token()
            invitation = await sql.insert_invitation(unit, digest(token), new, inviter_id=inviter.id, email=email)
            await self._mail(unit, inviter, invitation, token, language)
        self._announce(unit, inviter.id)

    async def _mail(self, unit: Transaction, inviter: User, invitation: Invitation, token: str,
                    language: str) -> None:
        assert invitation.email is not None
        days = None if invitation.expires is None else max(1, round((invitation.expires - invitation.created) / 86400))
        words = {"inviter": inviter.full_name, "link": link_of(self._directory.external_url, token), "days": days,
                 "note": ""}
        await self._mailer.send(unit, invitation.email, "invitation", words, language=language)

    def _announce(self, unit: Transaction, inviter_id: int) -> None:
        self._bus.publish(unit, event_types.invites_changed(self._directory.administrators() | {inviter_id}))


def read_addresses(text: str) -> list[str]:
    """The addresses of a list as people paste it."""
    parts = re.split(r"[,;\r\n]+", re.sub(r'"[^"\n]*"', "", text))
    return [part.partition("<")[2].partition(">")[0] if "<" in part else part for part in parts if part.strip()]
