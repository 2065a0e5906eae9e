"""The page behind the one-time link that an empty server prints: makes the organisation and its first owner."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.accounts import Accounts
from chat.actions.organisation import Organisations, OrganisationWish
from chat.i18n import translate_refusal
from chat.resources.door import header
from chat.resources.pages.site import PageSite

_PATH = "/new/<string(maxlength=100):token>/"


class OrganisationPages:
    def __init__(self, site: PageSite, accounts: Accounts, organisations: Organisations) -> None:
        self._site = site
        self._accounts = accounts
        self._organisations = organisations

    def mount(self, app: Klein) -> None:
        self._site.add(app, _PATH, self.new)
        self._site.add(app, _PATH, self.create, "POST")

    async def new(self, request: Any, token: str) -> bytes:
        """The form."""
        if not await self._organisations.link_is_valid(token):
            return self._site.spent_link(request)
        return self._page(request, {}, {})

    async def create(self, request: Any, token: str) -> bytes:
        """The form, filled in: makes it all, and signs the owner in."""
        form = self._site.form(request)
        if not await self._organisations.link_is_valid(token):
            return self._site.spent_link(request)
        wish = OrganisationWish(*(form.get(name, "") for name in ("organisation", "full_name", "email", "password")))
        errors = self._organisations.errors(wish)
        if errors:
            return self._page(request, errors, form)
        hashed = await self._accounts.hash_password(wish.password)
        owner = await self._organisations.do_create_organisation(token, wish, hashed)
        if owner is None:
            return self._site.spent_link(request)
        self._site.let_in(request, await self._accounts.start_session(owner, header(request, "user-agent") or ""))
        return self._site.redirect(request, "/")

    def _page(self, request: Any, errors: dict[str, str], values: dict[str, str]) -> bytes:
        language = self._site.language(request)
        return self._site.render(
            request, "create_organisation.html", csrf_token=self._site.form_token(request), values=values,
            errors={name: translate_refusal(language, sentence) for name, sentence in errors.items()})
