"""Invitations: sent, listed, taken back."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from chat.actions.invitations import Invitations
from chat.directory import Directory
from chat.errors import InvitationFailed, JsonableError, NotAllowed
from chat.params import ChannelId, Param, Params
from chat.resources.language import LanguageChoice
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.ways_in import DEFAULT_EXPIRY_MINUTES, MAX_EXPIRY_MINUTES, InvitationWire, NewInvitation, invitation_wire

RoleNumber = Literal[100, 200, 300, 400, 600]
Expiry = Annotated[int, Meta(ge=1, le=MAX_EXPIRY_MINUTES)] | None
_CHANNELS_DOC = "Ids of the channels that who joins is subscribed to."
_EXPIRY_DOC = "After so many minutes it is worth nothing any more; null: it does not expire."


class SendInvites(Params, frozen=True):
    invitee_emails: Annotated[str, Meta(max_length=30_000), Param(
        doc="Addresses, separated by commas or line breaks, bare or as `Name <address>`.")]
    stream_ids: Annotated[list[ChannelId], Meta(max_length=500), Param(doc=_CHANNELS_DOC)]
    invite_expires_in_minutes: Annotated[Expiry, Param(doc=_EXPIRY_DOC)] = DEFAULT_EXPIRY_MINUTES
    invite_as: RoleNumber = 400
    include_realm_default_subscriptions: bool = False
    notify_referrer_on_join: bool = True


class CreateInviteLink(Params, frozen=True):
    invite_expires_in_minutes: Annotated[Expiry, Param(doc=_EXPIRY_DOC)] = DEFAULT_EXPIRY_MINUTES
    invite_as: RoleNumber = 400
    stream_ids: Annotated[list[ChannelId], Meta(max_length=500), Param(doc=_CHANNELS_DOC)] = []
    include_realm_default_subscriptions: bool = False


class InvitesWire(TypedDict):
    invites: list[InvitationWire]


class InviteLinkWire(TypedDict):
    invite_link: str


class InvitationsResource:
    routes = Routes("invitations", samples={"invite_id": 5})

    def __init__(self, invitations: Invitations, directory: Directory, languages: LanguageChoice) -> None:
        self._invitations = invitations
        self._directory = directory
        self._languages = languages

    @routes.get("/invites", who=Who.MEMBER, returns=InvitesWire, summary="Get all invitations")
    async def get_invites(self, notes: RequestNotes, p: Params) -> InvitesWire:
        """One's own open invitations and links; for administrators, everyone's."""
        return {"invites": [invitation_wire(invitation, self._directory.external_url)
                            for invitation in await self._invitations.seen_by(notes.caller)]}

    @routes.post("/invites", who=Who.MEMBER, params=SendInvites, summary="Send invitations",
                 errors=(InvitationFailed, NotAllowed, JsonableError),
                 example={"invitee_emails": "ann@example.com, Bob <bob@example.com>", "stream_ids": ["{stream_id}"]})
    async def send_invites(self, notes: RequestNotes, p: SendInvites) -> None:
        """Mails an invitation to each address. Those that cannot be invited are told of in the error; the others are
        invited all the same."""
        await self._invitations.do_invite(
            notes.caller, p.invitee_emails,
            NewInvitation(p.invite_as, tuple(dict.fromkeys(p.stream_ids)), p.include_realm_default_subscriptions,
                          p.notify_referrer_on_join, p.invite_expires_in_minutes),
            language=self._languages.of_request(notes).code)

    @routes.post("/invites/multiuse", who=Who.MEMBER, params=CreateInviteLink, returns=InviteLinkWire,
                 summary="Create a reusable invitation link", errors=(NotAllowed, JsonableError),
                 example={"stream_ids": ["{stream_id}"], "invite_expires_in_minutes": 1440})
    async def create_invite_link(self, notes: RequestNotes, p: CreateInviteLink) -> InviteLinkWire:
        """A link by which anyone who has it can join."""
        return {"invite_link": await self._invitations.do_make_link(
            notes.caller, NewInvitation(p.invite_as, tuple(dict.fromkeys(p.stream_ids)),
                                        p.include_realm_default_subscriptions,
                                        expires_minutes=p.invite_expires_in_minutes))}

    @routes.delete("/invites/{invite_id:int}", who=Who.MEMBER, summary="Revoke an email invitation",
                   errors=(NotAllowed, JsonableError))
    async def revoke_email_invite(self, notes: RequestNotes, p: Params, invite_id: int) -> None:
        """Takes an invitation back; others' only as an administrator."""
        await self._invitations.do_revoke(notes.caller, invite_id, for_many=False)

    @routes.delete("/invites/multiuse/{invite_id:int}", who=Who.MEMBER, summary="Revoke a reusable invitation link",
                   errors=(NotAllowed, JsonableError))
    async def revoke_invite_link(self, notes: RequestNotes, p: Params, invite_id: int) -> None:
        """Takes a link back; others' only as an administrator."""
        await self._invitations.do_revoke(notes.caller, invite_id, for_many=True)

    @routes.post("/invites/{invite_id:int}/resend", who=Who.MEMBER, summary="Resend an email invitation",
                 errors=(NotAllowed, JsonableError))
    async def resend_email_invite(self, notes: RequestNotes, p: Params, invite_id: int) -> None:
        """Mails it once more, with a new link; the time it lasts begins anew."""
        await self._invitations.do_resend(notes.caller, invite_id, language=self._languages.of_request(notes).code)
