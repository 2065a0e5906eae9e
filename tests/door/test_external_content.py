"""Other sites' pictures at our address: made anew, for those who have the address, and nothing but pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import requests
from PIL import Image

from tests.clients.visitors import ADA, DEADLINE_S, Program
from tests.support.pictures import png
from tests.support.server import RunningServer, start_server
from tests.support.site import Site

LARGE = png(3000, 1500)
BODIES = {"/i.png": ("image/png", png(60, 30)), "/large.png": ("image/png", LARGE),
          "/page.png": ("text/html", b"<script>alert(1)</script>"), "/svg.png": ("image/svg+xml", b"<svg onload='x'/>"),
          "/lie.png": ("image/png", b"<html><script>alert(1)</script>"),
          "/many.png": ("image/png", b"x" * (9 * 1024 * 1024))}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(BODIES) as site:
        yield site


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server(demo=True, options=["--allowed-networks", "127.0.0.0/8"]) as server:
        yield server


def address(server: RunningServer, url: str) -> str:
    """Where the picture at `url` is shown, as a rendered message has it."""
    rendered = Program(server, ADA).ok("POST", "/messages/render", content=url)["rendered"]
    return str(rendered.partition('src="')[2].partition('"')[0])


def fetch(server: RunningServer, path: str) -> requests.Response:
    return requests.get(server.url + path, timeout=DEADLINE_S)


class ExternalContentTests:
    def test_a_picture(self, server: RunningServer, site: Site) -> None:
        """Nobody needs to be signed in to draw it; the site is visited once, by us."""
        path = address(server, f"{site.url}/i.png")
        assert path.startswith("/external_content/")
        for _ in range(3):
            answer = fetch(server, path)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "image/webp"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]
            assert "max-age" in answer.headers["cache-control"]
            with Image.open(io.BytesIO(answer.content)) as image:
                assert (image.format, image.size) == ("WEBP", (60, 30))
        ((asked, agent),) = site.asked
        assert asked == "/i.png"
        assert agent.startswith("Plait/")

    def test_no_larger_than_a_screen(self, server: RunningServer, site: Site) -> None:
        with Image.open(io.BytesIO(fetch(server, address(server, f"{site.url}/large.png")).content)) as image:
            assert image.size == (1680, 840)

    @pytest.mark.parametrize("name", ["lie.png", "many.png", "missing.png", "svg.png", "page.png"])
    def test_what_is_no_picture(self, server: RunningServer, site: Site, name: str) -> None:
        """Not found, whatever it claims to be."""
        answer = fetch(server, address(server, f"{site.url}/{name}"))
        assert answer.status_code == 404
        assert "<script" not in answer.text

    def test_only_what_we_signed(self, server: RunningServer, site: Site) -> None:
        path = address(server, f"{site.url}/i.png")
        other = f"{site.url}/page.png".encode().hex()
        asked = len(site.asked)
        for forged in (path[:-2] + "00", path.replace("/external_content/", "/external_content/0"),
                       f"/external_content/{'0' * 40}/{other}", f"{path.rsplit('/', 1)[0]}/{other}",
                       "/external_content/", path + "zz", "/external_content/x/y"):
            assert fetch(server, forged).status_code == 404, forged
        assert len(site.asked) == asked
