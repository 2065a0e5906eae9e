"""Pages that the server renders: sign-in and out, the first organisation, errors. And the client's own page."""

from __future__ import annotations

import math
import secrets
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from klein import Klein
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from chat.actions.accounts import SESSION_LIFETIME_S, Accounts
from chat.actions.organisation import Organisations, OrganisationWish
from chat.deferreds import Clock, shielded
from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.directory import Directory
from chat.errors import JsonableError, RateLimitHit
from chat.languages import Language
from chat.models import Role, User
from chat.passwords import csrf_token, same
from chat.resources.assets import Assets
from chat.resources.body import body_values
from chat.resources.client_page import client_page
from chat.resources.door import CSRF_COOKIE, SESSION_COOKIE, Authentication, cookie, header, notes_of
from chat.resources.language import LanguageChoice
from chat.resources.notes import Door
from chat.resources.redirects import safe_next
from chat.settings import Settings

_ROLE_NAMES = {Role.OWNER: "Owner", Role.ADMINISTRATOR: "Administrator", Role.MODERATOR: "Moderator",
               Role.MEMBER: "Member", Role.GUEST: "Guest"}
_log = Logger("chat.pages")

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
}


class Pages:
    def __init__(self, settings: Settings, directory: Directory, accounts: Accounts, organisations: Organisations,
                 authentication: Authentication, languages: LanguageChoice, clock: Clock, assets: Assets
                 ) -> None:
        self._settings = settings
        self._directory = directory
        self._accounts = accounts
        self._organisations = organisations
        self._authentication = authentication
        self._languages = languages
        self._clock = clock
        self._assets = assets
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "templates"), autoescape=True,
            undefined=StrictUndefined)
        self._templates.globals["_"] = lambda text: text

    def mount(self, app: Klein) -> None:
        """Add the pages' routes to `app`."""
        app.route("/", endpoint="home")(self.home)
        app.route("/login/", endpoint="login", methods=["GET", "HEAD"])(self.login)
        app.route("/login/", endpoint="sign_in", methods=["POST"])(self.sign_in)
        app.route("/accounts/logout/", endpoint="logout", methods=["POST"])(self.sign_out)
        app.route("/new/<string(maxlength=100):token>/", endpoint="new", methods=["GET", "HEAD"])(self.new)
        app.route("/new/<string(maxlength=100):token>/", endpoint="create", methods=["POST"])(self.create)
        app.route("/health", endpoint="health")(lambda request: _plain(request, "ok\n"))
        app.handle_errors(HTTPException)(self.refused)
        app.handle_errors(JsonableError)(self.unhappy)
        app.handle_errors(Exception)(self.failed)

    def home(self, request: Any) -> Any:
        """The browser client, for who is signed in."""
        if self._caller(request) is None:
            return _redirect(request, "/login/")
        self._set_csrf_cookie(request, csrf_token(cookie(request, SESSION_COOKIE) or ""))
        for name, value in _HEADERS.items():
            request.setHeader(name, value)
        return client_page(self._assets.page(), self._language(request))

    def login(self, request: Any) -> Any:
        """The sign-in page."""
        following = safe_next((request.args.get(b"next") or [b""])[0].decode("utf-8", "replace"))
        if self._caller(request) is not None:
            return _redirect(request, following)
        return self._login_page(request, following)

    def sign_in(self, request: Any) -> Deferred[Any]:
        """The sign-in form."""
        return shielded(self._sign_in(request))

    async def _sign_in(self, request: Any) -> Any:
        form = self._form(request)
        following, email = safe_next(form.get("next", "")), form.get("username", "")
        demo_email = form.get("demo_email", "")
        try:
            if demo_email:
                if not self._settings.demo or demo_email not in {person.email for person in DEMO_PEOPLE}:
                    raise JsonableError("That is not one of the demo's people")
                email, password = demo_email, DEMO_PASSWORD
            else:
                password = form.get("password", "")
            user = await self._accounts.check_password(email, password, request.client_host)
        except RateLimitHit as error:
            minutes = math.ceil(error.retry_after_s / 60)
            return self._login_page(request, following, username=email[:254], error=(
                f"Too many attempts. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}."))
        except JsonableError as error:
            return self._login_page(request, following, username=email[:254], error=error.msg)
        token = await self._accounts.start_session(user, header(request, "user-agent") or "")
        self._set_cookie(request, SESSION_COOKIE, token, http_only=True)
        self._set_csrf_cookie(request, csrf_token(token))
        return _redirect(request, following)

    def sign_out(self, request: Any) -> Deferred[Any]:
        """Ends the session; needs its CSRF token."""
        return shielded(self._sign_out(request))

    async def _sign_out(self, request: Any) -> Any:
        token = cookie(request, SESSION_COOKIE)
        session = self._accounts.session_of_token(token, self._clock.seconds()) if token else None
        if session is not None and token is not None:
            given = header(request, "x-csrftoken") or self._fields(request).get("csrfmiddlewaretoken", "")
            if not same(given, csrf_token(token)):
                return self._error(request, 403, "This form is out of date", "Go back, reload the page and try again.")
            await self._accounts.end_session(session)
        request.addCookie(SESSION_COOKIE, b"", path=b"/", max_age=b"0")
        return _redirect(request, "/login/")

    def new(self, request: Any, token: str) -> Deferred[Any]:
        """The page behind the one-time link that an empty server prints."""
        return shielded(self._new(request, token))

    async def _new(self, request: Any, token: str) -> Any:
        if not await self._organisations.link_is_valid(token):
            return self._link_is_spent(request)
        return self._new_page(request, {}, {})

    def create(self, request: Any, token: str) -> Deferred[Any]:
        """That page's form: makes the organisation and its first owner, and signs them in."""
        return shielded(self._create(request, token))

    async def _create(self, request: Any, token: str) -> Any:
        form = self._form(request)
        wish = OrganisationWish(*(form.get(name, "") for name in ("organisation", "full_name", "email", "password")))
        errors = self._organisations.errors(wish)
        if errors:
            return self._new_page(request, errors, form)
        hashed = await self._accounts.hash_password(wish.password)
        owner = await self._organisations.do_create_organisation(token, wish, hashed)
        if owner is None:
            return self._link_is_spent(request)
        session = await self._accounts.start_session(owner, header(request, "user-agent") or "")
        self._set_cookie(request, SESSION_COOKIE, session, http_only=True)
        return _redirect(request, "/")

    def refused(self, request: Any, failure: Any) -> bytes:
        """No page at this address, or not with this verb."""
        request.setResponseCode(failure.value.code)
        if isinstance(failure.value, MethodNotAllowed):
            request.setHeader("Allow", ", ".join(sorted(failure.value.valid_methods or ())))
            return self._error(request, 405, "Not like this", "This address does not take that kind of request.")
        return self._error(request, 404, "Page not found", "There is nothing at this address. It may have moved.")

    def unhappy(self, request: Any, failure: Any) -> bytes:
        error = failure.value
        if error.status == 404:
            return self._error(request, 404, "Page not found", error.msg)
        return self._error(request, error.status, "That did not work", error.msg)

    def failed(self, request: Any, failure: Any) -> bytes:
        _log.failure("a page failed", failure)
        return self._error(request, 500, "Something went wrong", "The failure was logged. Try again in a moment.")

    # Pieces

    def _language(self, request: Any) -> Language:
        return self._languages.of(self._caller(request), header(request, "accept-language"))

    def _caller(self, request: Any) -> User | None:
        notes = notes_of(request, Door.JSON, "/", self._clock)
        self._authentication.by_session(notes, cookie(request, SESSION_COOKIE))
        request.person_id = notes.user.id if notes.user is not None else None
        return notes.user

    def _form(self, request: Any) -> dict[str, str]:
        """The fields of a form that carries the token of the page it was on. Raises JsonableError."""
        fields = self._fields(request)
        expected = cookie(request, CSRF_COOKIE)
        if not expected or not same(fields.get("csrfmiddlewaretoken", ""), expected):
            raise JsonableError("This form is out of date. Go back, reload the page and try again.")
        return fields

    def _fields(self, request: Any) -> dict[str, str]:
        request.content.seek(0)
        values = body_values(header(request, "content-type") or "", request.content.read())
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def _login_page(self, request: Any, following: str, *, username: str = "", error: str | None = None) -> bytes:
        organisation = self._directory.organisation
        people = []
        if self._settings.demo:
            for person in DEMO_PEOPLE:
                user = self._directory.user_by_email(person.email)
                if user is not None and user.is_active:
                    people.append({"full_name": user.full_name, "email": user.email,
                                   "role_name": _ROLE_NAMES[Role(user.role)]})
        return self._page(
            request, "login.html", realm_name=organisation.name if organisation else "Plait",
            csrf_token=self._form_token(request), next=following, error=error, username=username, demo_people=people)

    def _new_page(self, request: Any, errors: dict[str, str], values: dict[str, str]) -> bytes:
        return self._page(request, "create_organisation.html", csrf_token=self._form_token(request), errors=errors,
                          values=values)

    def _link_is_spent(self, request: Any) -> bytes:
        return self._error(request, 404, "This link is no longer valid",
                           "Each link works once. Start the server again to get a new one.")

    def _error(self, request: Any, status: int, title: str, message: str) -> bytes:
        request.setResponseCode(status)
        return self._page(request, "error.html", status=status, title=title, message=message,
                          signed_in=self._caller(request) is not None)

    def _page(self, request: Any, template: str, **context: Any) -> bytes:
        for name, value in _HEADERS.items():
            request.setHeader(name, value)
        return self._assets.with_addresses(self._templates.get_template(template).render(**context)).encode()

    def _form_token(self, request: Any) -> str:
        """The token for a form of someone who has no session yet, kept in a cookie of the same value."""
        token = cookie(request, CSRF_COOKIE)
        if not token or not 20 <= len(token) <= 100 or not token.isalnum():
            token = secrets.token_hex(32)
            self._set_csrf_cookie(request, token)
        return token

    def _set_csrf_cookie(self, request: Any, token: str) -> None:
        self._set_cookie(request, CSRF_COOKIE, token, http_only=False)

    def _set_cookie(self, request: Any, name: bytes, value: str, *, http_only: bool) -> None:
        request.addCookie(name, value.encode(), path=b"/", max_age=str(SESSION_LIFETIME_S).encode(),
                          secure=self._settings.external_url.startswith("https:"), httpOnly=http_only, sameSite=b"lax")


def _redirect(request: Any, path: str) -> bytes:
    request.setHeader("Cache-Control", "no-store")
    request.redirect(path.encode())
    return b""


def _plain(request: Any, text: str) -> bytes:
    request.setHeader("Content-Type", "text/plain; charset=utf-8")
    return text.encode()
