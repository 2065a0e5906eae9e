"""Invitations, and the links that confirm an address: as records, and as the wire has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

DEFAULT_EXPIRY_MINUTES = 14_400
MAX_EXPIRY_MINUTES = 60 * 24 * 365 * 5
MAX_INVITED_AT_ONCE = 100
MAX_INVITED_A_DAY = 100
CONFIRMATION_HOURS = 24


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What an invitation brings: a role, and the channels one finds oneself in."""

    role: int
    channel_ids: tuple[int, ...]
    with_defaults: bool
    tells_inviter: bool = True
    expires_minutes: int | None = DEFAULT_EXPIRY_MINUTES


@dataclass(frozen=True, slots=True)
class Invitation:
    id: int
    email: str | None
    link_token: str | None
    inviter_id: int
    role: int
    channel_ids: tuple[int, ...]
    with_defaults: bool
    tells_inviter: bool
    created: int
    expires: int | None

    @property
    def is_for_many(self) -> bool:
        """A link for whoever has it, not a mail to one."""
        return self.link_token is not None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Of an address: whose it is where they have an account, by which invitation they come where they have none."""

    email: str
    user_id: int | None
    invitation_id: int | None


class InvitationWire(TypedDict):
    id: int
    invited_by_user_id: int
    invited: int
    expiry_date: int | None
    invited_as: int
    email: str
    notify_referrer_on_join: bool
    link_url: str
    is_multiuse: bool


def link_of(external_url: str, token: str) -> str:
    """The address of a link for many, and of a mailed invitation."""
    return f"{external_url}/join/{token}/"


def invitation_wire(invitation: Invitation, external_url: str) -> InvitationWire:
    return {
        "id": invitation.id,
        "invited_by_user_id": invitation.inviter_id,
        "invited": invitation.created,
        "expiry_date": invitation.expires,
        "invited_as": invitation.role,
        "email": invitation.email or "",
        "notify_referrer_on_join": invitation.tells_inviter,
        "link_url": link_of(external_url, invitation.link_token) if invitation.link_token else "",
        "is_multiuse": invitation.is_for_many,
    }
