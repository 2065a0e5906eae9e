"""Previews of links as people see them: they come by themselves, move nothing, and go when they are not wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.person import Person
from tests.support.pictures import png
from tests.support.server import RunningServer, start_server
from tests.support.site import Site

CARD = b"""<head><meta property="og:title" content="A page about clocks, and about why they are read only once">
<meta property="og:description" content="What happens when a deadline is compared with a clock that goes on
meanwhile, and what to do about it. A long description goes on for a while, and then it is cut."><meta
property="og:image" content="/i.png"></head>"""
BODIES = {"/card": ("text/html", CARD), "/plain": ("text/html", b"<title>Only a title</title>"),
          "/i.png": ("image/png", png(300, 200)), "/tall.png": ("image/png", png(400, 900))}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(BODIES) as site:
        yield site


@pytest.fixture(scope="module")
def demo_server() -> Iterator[RunningServer]:
    with start_server(demo=True, options=["--allowed-networks", "127.0.0.0/8"]) as server:
        yield server


SignIn = Callable[..., Person]
TOPIC = "#narrow/channel/3-random/topic/"


def box(place: Any) -> dict[str, float]:
    found = place.bounding_box()
    assert found is not None
    return {name: round(value) for name, value in found.items()}


class CardTests:
    def test_it_comes_by_itself(self, sign_in: SignIn, site: Site) -> None:
        """With its picture at the end, 80 px high, from our own server; a reader at the end stays there."""
        ada = sign_in("ada")
        ada.go(TOPIC + "cards")
        ada.write(f"Look at {site.url}/card please")
        card = ada.sees("Look at").locator(".message_embed")
        card.wait_for()
        image = card.locator("img")
        ada.until(lambda: bool(image.evaluate("image => image.complete && image.naturalWidth > 0")), "the picture")
        assert box(image)["height"] == box(image)["width"] == 80
        assert "/external_content/" in image.get_attribute("src")
        assert box(card)["height"] <= 110
        assert "A page about clocks" in card.inner_text()
        feed = ada.page.locator("#feed")
        assert feed.evaluate("feed => feed.scrollHeight - feed.scrollTop - feed.clientHeight") < 2

    def test_it_is_put_away_and_taken_back(self, sign_in: SignIn, site: Site) -> None:
        """For this reader, over a reload too."""
        ada = sign_in("ada")
        ada.go(TOPIC + "put.20away")
        ada.write(f"Away with {site.url}/plain")
        card = ada.sees("Away with").locator(".message_embed")
        card.wait_for()
        card.hover()
        card.get_by_role("button", name="Hide preview").click()
        card.wait_for(state="detached")
        ada.page.reload()
        ada.wait_ready()
        ada.sees("Away with")
        assert card.count() == 0
        ada.write(f"Once more {site.url}/plain")
        second = ada.sees("Once more").locator(".message_embed")
        second.hover()
        second.get_by_role("button", name="Hide preview").click()
        ada.page.get_by_role("button", name="Undo").click()
        second.wait_for()

    def test_nothing_moves(self, sign_in: SignIn, site: Site) -> None:
        """A picture has its place before it is loaded; who reads further up stays where they are."""
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(TOPIC + "still")
        grace.go(TOPIC + "still")
        for number in range(6):
            grace.write("\n".join(f"{number}.{line}" for line in range(12)))
        ada.sees("5.11")
        ada.page.locator("#feed").evaluate("feed => { feed.scrollTop = 100; }")
        first = ada.sees("1.5")
        before = box(first)
        grace.write(f"{site.url}/tall.png")
        picture = grace.page.locator("#feed .message_inline_image img[data-original-dimensions]")
        picture.wait_for()
        assert box(picture)["height"] == 300
        assert abs(box(picture)["width"] - 300 * 400 / 900) <= 3
        assert box(first) == before
