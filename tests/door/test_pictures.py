"""Avatars and emoji by HTTP: as pictures that any client can draw, at addresses that only those know who were told."""

from __future__ import annotations

import io

import pytest
import requests
from PIL import Image

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, HEDY, Browser, Program
from tests.door.raw import basic, exchange
from tests.door.test_uploads import fetch, gif, png
from tests.support.server import RunningServer

BROWSERS_ACCEPT = {"Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}


def size_of(answer: requests.Response) -> tuple[str | None, tuple[int, int]]:
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as image:
        image.load()
        return image.format, image.size


def user_id(program: Program) -> int:
    return int(program.ok("GET", "/users/me")["user_id"])


class DrawnTests:
    def test_as_png(self, ada: Program) -> None:
        """Clients that do not say they can draw SVG get PNG, by id or by address, in two sizes."""
        for who in (str(user_id(ada)), ADA, ADA.upper()):
            for path, side in ((f"/avatar/{who}", 100), (f"/avatar/{who}/medium", 500)):
                answer = fetch(ada, path, {"Accept": "*/*"})
                assert size_of(answer) == ("PNG", (side, side))
                assert answer.headers["content-type"] == "image/png"
                assert answer.headers["vary"] == "Accept"
        assert len({fetch(ada, f"/avatar/{user_id(ada)}").content for _ in range(2)}) == 1

    def test_as_svg(self, demo_server: RunningServer) -> None:
        """Browsers get initials as SVG."""
        answer = fetch(Browser(demo_server, ADA), f"/avatar/{ADA}", BROWSERS_ACCEPT)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ">AL<" in answer.text

    def test_names_are_text(self, ada: Program) -> None:
        """Whatever begins a name is text in the picture."""
        member = ada.ok("POST", "/users", email="amp@plait.example", full_name="& <script", password="long enough")
        answer = fetch(ada, f"/avatar/{member['user_id']}", BROWSERS_ACCEPT)
        assert "&amp;&lt;" in answer.text
        assert size_of(fetch(ada, f"/avatar/{member['user_id']}")) == ("PNG", (100, 100))

    @pytest.mark.parametrize("who", ["999999", "nobody@plait.example", "x", "0", "-1", "%00", "1/large", "1/medium/x",
                                     "9" * 50, "٣"])
    def test_nobody(self, ada: Program, who: str) -> None:
        answer = exchange(ada.server, b"GET", b"/avatar/" + who.encode(), {b"Authorization": basic(ADA, ada.key)})
        assert answer.status in (400, 404)

    def test_strangers(self, demo_server: RunningServer) -> None:
        """Who is not signed in sees nobody's picture, nor whether there is such a person."""
        for who in ("1", "999999", ADA):
            answer = requests.get(f"{demo_server.url}/avatar/{who}", timeout=DEADLINE_S)
            assert (answer.status_code, answer.text) == (401, "Sign in to see pictures\n")


class OwnPictureTests:
    def test_by_a_browser(self, demo_server: RunningServer, ada: Program) -> None:
        """Set in the browser, seen by everyone who knows the address; `/avatar` leads there; then taken away."""
        hedy = Browser(demo_server, HEDY)
        answer = hedy.session.post(
            demo_server.url + "/json/users/me/avatar", headers={"X-CSRFToken": hedy.csrf_token},
            files={"file": ("me.png", png((300, 200)))}, timeout=DEADLINE_S)
        url = answer.json()["data"]["avatar_url"]
        answer = requests.get(demo_server.url + url, timeout=DEADLINE_S)
        assert size_of(answer) == ("PNG", (100, 100))
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        led = fetch(ada, f"/avatar/{HEDY}/medium")
        assert (led.status_code, led.headers["location"]) == (302, url.replace(".png", "-medium.png"))
        assert size_of(requests.get(demo_server.url + led.headers["location"], timeout=DEADLINE_S))[1] == (500, 500)
        default = hedy.ok("DELETE", "/users/me/avatar")["data"]["avatar_url"]
        assert default.startswith("/avatar/")
        assert requests.get(demo_server.url + url, timeout=DEADLINE_S).status_code == 404

    def test_limits(self, demo_server: RunningServer) -> None:
        """A picture has a smaller bound than a file, and must be one."""
        grace = Program(demo_server, GRACE)
        for content, sentence in ((bytes(5 * 1024 * 1024 + 1), "limit of 5 MiB"), (b"no picture", "not a picture")):
            answer = grace.session.post(demo_server.url + "/api/v1/users/me/avatar", files={"f": ("a", content)},
                                        timeout=DEADLINE_S)
            assert (answer.status_code, sentence in answer.json()["msg"]) == (400, True), answer.text


class EmojiTests:
    def test_added(self, demo_server: RunningServer, ada: Program) -> None:
        """Its pictures can be seen where it is used, also by who gets a mail of it."""
        for name, content in (("doorbell_own", png()), ("door_moves", gif())):
            answer = ada.session.post(f"{demo_server.url}/api/v1/realm/emoji/{name}", timeout=DEADLINE_S,
                                      files={"filename": ("a.png", content)})
            assert answer.status_code == 200, answer.text
        emoji = {one["name"]: one for one in ada.ok("GET", "/realm/emoji")["emoji"].values()}
        for url, kind in ((emoji["doorbell_own"]["source_url"], "PNG"), (emoji["door_moves"]["source_url"], "GIF"),
                          (emoji["door_moves"]["still_url"], "PNG")):
            answer = requests.get(demo_server.url + url, timeout=DEADLINE_S)
            assert size_of(answer) == (kind, (64, 64))
            assert answer.headers["content-type"] == f"image/{kind.lower()}"
            assert "sandbox" in answer.headers["content-security-policy"]

    @pytest.mark.parametrize("path", [
        "1/x.png", "1/emoji/images/x.png", "1/../../files/x", "2/" + "a" * 24 + ".png", "1/" + "a" * 24 + ".png",
        "1/" + "a" * 24 + ".exe", "1/" + "a" * 24 + "-large.png", "%00", "1/" + "a" * 24 + ".png/x"])
    def test_no_other_files(self, ada: Program, path: str) -> None:
        """No address of a picture leads to anything else in the store."""
        assert exchange(ada.server, b"GET", b"/user_avatars/" + path.encode()).status in (400, 404)
