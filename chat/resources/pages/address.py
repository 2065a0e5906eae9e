"""Confirming one's new address. A mail program that only looks at the link confirms nothing: the form does."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.own_account import OwnAccount
from chat.i18n import gettext as _
from chat.resources.pages.site import PageSite

_LINK = "/confirm/<string(maxlength=100):token>/"


class AddressPages:
    def __init__(self, site: PageSite, own_account: OwnAccount) -> None:
        self._site = site
        self._own_account = own_account

    def mount(self, app: Klein) -> None:
        self._site.add(app, _LINK, self.look)
        self._site.add(app, _LINK, self.confirm, "POST")

    async def look(self, request: Any, token: str) -> bytes:
        """The form: one button."""
        email = await self._own_account.new_address(token)
        if email is None:
            return self._site.spent_link(request)
        return self._site.render(request, "confirm.html", csrf_token=self._site.form_token(request), email=email)

    async def confirm(self, request: Any, token: str) -> bytes:
        """The address is the account's."""
        self._site.form(request)
        user = await self._own_account.do_confirm_address(token, language=self._site.language(request).code)
        if user is None:
            return self._site.spent_link(request)
        return self._site.message(
            request, _("Your address is confirmed"), _("From now on you sign in with {email}."),
            action=(_("Go to your conversations"), "/"), email=user.email)
