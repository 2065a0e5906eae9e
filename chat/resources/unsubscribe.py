"""`/unsubscribe/KIND/TOKEN/`: getting no more mails of a kind, from the mail itself and without signing in.

Opening the page changes nothing: programs follow links in mails to look for harm. Its button does, and so does the one
click of a mail program (RFC 8058), which posts without ever having seen the page. The address is the permission.
"""

from __future__ import annotations

from typing import Any

from klein import Klein
from twisted.internet.defer import Deferred

from chat.actions.user_settings import UserSettingsActions
from chat.deferreds import shielded
from chat.directory import Directory
from chat.errors import NotFound
from chat.models import User
from chat.resources.door import header
from chat.resources.language import LanguageChoice
from chat.templating import Templates
from chat.unsubscribing import KINDS, Unsubscribing


class UnsubscribePage:
    def __init__(self, unsubscribing: Unsubscribing, user_settings: UserSettingsActions, directory: Directory,
                 languages: LanguageChoice) -> None:
        self._unsubscribing = unsubscribing
        self._user_settings = user_settings
        self._directory = directory
        self._languages = languages
        self._templates = Templates()

    def mount(self, app: Klein) -> None:
        """Add the route to `app`."""
        path = "/unsubscribe/<string(maxlength=40):kind>/<string(maxlength=80):token>/"
        app.route(path, endpoint="unsubscribe", methods=["GET", "HEAD"])(self.ask)
        app.route(path, endpoint="unsubscribe_now", methods=["POST"])(self.unsubscribe)

    def ask(self, request: Any, kind: str, token: str) -> bytes:
        """The page with the button."""
        return self._page(request, kind, self._person(kind, token))

    def unsubscribe(self, request: Any, kind: str, token: str) -> Deferred[bytes]:
        """The button, or the one click."""
        return shielded(self._unsubscribe(request, kind, token))

    async def _unsubscribe(self, request: Any, kind: str, token: str) -> bytes:
        user = self._person(kind, token)
        await self._user_settings.do_update(user, {KINDS[kind]: False})
        return self._page(request, kind, user)

    def _person(self, kind: str, token: str) -> User:
        user_id = self._unsubscribing.read(kind, token)
        user = None if user_id is None else self._directory.user_by_id(user_id)
        if user is None:
            raise NotFound("This link is not one of ours, or it was cut off in the mail.")
        return user

    def _page(self, request: Any, kind: str, user: User) -> bytes:
        language = self._languages.of(user, header(request, "accept-language"))
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        request.setHeader("Cache-Control", "no-store")
        request.setHeader("Referrer-Policy", "no-referrer")
        organisation = self._directory.organisation
        return self._templates.render(
            language, "unsubscribe.html", kind=kind, email=user.email,
            organisation=organisation.name if organisation else "Plait",
            is_subscribed=getattr(self._directory.settings_of(user.id), KINDS[kind])).encode()
