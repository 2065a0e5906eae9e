"""`/unsubscribe/KIND/TOKEN/`: getting no more mails of a kind, from the mail itself and without signing in.

Opening the page changes nothing: programs follow links in mails to look for harm. Its button does, and so does the one
click of a mail program (RFC 8058), which posts without ever having seen the page. The address is the permission.
"""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.user_settings import UserSettingsActions
from chat.errors import NotFound
from chat.models import User
from chat.resources.door import header
from chat.resources.language import LanguageChoice
from chat.resources.pages.site import PageSite
from chat.unsubscribing import KINDS, Unsubscribing

_PATH = "/unsubscribe/<string(maxlength=40):kind>/<string(maxlength=80):token>/"


class UnsubscribePages:
    def __init__(self, site: PageSite, unsubscribing: Unsubscribing, user_settings: UserSettingsActions,
                 languages: LanguageChoice) -> None:
        self._site = site
        self._unsubscribing = unsubscribing
        self._user_settings = user_settings
        self._languages = languages

    def mount(self, app: Klein) -> None:
        self._site.add(app, _PATH, self.ask)
        self._site.add(app, _PATH, self.unsubscribe, "POST")

    async def ask(self, request: Any, kind: str, token: str) -> bytes:
        """The page with the button."""
        return self._page(request, kind, self._person(kind, token))

    async def unsubscribe(self, request: Any, kind: str, token: str) -> bytes:
        """The button, or the one click."""
        user = self._person(kind, token)
        await self._user_settings.do_update(user, {KINDS[kind]: False})
        return self._page(request, kind, user)

    def _person(self, kind: str, token: str) -> User:
        user_id = self._unsubscribing.read(kind, token)
        user = None if user_id is None else self._site.directory.user_by_id(user_id)
        if user is None:
            raise NotFound("This link is not one of ours, or it was cut off in the mail.")
        return user

    def _page(self, request: Any, kind: str, user: User) -> bytes:
        request.setHeader("Referrer-Policy", "no-referrer")
        return self._site.render(
            request, "unsubscribe.html", kind=kind, email=user.email,
            language=self._site.prefix(request) or self._languages.of(user, header(request, "accept-language")),
            is_subscribed=getattr(self._site.directory.settings_of(user.id), KINDS[kind]))
