"""The browser's files: where they lie, by which names pages load them, and what stands in the client's own page.

In a checkout they are `static/`, as written. Where `make static` has made `prod-static/` of it (and nothing in
`static/` was changed since), or an installed package holds that, files have names with their content's hash, which
`address` knows; plain names work as well.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from chat.settings import static_folder

_INLINE = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_NAMED = re.compile(r'(?<==")/static/([\w/.-]+)(?=")')


class Assets:
    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or static_folder()
        manifest = self.folder / "manifest.json"
        self._names: dict[str, str] = json.loads(manifest.read_text()) if manifest.is_file() else {}

    @property
    def is_built(self) -> bool:
        """Whether these are the files of production."""
        return bool(self._names)

    def address(self, name: str) -> str:
        """Where a browser finds a file."""
        return "/static/" + self._names.get(name, name)

    def with_addresses(self, html: str) -> str:
        """A page that names files plainly (`href="/static/css/base.css"`), with their addresses as they are here."""
        return _NAMED.sub(lambda match: self.address(match[1]), html)

    def page(self) -> bytes:
        """The browser client's own page."""
        return (self.folder / "index.html").read_bytes()

    def inline_scripts(self) -> list[str]:
        """The scripts that stand in that page: its import map."""
        page = self.folder / "index.html"
        return _INLINE.findall(page.read_text()) if page.is_file() else []

