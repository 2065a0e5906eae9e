"""Filling an empty server with the demo organisation, through the same actions as everyone's."""

from __future__ import annotations

from chat.actions.accounts import Accounts
from chat.actions.channels import NewChannel
from chat.actions.message_checks import SendRequest
from chat.actions.organisation import FIRST_CHANNELS, Organisations, OrganisationWish
from chat.actions.sending import Sending
from chat.actions.subscriptions import Subscriptions
from chat.actions.users import Users
from chat.database.pool import Database, Transaction
from chat.demo import DEMO_CHANNELS, DEMO_MESSAGES, DEMO_ORGANISATION, DEMO_PASSWORD, DEMO_PEOPLE
from chat.directory import Directory
from chat.models import User


class Demo:
    def __init__(self, database: Database, directory: Directory, accounts: Accounts, organisations: Organisations,
                 users: Users, subscriptions: Subscriptions, sending: Sending) -> None:
        self._database = database
        self._directory = directory
        self._accounts = accounts
        self._organisations = organisations
        self._users = users
        self._subscriptions = subscriptions
        self._sending = sending

    async def seed(self) -> None:
        """Make what is missing of the demo's people, channels and messages; harmless when it was interrupted before."""
        hashed = await self._accounts.hash_password(DEMO_PASSWORD)
        people = await self._people(hashed)
        for name, description in DEMO_CHANNELS:
            if self._directory.channel_by_name(name) is None or name in dict(FIRST_CHANNELS):
                await self._subscriptions.do_subscribe(people[0], [NewChannel(name, description)], people)
        for number, (who, where, topic, text) in enumerate(DEMO_MESSAGES):
            to = where if isinstance(where, str) else str([people[index].id for index in where])
            request = SendRequest("channel" if isinstance(where, str) else "direct", to, text, "website", topic,
                                  idempotency_key=f"demo-{number}")
            await self._sending.do_send_messages(await self._sending.check_message(people[who], request))

    async def _people(self, hashed: str) -> list[User]:
        owner, *others = DEMO_PEOPLE
        wish = OrganisationWish(DEMO_ORGANISATION, owner.full_name, owner.email, DEMO_PASSWORD)

        async def write(unit: Transaction) -> None:
            await self._organisations.create(unit, wish, hashed)

        await self._database.transaction(write, ("directory",))
        for person in others:
            if self._directory.user_by_email(person.email) is None:
                await self._users.do_create_user(
                    email=person.email, full_name=person.full_name, role=person.role, password_hash=hashed)
        people = [self._directory.user_by_email(person.email) for person in DEMO_PEOPLE]
        return [person for person in people if person is not None]
