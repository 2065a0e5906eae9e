"""`/api/`: the reference of the API for people, made from the declarations that serve it."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from klein import Klein
from markupsafe import Markup, escape

from chat.errors import NotFound
from chat.languages import LANGUAGES
from chat.resources.assets import Assets
from chat.resources.openapi import openapi_document
from chat.resources.reference import Entry, entries
from chat.resources.rest import Rest
from chat.templating import TEMPLATES

_PREFIX = "/<any(" + ",".join(f'"{code}"' for code in LANGUAGES) + "):language>"
_NAMES = {"server": "The server itself", "drafts": "Drafts", "jobs": "Deferred work"}


class ApiPages:
    def __init__(self, rest: Rest, assets: Assets, url: str) -> None:
        self._rest = rest
        self._assets = assets
        self._url = url
        self._entries: dict[str, Entry] = {}
        self._pages: dict[str, bytes] = {}
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                                      trim_blocks=True, lstrip_blocks=True)
        self._templates.filters["marked"] = _marked

    def mount(self, app: Klein) -> None:
        """Add the routes to `app`. The reference is in English, whatever prefix one came by."""
        for number, start in enumerate(("", _PREFIX)):
            for path, name, page in (("/api/", "index", self.index), ("/api/<string(maxlength=100):operation>", "entry",
                                                                      self.entry)):
                app.route(start + path, endpoint=f"reference {name} {number}", methods=["GET", "HEAD"])(page)

    def index(self, request: Any, language: str = "") -> bytes:
        """How to begin, and all operations by noun."""
        if "" not in self._pages:
            self._pages[""] = self._render("api/index.html")
        return self._answer(request, self._pages[""])

    def entry(self, request: Any, operation: str, language: str = "") -> bytes:
        """One operation. Raises NotFound."""
        entry = self._read().get(operation)
        if entry is None:
            raise NotFound("There is no such operation.")
        if operation not in self._pages:
            self._pages[operation] = self._render("api/operation.html", entry=entry)
        return self._answer(request, self._pages[operation])

    def _read(self) -> dict[str, Entry]:
        if not self._entries:
            routes = sorted(self._rest.routes, key=lambda route: route.noun)
            self._entries = entries(routes, openapi_document(routes, self._url), self._url)
        return self._entries

    def _render(self, template: str, **context: Any) -> bytes:
        nouns = {_NAMES.get(noun) or noun.replace("_", " ").capitalize(): list(group)
                 for noun, group in groupby(self._read().values(), key=lambda entry: entry.noun)}
        page = self._templates.get_template(template).render(
            nouns=sorted(nouns.items(), key=itemgetter(0)), url=self._url, **context)
        return self._assets.with_addresses(page).encode()

    @staticmethod
    def _answer(request: Any, page: bytes) -> bytes:
        request.setHeader("Content-Type", "text/html; charset=utf-8")
        request.setHeader("Content-Language", "en")
        request.setHeader("Cache-Control", "no-cache")
        return page


def _marked(text: str) -> Markup:
    """A sentence of ours, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704
