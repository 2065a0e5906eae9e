"""Joining: asking for an account where that is open, and making it behind an invitation's or a confirmation's link."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.accounts import Accounts
from chat.actions.joining import Joining, WayIn
from chat.actions.user_settings import UserSettingsActions
from chat.actions.users import check_email, check_full_name, check_new_password
from chat.errors import JsonableError
from chat.i18n import gettext as _
from chat.mail import Mailer
from chat.resources.door import header
from chat.resources.pages.recovery import NO_MAIL
from chat.resources.pages.site import PageSite

_LINK = "/join/<string(maxlength=100):token>/"


class JoiningPages:
    def __init__(self, site: PageSite, accounts: Accounts, joining: Joining,
                 user_settings: UserSettingsActions, mailer: Mailer) -> None:
        self._site = site
        self._accounts = accounts
        self._joining = joining
        self._user_settings = user_settings
        self._mailer = mailer

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/register/", self.register)
        self._site.add(app, "/register/", self.ask, "POST")
        self._site.add(app, _LINK, self.join)
        self._site.add(app, _LINK, self.joined, "POST")

    async def register(self, request: Any) -> bytes:
        """The form for an address, or word that one has to be invited."""
        if not self._joining.is_open:
            return self._closed(request)
        return self._address_page(request)

    async def ask(self, request: Any) -> bytes:
        """The same answer for every address, whether somebody has it or not."""
        form = self._site.form(request)
        if not self._joining.is_open:
            return self._closed(request)
        return self._asked(request, form, None)

    async def join(self, request: Any, token: str) -> bytes:
        """The form behind a link: for a whole account, or for the address that is confirmed first."""
        way = await self._joining.way_in(token)
        if self._site.caller(request) is not None:
            return self._site.message(
                request, _("You are here already"), _("You are signed in to {organisation}."),
                action=(_("Go to your conversations"), "/"), organisation=self._organisation)
        if self._joining.proves_itself(way):
            return self._account_page(request, way, {}, {})
        return self._address_page(request)

    async def joined(self, request: Any, token: str) -> bytes:
        """That form, filled in: the account is made and signed in."""
        form = self._site.form(request)
        way = await self._joining.way_in(token)
        if not self._joining.proves_itself(way):
            return self._asked(request, form, way)
        errors = self._errors(request, way, form)
        if errors:
            return self._account_page(request, way, errors, form)
        hashed = await self._accounts.hash_password(form["password"])
        try:
            user = await self._joining.do_join(
                token, email=form.get("email", ""), full_name=form["full_name"], password_hash=hashed)
        except JsonableError as error:
            if error.status == 404:
                raise
            return self._account_page(request, way, {"": self._site.sentence(request, error)}, form)
        # What they read while they came in is what they go on reading.
        await self._user_settings.do_update(user, {"default_language": self._site.language(request).code})
        self._site.let_in(request, await self._accounts.start_session(user, header(request, "user-agent") or ""))
        return self._site.redirect(request, "/")

    @property
    def _organisation(self) -> str:
        organisation = self._site.directory.organisation
        return organisation.name if organisation else "Plait"

    def _errors(self, request: Any, way: WayIn, form: dict[str, str]) -> dict[str, str]:
        """What is wrong with each field, in a sentence."""
        checks = {"full_name": check_full_name, "password": check_new_password}
        if way.email is None:
            checks["email"] = check_email
        errors = {}
        for name, check in checks.items():
            try:
                check(form.get(name, ""))
            except JsonableError as error:
                errors[name] = self._site.sentence(request, error)
        return errors

    def _asked(self, request: Any, form: dict[str, str], way: WayIn | None) -> bytes:
        email = form.get("email", "").strip()[:254]
        try:
            self._joining.ask(email, request.client_host, way, language=self._site.language(request).code)
        except JsonableError as error:
            return self._address_page(request, email, self._site.sentence(request, error))
        return self._site.message(
            request, _("Look into your mail"), _("A link to go on with is on its way to {email}."),
            *(() if self._mailer.delivers else (NO_MAIL,)), email=email)

    def _closed(self, request: Any) -> bytes:
        return self._site.message(
            request, _("You need an invitation"),
            _("{organisation} is open to those who are invited. Ask somebody who is there."),
            action=(_("Sign in"), "/login/"), organisation=self._organisation)

    def _address_page(self, request: Any, email: str = "", error: str = "") -> bytes:
        return self._site.render(request, "register.html", csrf_token=self._site.form_token(request), email=email,
                                 error=error)

    def _account_page(self, request: Any, way: WayIn, errors: dict[str, str], values: dict[str, str]) -> bytes:
        inviter = self._site.directory.user_by_id(way.invitation.inviter_id) if way.invitation else None
        return self._site.render(
            request, "join.html", csrf_token=self._site.form_token(request), email=way.email, errors=errors,
            values=values, inviter=inviter.full_name if inviter else "")
