"""Making the organisation: once, through a one-time link, together with its first owner and channels."""

from __future__ import annotations

from dataclasses import dataclass

from chat import event_types
from chat.actions.users import check_email, check_full_name, check_new_password
from chat.bus import Bus
from chat.channel_colors import color_of
from chat.database import channels as channel_sql
from chat.database import people as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import PostPolicy, Role, User
from chat.passwords import digest, new_token
from chat.wire import subscription_wire

_PURPOSE = "create-organisation"
_LINK_LIFETIME_S = 24 * 3600
MAX_ORGANISATION_NAME = 40
FIRST_CHANNELS = (("general", "For everything and everyone."),)


@dataclass(frozen=True, slots=True)
class OrganisationWish:
    """What the form asks for."""

    organisation: str
    full_name: str
    email: str
    password: str


class Organisations:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def new_link(self) -> str:
        """The token of a fresh one-time link; earlier ones stop working."""
        token = new_token()

        async def write(unit: Transaction) -> None:
            await sql.replace_link(unit, digest(token), _PURPOSE, _LINK_LIFETIME_S)

        await self._database.transaction(write)
        return token

    async def link_is_valid(self, token: str) -> bool:
        return self._directory.organisation is None and await sql.link_is_valid(
            self._database, digest(token), _PURPOSE)

    def errors(self, wish: OrganisationWish) -> dict[str, str]:
        """What is wrong with each field, in a sentence."""
        errors: dict[str, str] = {}
        if not 1 <= len(wish.organisation.strip()) <= MAX_ORGANISATION_NAME:
            errors["organisation"] = f"Give it a name of 1 to {MAX_ORGANISATION_NAME} characters."
        for name, check in (("full_name", check_full_name), ("email", check_email),
                            ("password", check_new_password)):
            try:
                check(getattr(wish, name))
            except JsonableError as error:
                errors[name] = error.msg
        return errors

    async def do_create_organisation(self, token: str, wish: OrganisationWish, password_hash: str) -> User | None:
        """The first owner; None where the link was not valid or there is an organisation already."""
        async def write(unit: Transaction) -> User | None:
            if not await sql.use_link(unit, digest(token), _PURPOSE):
                return None
            return await self.create(unit, wish, password_hash)

        return await self._database.transaction(write, ("directory",))

    async def create(self, unit: Transaction, wish: OrganisationWish, password_hash: str) -> User | None:
        """The same, within the caller's unit and without a link."""
        organisation = await sql.insert_organisation(unit, wish.organisation.strip())
        owner = None if organisation is None else await sql.insert_user(
            unit, email=check_email(wish.email), full_name=check_full_name(wish.full_name), role=Role.OWNER,
            password_hash=password_hash)
        if organisation is None or owner is None:
            return None
        self._bus.publish(unit, event_types.organisation_set(organisation))
        for event in event_types.user_added(owner, is_new=False):
            self._bus.publish(unit, event)
        for name, description in FIRST_CHANNELS:
            channel = await channel_sql.insert_channel(
                unit, name=name, description=description, rendered_description=f"<p>{description}</p>",
                creator_id=owner.id, invite_only=False, history_public_to_subscribers=True,
                post_policy=PostPolicy.EVERYONE, is_default=True)
            assert channel is not None
            (subscription,) = await channel_sql.insert_subscriptions(
                unit, [(owner.id, channel.id, color_of(channel))])
            self._bus.publish(unit, event_types.channel_created(channel, (owner.id,)))
            self._bus.publish(unit, event_types.subscription_added(
                owner.id, [{**subscription_wire(channel, subscription), "subscribers": [owner.id]}], [subscription]))
        return owner
