"""Settings: one's own, those that new people start with, and the organisation's."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from chat.actions.own_account import OwnAccount
from chat.actions.realm import RealmSettings
from chat.actions.user_settings import UserSettingsActions
from chat.declared import given, parameters
from chat.errors import ExpectationMismatch, JsonableError, NotAllowed, SystemGroupRequired
from chat.models import MAX_PASSWORD
from chat.params import EmailText, Param, Params
from chat.realm import REALM_SETTINGS
from chat.resources.language import LanguageChoice
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.user_settings import NOT_IN_DEFAULTS, USER_SETTINGS


class _OwnBasics(Params, frozen=True):
    full_name: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[EmailText | None, Param(
        doc="It is changed once the link that is mailed to it is followed.")] = None
    old_password: Annotated[str, Meta(max_length=MAX_PASSWORD)] | None = None
    new_password: Annotated[Annotated[str, Meta(max_length=MAX_PASSWORD)] | None, Param(
        doc="Needs `old_password`. All other sessions end.")] = None
    timezone: Annotated[str, Meta(max_length=60)] | None = None


UpdateDefaults = parameters("UpdateDefaults", USER_SETTINGS, omit=NOT_IN_DEFAULTS)
UpdateRealm = parameters("UpdateRealm", REALM_SETTINGS)
UpdateSettings = parameters("UpdateSettings", USER_SETTINGS, base=_OwnBasics)


class SettingsResource:
    routes = Routes("settings")

    def __init__(self, user_settings: UserSettingsActions, realm: RealmSettings, own_account: OwnAccount,
                 languages: LanguageChoice) -> None:
        self._user_settings = user_settings
        self._realm = realm
        self._own_account = own_account
        self._languages = languages

    @routes.patch("/settings", who=Who.HUMAN, params=UpdateSettings, summary="Update settings",
                  errors=(JsonableError, NotAllowed),
                  example={"enter_sends": True, "color_scheme": 2})
    async def update_settings(self, notes: RequestNotes, p: Any) -> None:
        """Changes what is sent of one's own settings, name and time zone."""
        if p.full_name is not None:
            await self._own_account.do_change_name(notes.caller, p.full_name)
        if p.email is not None:
            await self._own_account.ask_new_address(
                notes.caller, p.email, language=self._languages.of_request(notes).code)
        if p.new_password:
            await self._own_account.do_change_password(
                notes.caller, notes.session, p.old_password or "", p.new_password)
        await self._user_settings.do_update(
            notes.caller, {one.name: value for one, value in given(p, USER_SETTINGS)}, p.timezone)

    @routes.patch("/settings/display", who=Who.HUMAN, params=UpdateSettings, summary="Update settings (older path)",
                  errors=(JsonableError, NotAllowed), example={"dense_mode": False})
    async def update_display_settings(self, notes: RequestNotes, p: Any) -> None:
        """The same as `PATCH /settings`."""
        await self.update_settings(notes, p)

    @routes.patch("/settings/notifications", who=Who.HUMAN, params=UpdateSettings,
                  summary="Update settings (older path)", errors=(JsonableError, NotAllowed),
                  example={"enable_sounds": False})
    async def update_notification_settings(self, notes: RequestNotes, p: Any) -> None:
        """The same as `PATCH /settings`."""
        await self.update_settings(notes, p)

    @routes.patch("/realm/user_settings_defaults", who=Who.ADMINISTRATOR, params=UpdateDefaults,
                  summary="Update what new people start with", errors=(NotAllowed,),
                  example={"twenty_four_hour_time": False})
    async def update_user_settings_defaults(self, notes: RequestNotes, p: Any) -> None:
        """Changes the settings that people who join from now on start with."""
        await self._realm.do_update_defaults({one.name: value for one, value in given(p, USER_SETTINGS)})

    @routes.patch("/realm", who=Who.ADMINISTRATOR, params=UpdateRealm, returns=dict[str, Any],
                  summary="Update the organization's settings",
                  errors=(NotAllowed, ExpectationMismatch, SystemGroupRequired),
                  example={"allow_edit_history": False, "message_content_edit_limit_seconds": "unlimited"})
    async def update_realm(self, notes: RequestNotes, p: Any) -> dict[str, Any]:
        """Changes settings of the organization; the answer has those that are different now. Some only owners may
        change."""
        return await self._realm.do_update(notes.caller, list(given(p, REALM_SETTINGS)))


