"""The browser's files: what is made of them for production, and how they are served."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from klein import Klein
from twisted.internet import reactor
from twisted.trial.unittest import TestCase
from twisted.web.client import Agent, HTTPConnectionPool, readBody
from twisted.web.http_headers import Headers
from twisted.web.server import Site

from chat import settings
from chat.errors import NotFound
from chat.resources.assets import Assets
from chat.resources.static import StaticFiles, accepted_encodings
from tests.support.built import prod_static

MAX_FIRST_LOAD_BYTES = 120_000
SOURCE = Path(__file__).resolve().parents[2] / "static"


def first_load(folder: Path) -> list[Path]:
    """The style sheets and modules that the client's page asks for at once, and the modules that these import."""
    page = (folder / "index.html").read_text()
    wanted = re.findall(r'"/static/([^"]+\.(?:js|css))"', re.sub(r"<script type=\"importmap\">.*?</script>", "", page))
    found: list[Path] = []
    while wanted:
        path = folder / wanted.pop()
        if path not in found:
            found.append(path)
            if path.suffix == ".js":
                imported = re.findall(r'(?:from|[;}]import|^import)"(\.[^"]+)"', path.read_text())
                wanted += [os.path.relpath(path.parent / name, folder) for name in imported]
    return found


class BuiltTests:
    def test_the_first_load_is_small(self) -> None:
        """All JavaScript and CSS that the first page needs, as gzip sends it; brotli sends less."""
        files = first_load(prod_static())
        assert {path.suffix for path in files} == {".js", ".css"}
        for ending in (".gz", ".br"):
            size = sum(path.with_name(path.name + ending).stat().st_size for path in files)
            assert 20_000 < size < MAX_FIRST_LOAD_BYTES, [(path.name, path.stat().st_size) for path in files]

    def test_names_tell_the_content(self) -> None:
        """Every file of static/ is there, under a name of its own; compressed copies hold the same."""
        folder = prod_static()
        manifest = json.loads((folder / "manifest.json").read_text())
        styles = {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.css")}
        assert styles <= set(manifest)
        for plain, hashed in manifest.items():
            assert plain == hashed or re.search(r"-[0-9A-Z]{8}\.\w+$", hashed), (plain, hashed)
            assert (folder / plain).read_bytes() == (folder / hashed).read_bytes()
        packed = list(folder.rglob("*.gz"))
        assert len(packed) > 10
        for path in packed:
            assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()

    def test_the_page_vouches_for_everything(self) -> None:
        """Style sheets and modules carry the hash of their content, imported modules in the import map."""
        folder = prod_static()
        page = (folder / "index.html").read_text()
        vouched = dict(re.findall(r'(?:href|src)="/static/([^"]+)" integrity="([^"]+)"', page))
        imports = re.search(r'<script type="importmap">(.*?)</script>', page)
        assert imports
        in_map = json.loads(imports[1])["integrity"]
        modules = [path for path in first_load(folder) if path.suffix == ".js"]
        for path in first_load(folder):
            name = path.relative_to(folder).as_posix()
            digest = "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
            assert vouched[name] == digest
            if path in modules:
                assert in_map["/static/" + name] == digest

    def test_nothing_but_its_own(self) -> None:
        """What is minified stays ours: no addresses of others, no source maps."""
        for path in prod_static().rglob("*.js"):
            assert "sourceMappingURL" not in path.read_text()


class FolderTests:
    def test_production_counts_while_it_is_new(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a checkout what was built is served until something in static/ is newer."""
        source, built = tmp_path / "static", tmp_path / "prod-static"
        for folder in (source, built, tmp_path / "chat"):
            folder.mkdir()
        monkeypatch.setattr(settings, "_CHAT_FOLDER", tmp_path / "chat")
        (source / "index.html").write_text("")
        assert settings.static_folder() == source
        (built / "manifest.json").write_text("{}")
        os.utime(built / "manifest.json", (2e9, 2e9))
        assert settings.static_folder() == built
        os.utime(source / "index.html", (2.1e9, 2.1e9))
        assert settings.static_folder() == source


class _Served(TestCase):
    folder: Path

    def setUp(self) -> None:
        app = Klein()
        StaticFiles(Assets(self.folder)).mount(app)
        app.handle_errors(NotFound)(lambda request, failure: request.setResponseCode(404) or b"")
        self.port = reactor.listenTCP(0, Site(app.resource()), interface="127.0.0.1")  # type: ignore[attr-defined]
        self.addCleanup(self.port.stopListening)
        self.agent = Agent(reactor, pool=HTTPConnectionPool(reactor, persistent=False))

    async def get(self, path: str, encodings: str = "identity", method: str = "GET", **headers: str
                  ) -> tuple[Any, bytes]:
        """The answer and its body, as sent."""
        response = await self.agent.request(
            method.encode(), f"http://127.0.0.1:{self.port.getHost().port}{path}".encode(),
            Headers({name: [value] for name, value in {"Accept-Encoding": encodings, **headers}.items()}))
        return response, await readBody(response)

    @staticmethod
    def header(response: Any, name: str) -> str:
        return (response.headers.getRawHeaders(name) or [""])[0]


class ProductionTests(_Served):
    def setUp(self) -> None:
        self.folder = prod_static()
        self.style = json.loads((self.folder / "manifest.json").read_text())["css/base.css"]
        super().setUp()

    async def test_hashed_names_are_kept_for_good(self) -> None:
        response, body = await self.get(f"/static/{self.style}")
        assert self.header(response, "cache-control") == "public, max-age=31536000, immutable"
        assert self.header(response, "content-type") == "text/css; charset=utf-8"
        assert body == (self.folder / self.style).read_bytes()

    async def test_plain_names_are_asked_for_again(self) -> None:
        response, _ = await self.get("/static/css/base.css")
        assert self.header(response, "cache-control") == "no-cache"
        again, body = await self.get(
            "/static/css/base.css", **{"If-Modified-Since": self.header(response, "last-modified")})
        assert (again.code, body) == (304, b"")

    async def test_compressed_as_the_browser_wants(self) -> None:
        path = self.folder / self.style
        for wanted, encoding, ending in (("gzip, deflate, br", "br", ".br"), ("gzip", "gzip", ".gz"),
                                         ("br;q=0, gzip;q=0.5", "gzip", ".gz"), ("identity", "", "")):
            response, _ = await self.get(f"/static/{self.style}", wanted, method="HEAD")
            assert self.header(response, "content-encoding") == encoding
            assert self.header(response, "vary") == "Accept-Encoding"
            assert int(self.header(response, "content-length")) == path.with_name(path.name + ending).stat().st_size

    async def test_a_part(self) -> None:
        """A range counts the bytes of the file itself."""
        response, body = await self.get(f"/static/{self.style}", "br, gzip", Range="bytes=10-19")
        assert (response.code, body) == (206, (self.folder / self.style).read_bytes()[10:20])
        assert self.header(response, "content-encoding") == ""

    async def test_nothing_else(self) -> None:
        for path in ("index.html", "manifest.json", "css", "css/", "nothing.css", ".hidden", "css/..%2fx", "x" * 600,
                     "css%5cbase.css", "%00", "css//base.css", "../setup.cfg"):
            response, _ = await self.get("/static/" + path)
            assert response.code == 404, path


class CheckoutTests(_Served):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "long.js").write_text("// long\n" * 1000)
        (self.folder / "short.js").write_text("// short\n")
        (self.folder / "main-ABCDEFGH.js").write_text("// a name like any other here\n")
        super().setUp()

    async def test_text_is_compressed_here(self) -> None:
        response, _ = await self.get("/static/long.js", "br, gzip", method="HEAD")
        assert self.header(response, "content-encoding") == "gzip"
        assert 0 < int(self.header(response, "content-length")) < 200
        short, _ = await self.get("/static/short.js", "gzip", method="HEAD")
        assert self.header(short, "content-encoding") == ""
        again, _ = await self.get("/static/long.js", "gzip", **{"If-None-Match": self.header(response, "etag")})
        assert again.code == 304

    async def test_a_change_shows_at_once(self) -> None:
        before, _ = await self.get("/static/long.js", "gzip", method="HEAD")
        (self.folder / "long.js").write_text("// changed\n" * 1000)
        os.utime(self.folder / "long.js", (2e9, 2e9))
        after, _ = await self.get("/static/long.js", "gzip", method="HEAD")
        assert self.header(before, "etag") != self.header(after, "etag")
        assert self.header(after, "cache-control") == "no-cache"
        named, _ = await self.get("/static/main-ABCDEFGH.js")
        assert self.header(named, "cache-control") == "no-cache"


def test_what_browsers_accept() -> None:
    assert accepted_encodings("gzip, br") == {"gzip", "br"}
    assert accepted_encodings("GZIP;q=0.8, br; q=0, *;q=0.0") == {"gzip"}
    assert accepted_encodings("") == {""}
