"""What all pages share: their language, who looks at them, forms and cookies, errors, and the frame around them.

A page has a plain path and the same under each language's prefix (`/features/`, `/de/features/`). The prefix decides
the language, then what the person set, then Accept-Language.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote

from klein import Klein
from twisted.internet.defer import Deferred

from chat.actions.accounts import SESSION_LIFETIME_S
from chat.deferreds import Clock, shielded
from chat.directory import Directory
from chat.errors import JsonableError, RateLimitHit
from chat.i18n import gettext as _
from chat.i18n import translate, translate_refusal
from chat.languages import LANGUAGES, Language
from chat.models import User
from chat.passwords import csrf_token, same
from chat.resources.assets import Assets
from chat.resources.body import body_values
from chat.resources.door import CSRF_COOKIE, SESSION_COOKIE, Authentication, cookie, header, notes_of
from chat.resources.language import LanguageChoice
from chat.resources.notes import Door
from chat.settings import Settings
from chat.templating import Templates

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
}
_PREFIX = "/<any(" + ",".join(f'"{code}"' for code in LANGUAGES) + "):language>"

Page = Callable[..., Coroutine[Any, Any, bytes]]


class PageSite:
    def __init__(self, settings: Settings, directory: Directory, authentication: Authentication,
                 languages: LanguageChoice, clock: Clock, assets: Assets) -> None:
        self.settings = settings
        self.directory = directory
        self._authentication = authentication
        self._languages = languages
        self._clock = clock
        self._assets = assets
        self._templates = Templates(shared={"languages": list(LANGUAGES.values())})

    def add(self, app: Klein, path: str, page: Page, method: str = "GET") -> None:
        """Put a page at its path and under each prefix. Once begun it runs to its end, whoever leaves."""
        def serve(request: Any, language: str = "", **places: Any) -> Deferred[bytes]:
            return shielded(page(request, **places))

        verbs = ["GET", "HEAD"] if method == "GET" else [method]
        for start, name in (("", "page"), (_PREFIX, "page in a language")):
            app.route(start + path, endpoint=f"{name}: {method} {path}", methods=verbs)(serve)

    # Who and where

    def caller(self, request: Any) -> User | None:
        """Who is signed in."""
        notes = notes_of(request, Door.JSON, "/", self._clock)
        self._authentication.by_session(notes, cookie(request, SESSION_COOKIE))
        request.person_id = notes.user.id if notes.user is not None else None
        return notes.user

    def language(self, request: Any) -> Language:
        return self.prefix(request) or self._languages.of(self.caller(request), header(request, "accept-language"))

    def prefix(self, request: Any) -> Language | None:
        """The language that the address begins with."""
        return LANGUAGES.get(f"{_path(request)}/".split("/")[1])

    def _plain_path(self, request: Any) -> str:
        """The address without its language."""
        prefix = self.prefix(request)
        return _path(request) if prefix is None else _path(request).removeprefix(f"/{prefix.code}") or "/"

    def address(self, request: Any, path: str) -> str:
        """Another page's path, in the language of this one where that was asked for by prefix."""
        prefix = self.prefix(request)
        return path if prefix is None else f"/{prefix.code}{path}"

    # Answers

    def render(self, request: Any, template: str, *, language: Language | None = None, **context: Any) -> bytes:
        """A page from its template. Every template knows who looks (`viewer`), and `here`, `at` for addresses."""
        for name, value in HEADERS.items():
            request.setHeader(name, value)
        language, organisation = language or self.language(request), self.directory.organisation
        text = self._templates.render(
            language, template, realm_name=organisation.name if organisation else "Plait", viewer=self.caller(request),
            has_organisation=organisation is not None, url=self.settings.external_url, here=self._plain_path(request),
            at=lambda path: self.address(request, path), **context)
        request.setHeader("Content-Language", language.tag)
        return self._assets.with_addresses(text).encode()

    def message(self, request: Any, title: str, *paragraphs: str, action: tuple[str, str] | None = None,
                **values: Any) -> bytes:
        """A page of a few marked sentences, with the next step as (words, path)."""
        said = self.words(request)
        return self.render(request, "message.html", title=said(title, **values),
                           paragraphs=[said(text, **values) for text in paragraphs],
                           action=action and (said(action[0]), self.address(request, action[1])))

    def error(self, request: Any, status: int, title: str, message: str) -> bytes:
        """An error's page; `title` is a marked text, `message` that or a refusal's sentence."""
        request.setResponseCode(status)
        said = self.words(request)
        return self.render(request, "error.html", status=status, title=said(title),
                           message=translate_refusal(self.language(request), message))

    def spent_link(self, request: Any) -> bytes:
        return self.error(request, 404, _("This link is no longer valid"), _("It was used already, or it is too old."))

    def words(self, request: Any) -> Callable[..., str]:
        """What translates marked texts for the reader."""
        language = self.language(request)
        return lambda text, **values: translate(language, text, **values)

    def sentence(self, request: Any, error: JsonableError) -> str:
        """A refusal as the reader is told of it above a form."""
        if isinstance(error, RateLimitHit):
            minutes = math.ceil(error.retry_after_s / 60)
            return self.words(request)(_("Too many attempts. Try again in {minutes} min."), minutes=minutes)
        return translate_refusal(self.language(request), error.msg)

    def redirect(self, request: Any, path: str) -> bytes:
        request.setHeader("Cache-Control", "no-store")
        request.redirect(path.encode())
        return b""

    # Forms and cookies

    def form(self, request: Any) -> dict[str, str]:
        """The fields of a form that carries the token of the page it was on. Raises JsonableError."""
        fields = self.fields(request)
        expected = cookie(request, CSRF_COOKIE)
        if not expected or not same(fields.get("csrfmiddlewaretoken", ""), expected):
            raise JsonableError("This form is out of date. Go back, reload the page and try again.")
        return fields

    def fields(self, request: Any) -> dict[str, str]:
        """All fields of a form, whatever page it was on."""
        request.content.seek(0)
        values = body_values(header(request, "content-type") or "", request.content.read())
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def query(self, request: Any, name: str) -> str:
        """A parameter of the address."""
        return str((request.args.get(name.encode()) or [b""])[0].decode("utf-8", "replace"))

    def form_token(self, request: Any) -> str:
        """The token for a form of someone who may have no session yet, kept in a cookie of the same value."""
        token = cookie(request, CSRF_COOKIE)
        if not token or not 20 <= len(token) <= 100 or not token.isalnum():
            token = secrets.token_hex(32)
            self._set_cookie(request, CSRF_COOKIE, token, http_only=False)
        return token

    def let_in(self, request: Any, session: str) -> None:
        """The cookies of a session: its token, which no script sees, and the CSRF token that goes with it."""
        self._set_cookie(request, SESSION_COOKIE, session, http_only=True)
        self.renew_csrf_token(request, session)

    def renew_csrf_token(self, request: Any, session: str) -> None:
        self._set_cookie(request, CSRF_COOKIE, csrf_token(session), http_only=False)

    def _set_cookie(self, request: Any, name: bytes, value: str, *, http_only: bool) -> None:
        request.addCookie(name, value.encode(), path=b"/", max_age=str(SESSION_LIFETIME_S).encode(),
                          secure=self.settings.external_url.startswith("https:"), httpOnly=http_only, sameSite=b"lax")


def _path(request: Any) -> str:
    return unquote(request.path.decode("ascii", "replace"))
