"""What Plait is, for those who do not know it yet."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.resources.pages.site import PageSite


class FeaturesPage:
    def __init__(self, site: PageSite) -> None:
        self._site = site

    def mount(self, app: Klein) -> None:
        self._site.add(app, "/features/", self.features)

    async def features(self, request: Any) -> bytes:
        return self._site.render(request, "features.html")
