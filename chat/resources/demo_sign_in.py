"""Signing in without a password, on a demo server alone, for programs that are being developed.

It opens nothing that is not open: it is for the demo's people, whose password everyone knows, and only as long as they
have that password.
"""

from __future__ import annotations

from typing import TypedDict

from chat.actions.accounts import Accounts
from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.directory import Directory
from chat.errors import AuthenticationFailed, JsonableError, RateLimitHit, UserDeactivated
from chat.models import User
from chat.params import EmailText, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class DevFetchApiKey(Params, frozen=True):
    username: EmailText


class DevApiKeyWire(TypedDict):
    api_key: str
    email: str
    user_id: int


class DevUserWire(TypedDict):
    email: str
    realm_url: str


class DevUsersWire(TypedDict):
    direct_admins: list[DevUserWire]
    """Administrators and owners."""
    direct_users: list[DevUserWire]
    """Everyone else."""


class DemoSignInResource:
    """`is_demo`: whether this server is one."""

    routes = Routes("demo_sign_in", {"demo_email": DEMO_PEOPLE[0].email})

    def __init__(self, accounts: Accounts, directory: Directory, external_url: str, *, is_demo: bool) -> None:
        self._accounts = accounts
        self._directory = directory
        self._external_url = external_url
        self.is_demo = is_demo

    @routes.post("/dev_fetch_api_key", who=Who.ANYONE, params=DevFetchApiKey, returns=DevApiKeyWire,
                 summary="Fetch an API key (demo servers only)",
                 errors=(JsonableError, AuthenticationFailed, UserDeactivated, RateLimitHit),
                 example={"username": "{demo_email}"})
    async def dev_fetch_api_key(self, notes: RequestNotes, p: DevFetchApiKey) -> DevApiKeyWire:
        """A new API key for one of the demo's people. Refused on every other server, and for everyone else."""
        self._check_is_demo()
        if p.username.lower() not in {person.email for person in DEMO_PEOPLE}:
            raise AuthenticationFailed
        user = await self._accounts.check_password(p.username, DEMO_PASSWORD, notes.address)
        return {"api_key": await self._accounts.new_api_key(user, notes.client_name), "email": user.email,
                "user_id": user.id}

    @routes.get("/dev_list_users", who=Who.ANYONE, returns=DevUsersWire, summary="List the demo's people",
                errors=(JsonableError,))
    async def dev_list_users(self, notes: RequestNotes, p: Params) -> DevUsersWire:
        """Who may sign in without a password. Refused where this is no demo server."""
        self._check_is_demo()
        people = [user for person in DEMO_PEOPLE
                  if (user := self._directory.user_by_email(person.email)) is not None and user.is_active]
        return {"direct_admins": [self._wire(user) for user in people if user.is_administrator],
                "direct_users": [self._wire(user) for user in people if not user.is_administrator]}

    def _check_is_demo(self) -> None:
        if not self.is_demo:
            raise JsonableError("This works on demo servers only.")

    def _wire(self, user: User) -> DevUserWire:
        return {"email": user.email, "realm_url": self._external_url}
