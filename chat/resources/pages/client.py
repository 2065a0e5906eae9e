"""The browser client's own page, for who is signed in."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.resources.assets import Assets
from chat.resources.door import SESSION_COOKIE, cookie
from chat.resources.pages.client_page import client_page
from chat.resources.pages.site import HEADERS, PageSite


class ClientPage:
    def __init__(self, site: PageSite, assets: Assets) -> None:
        self._site = site
        self._assets = assets

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/", self.home)

    async def home(self, request: Any) -> bytes:
        """The client, or the way to sign in."""
        if self._site.caller(request) is None:
            return self._site.redirect(request, self._site.address(request, "/login/"))
        self._site.renew_csrf_token(request, cookie(request, SESSION_COOKIE) or "")
        for name, value in HEADERS.items():
            request.setHeader(name, value)
        return client_page(self._assets.page(), self._site.language(request))
