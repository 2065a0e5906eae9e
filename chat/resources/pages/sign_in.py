"""Signing in and out."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.actions.accounts import Accounts
from chat.actions.joining import Joining
from chat.deferreds import Clock
from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.errors import JsonableError
from chat.i18n import gettext as _
from chat.models import Role
from chat.passwords import csrf_token, same
from chat.resources.door import SESSION_COOKIE, cookie, header
from chat.resources.pages.site import PageSite
from chat.resources.redirects import safe_next

_ROLE_NAMES = {Role.OWNER: _("Owner"), Role.ADMINISTRATOR: _("Administrator"), Role.MODERATOR: _("Moderator"),
               Role.MEMBER: _("Member"), Role.GUEST: _("Guest")}
_DONE = {"password": _("Your password is changed. Sign in with it."), "out": _("You are signed out.")}
"""What may have been done on the page before, by its name in the address."""


class SignInPages:
    def __init__(self, site: PageSite, accounts: Accounts, joining: Joining, clock: Clock) -> None:
        self._site = site
        self._accounts = accounts
        self._joining = joining
        self._clock = clock

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/login/", self.login)
        self._site.add(app, "/login/", self.sign_in, "POST")
        self._site.add(app, "/accounts/logout/", self.sign_out, "POST")

    async def login(self, request: Any) -> bytes:
        """The form."""
        following = safe_next(self._site.query(request, "next"))
        if self._site.caller(request) is not None:
            return self._site.redirect(request, following)
        return self._page(request, following, done=_DONE.get(self._site.query(request, "done")))

    async def sign_in(self, request: Any) -> bytes:
        """The form, filled in. A session that the browser had before ends: nobody keeps one they fixed for another."""
        form = self._site.form(request)
        following, email = safe_next(form.get("next", "")), form.get("username", "")
        try:
            email, password = self._credentials(form)
            user = await self._accounts.check_password(email, password, request.client_host)
        except JsonableError as error:
            return self._page(request, following, username=email[:254], error=self._site.sentence(request, error))
        await self._end_session(cookie(request, SESSION_COOKIE))
        self._site.let_in(request, await self._accounts.start_session(user, header(request, "user-agent") or ""))
        # Who came by a language's page goes on in it, unless they were on their way somewhere.
        return self._site.redirect(request, self._site.address(request, "/") if following == "/" else following)

    async def sign_out(self, request: Any) -> bytes:
        """Ends the session; needs its CSRF token."""
        token = cookie(request, SESSION_COOKIE)
        if token and self._accounts.session_of_token(token, self._clock.seconds()) is not None:
            given = header(request, "x-csrftoken") or self._site.fields(request).get("csrfmiddlewaretoken", "")
            if not same(given, csrf_token(token)):
                return self._site.error(request, 403, _("This form is out of date"),
                                        _("Go back, reload the page and try again."))
            await self._end_session(token)
        request.addCookie(SESSION_COOKIE, b"", path=b"/", max_age=b"0")
        return self._site.redirect(request, self._site.address(request, "/login/"))

    def _credentials(self, form: dict[str, str]) -> tuple[str, str]:
        """Address and password; in the demo one of its people needs none."""
        demo_email = form.get("demo_email", "")
        if not demo_email:
            return form.get("username", ""), form.get("password", "")
        if not self._site.settings.demo or demo_email not in {person.email for person in DEMO_PEOPLE}:
            raise JsonableError("That is not one of the demo's people")
        return demo_email, DEMO_PASSWORD

    async def _end_session(self, token: str | None) -> None:
        session = self._accounts.session_of_token(token, self._clock.seconds()) if token else None
        if session is not None:
            await self._accounts.end_session(session)

    def _page(self, request: Any, following: str, *, username: str = "", error: str | None = None,
              done: str | None = None) -> bytes:
        said = self._site.words(request)
        return self._site.render(
            request, "login.html", csrf_token=self._site.form_token(request), next=following, error=error,
            done=done and said(done), username=username, is_open=self._joining.is_open,
            demo_people=[
                {"full_name": user.full_name, "email": user.email, "role_name": said(_ROLE_NAMES[Role(user.role)])}
                for user in self._demo_people()])

    def _demo_people(self) -> list[Any]:
        if not self._site.settings.demo:
            return []
        people = (self._site.directory.user_by_email(person.email) for person in DEMO_PEOPLE)
        return [user for user in people if user is not None and user.is_active]
