"""People: list, look up, create, change, deactivate; and signing in by password for an API key."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from chat.actions.accounts import Accounts
from chat.actions.bots import Bots
from chat.actions.profile_data import ProfileData
from chat.actions.users import Users, check_new_password
from chat.directory import Directory
from chat.errors import (
    AuthenticationFailed,
    CannotDeactivateLastUser,
    JsonableError,
    NotAllowed,
    RateLimitHit,
    UserDeactivated,
)
from chat.history import History
from chat.models import MAX_PASSWORD, Role, User
from chat.params import EmailText, Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.profile_fields import TellMany
from chat.resources.routes import Routes, Who
from chat.wire import UserWire, user_wire

FullName = Annotated[str, Meta(max_length=200)]
Password = Annotated[str, Meta(max_length=MAX_PASSWORD)]


class GetUsers(Params, frozen=True):
    client_gravatar: bool = True
    include_custom_profile_fields: bool = False


class MembersWire(TypedDict):
    members: list[UserWire]


class OneUserWire(TypedDict):
    user: UserWire


class OwnUserWire(UserWire):
    max_message_id: int


class CreateUser(Params, frozen=True):
    email: EmailText
    password: Password
    full_name: FullName


class CreatedWire(TypedDict):
    user_id: int


class UpdateUser(Params, frozen=True):
    full_name: FullName | None = None
    role: Literal[100, 200, 300, 400, 600] | None = None
    profile_data: TellMany | None = None


class Deactivate(Params, frozen=True):
    deactivation_notification_comment: Annotated[Annotated[str, Meta(max_length=2000)] | None, Param(
        doc="For a mail to the person, once there are mails; read and kept nowhere until then.")] = None


class FetchApiKey(Params, frozen=True):
    username: EmailText
    password: Password


class JwtFetchApiKey(Params, frozen=True):
    token: Annotated[Annotated[str, Meta(max_length=10_000)], Param(doc="The signed token.")] = ""
    include_profile: Annotated[bool, Param(doc="Whether to tell of the person too.")] = False


class ApiKeyWire(TypedDict):
    api_key: str
    email: str
    user_id: int


class NewKeyWire(TypedDict):
    api_key: str


class UsersResource:
    routes = Routes("users", {"new_email": "new.user@example.com", "password": "a few unrelated words"})

    def __init__(self, users: Users, accounts: Accounts, profile_data: ProfileData, directory: Directory,
                 history: History, bots: Bots) -> None:
        self._profile_data = profile_data
        self._users = users
        self._accounts = accounts
        self._directory = directory
        self._history = history
        self._bots = bots

    @routes.post("/fetch_api_key", who=Who.ANYONE, params=FetchApiKey, returns=ApiKeyWire,
                 summary="Fetch an API key", errors=(AuthenticationFailed, UserDeactivated, RateLimitHit),
                 example={"username": "{email}", "password": "{password}"})
    async def fetch_api_key(self, notes: RequestNotes, p: FetchApiKey) -> ApiKeyWire:
        """A new API key for who has the password. Earlier keys stay valid."""
        user = await self._accounts.check_password(p.username, p.password, notes.address)
        return {"api_key": await self._accounts.new_api_key(user, notes.client_name), "email": user.email,
                "user_id": user.id}

    @routes.post("/jwt/fetch_api_key", who=Who.ANYONE, params=JwtFetchApiKey, returns=ApiKeyWire,
                 summary="Fetch an API key by a signed token", errors=(JsonableError,), example={"token": "a.b.c"})
    async def jwt_fetch_api_key(self, notes: RequestNotes, p: JwtFetchApiKey) -> ApiKeyWire:
        """Always refused: this server trusts nobody else's tokens."""
        raise JsonableError("JWT authentication is not enabled for this organization")

    @routes.post("/users/me/api_key/regenerate", who=Who.USER, returns=NewKeyWire, summary="Replace one's API keys")
    async def regenerate_api_key(self, notes: RequestNotes, p: Params) -> NewKeyWire:
        """Revokes all one's keys and gives a new one."""
        if notes.caller.is_bot:
            return {"api_key": await self._bots.do_regenerate_key(notes.caller, notes.caller.id)}
        return {"api_key": await self._accounts.regenerate_api_key(notes.caller)}

    @routes.get("/users", who=Who.USER, params=GetUsers, returns=MembersWire, summary="Get all users")
    async def get_users(self, notes: RequestNotes, p: GetUsers) -> MembersWire:
        """Everyone in the organization, those with closed accounts too."""
        return {"members": [self._wire(user, p)
                            for _, user in sorted(self._directory.users.items()) if not user.is_system]}

    @routes.get("/users/me", who=Who.USER, returns=OwnUserWire, summary="Get own user")
    async def get_own_user(self, notes: RequestNotes, p: Params) -> OwnUserWire:
        """Who the caller is."""
        return {**user_wire(notes.caller, with_active=True, profile=self._directory.profile_data(notes.caller.id)),
                "max_message_id": await self._history.newest_id(notes.caller)}

    @routes.delete("/users/me", who=Who.HUMAN, summary="Deactivate own user", errors=(CannotDeactivateLastUser,))
    async def deactivate_own_user(self, notes: RequestNotes, p: Params) -> None:
        """Closes one's own account."""
        await self._users.do_deactivate(notes.caller, notes.caller.id)

    @routes.get("/users/{user_id:int}", who=Who.USER, params=GetUsers, returns=OneUserWire, summary="Get a user")
    async def get_user(self, notes: RequestNotes, p: GetUsers, user_id: int) -> OneUserWire:
        """One person, by id."""
        return {"user": self._wire(self._user(user_id), p)}

    @routes.get("/users/{email:email}", who=Who.USER, params=GetUsers, returns=OneUserWire,
                summary="Get a user by email")
    async def get_user_by_email(self, notes: RequestNotes, p: GetUsers, email: str) -> OneUserWire:
        """One person, by address."""
        user = self._directory.user_by_email(email)
        if user is None:
            raise JsonableError("No such user")
        return {"user": self._wire(user, p)}

    @routes.post("/users", who=Who.ADMINISTRATOR, params=CreateUser, returns=CreatedWire, summary="Create a user",
                 example={"email": "{new_email}", "full_name": "New User", "password": "{password}"})
    async def create_user(self, notes: RequestNotes, p: CreateUser) -> CreatedWire:
        """A new member. An address that is taken is an error, and changes nothing."""
        return await self._create(p)

    @routes.put("/users", who=Who.ADMINISTRATOR, params=CreateUser, returns=CreatedWire,
                summary="Create a user, by its unique address",
                example={"email": "{new_email}", "full_name": "New User", "password": "{password}"})
    async def create_user_put(self, notes: RequestNotes, p: CreateUser) -> CreatedWire:
        """The same as POST: people have a unique id, their address, so PUT fits as well."""
        return await self._create(p)

    @routes.patch("/users/{user_id:int}", who=Who.ADMINISTRATOR, params=UpdateUser, summary="Update a user",
                  errors=(NotAllowed,),
                  example={"full_name": "Grace B. Hopper"})
    async def update_user(self, notes: RequestNotes, p: UpdateUser, user_id: int) -> None:
        """Changes someone's name, role, or profile. Only owners may make or change owners."""
        if p.profile_data is not None:
            self._users.check_change(notes.caller, user_id)
            await self._profile_data.do_update(
                self._user(user_id), {one.id: one.value for one in p.profile_data})
        await self._users.do_update_user(notes.caller, user_id, full_name=p.full_name, role=p.role)

    @routes.delete("/users/{user_id:int}", who=Who.ADMINISTRATOR, params=Deactivate, summary="Deactivate a user",
                   errors=(NotAllowed, CannotDeactivateLastUser))
    async def deactivate_user(self, notes: RequestNotes, p: Deactivate, user_id: int) -> None:
        """Closes an account: sessions, keys and event queues end at once."""
        await self._users.do_deactivate(notes.caller, user_id)

    @routes.post("/users/{user_id:int}/reactivate", who=Who.ADMINISTRATOR, summary="Reactivate a user",
                 errors=(NotAllowed,))
    async def reactivate_user(self, notes: RequestNotes, p: Params, user_id: int) -> None:
        """Opens a closed account again."""
        await self._users.do_reactivate(notes.caller, user_id)

    def _wire(self, user: User, p: GetUsers) -> UserWire:
        profile = self._directory.profile_data(user.id) if p.include_custom_profile_fields else None
        return user_wire(user, with_active=True, profile=profile)

    async def _create(self, p: CreateUser) -> CreatedWire:
        hashed = await self._accounts.hash_password(check_new_password(p.password))
        user = await self._users.do_create_user(
            email=p.email, full_name=p.full_name, role=Role.MEMBER, password_hash=hashed)
        return {"user_id": user.id}

    def _user(self, user_id: int) -> User:
        user = self._directory.user_by_id(user_id)
        if user is None:
            raise JsonableError("No such user")
        return user
