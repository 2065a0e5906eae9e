"""The manual's pages."""

from __future__ import annotations

from typing import Any

from klein import Klein
from markupsafe import Markup

from chat.errors import NotFound
from chat.i18n import gettext as _
from chat.manual import PAGES, linked, manual_page
from chat.resources.pages.site import PageSite


class HelpPages:
    def __init__(self, site: PageSite) -> None:
        self._site = site

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/help/", self.first)
        self._site.add(app, "/help/<string(maxlength=40):name>/", self.page)

    async def first(self, request: Any) -> bytes:
        """The first page, where people begin."""
        return self._page(request, PAGES[0])

    async def page(self, request: Any, name: str) -> bytes:
        if name not in PAGES:
            raise NotFound(_("There is nothing at this address. It may have moved."))
        return self._page(request, name)

    def _page(self, request: Any, name: str) -> bytes:
        language = self._site.language(request)
        page = manual_page(name, language)
        # Ours, from the Markdown that comes with the program.
        html = Markup(linked(page.html, self._site.address(request, "/help/")))  # noqa: S704
        return self._site.render(request, "help.html", page=page, html=html, is_translated=page.language is language,
                                 contents=[manual_page(other, language) for other in PAGES])
