"""A forgotten password: asking for the link, and choosing a new one behind it."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.accounts import Accounts
from chat.actions.recovery import Recovery
from chat.actions.users import check_new_password
from chat.errors import JsonableError
from chat.i18n import gettext as _
from chat.mail import Mailer
from chat.resources.pages.site import PageSite

_LINK = "/reset/<string(maxlength=100):token>/"
NO_MAIL = _("This server sends no mail yet: its operator finds the mail in the server's data folder.")


class RecoveryPages:
    def __init__(self, site: PageSite, accounts: Accounts, recovery: Recovery, mailer: Mailer) -> None:
        self._site = site
        self._accounts = accounts
        self._recovery = recovery
        self._mailer = mailer

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/reset/", self.forgotten)
        self._site.add(app, "/reset/", self.ask, "POST")
        self._site.add(app, _LINK, self.choose)
        self._site.add(app, _LINK, self.reset, "POST")

    async def forgotten(self, request: Any) -> bytes:
        """The form for the address."""
        return self._forgotten(request)

    async def ask(self, request: Any) -> bytes:
        """The same answer for every address, whether somebody has it or not."""
        email = self._site.form(request).get("email", "").strip()[:254]
        try:
            self._recovery.ask(email, request.client_host, language=self._site.language(request).code)
        except JsonableError as error:
            return self._forgotten(request, email, self._site.sentence(request, error))
        return self._site.message(
            request, _("Look into your mail"),
            _("If somebody here has the address {email}, a link to choose a new password is on its way to it."),
            *(() if self._mailer.delivers else (NO_MAIL,)), action=(_("Back to signing in"), "/login/"), email=email)

    async def choose(self, request: Any, token: str) -> bytes:
        """The form for the new password."""
        return await self._choose(request, token)

    async def reset(self, request: Any, token: str) -> bytes:
        """The new password is set; one signs in with it."""
        password = self._site.form(request).get("password", "")
        try:
            hashed = await self._accounts.hash_password(check_new_password(password))
        except JsonableError as error:
            return await self._choose(request, token, self._site.sentence(request, error))
        if await self._recovery.do_reset(token, hashed) is None:
            return self._site.spent_link(request)
        return self._site.redirect(request, self._site.address(request, "/login/") + "?done=password")

    async def _choose(self, request: Any, token: str, error: str = "") -> bytes:
        user = await self._recovery.holder(token)
        if user is None:
            return self._site.spent_link(request)
        return self._site.render(request, "new_password.html", csrf_token=self._site.form_token(request),
                                 email=user.email, error=error)

    def _forgotten(self, request: Any, email: str = "", error: str = "") -> bytes:
        return self._site.render(request, "forgotten.html", csrf_token=self._site.form_token(request), email=email,
                                 error=error)
