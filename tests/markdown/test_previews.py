"""Previews of links: which get one, what it looks like on the wire, and that nothing in it can run."""

from __future__ import annotations

import pytest

from chat.markdown.external_images import external_address, read_external_address
from chat.markdown.names import LinkPreview
from chat.markdown.renderer import render
from tests.markdown.cast import cast

NAMES = cast()
KEY = "a key"
PAGE = "https://example.com/page"
IMAGE = "https://example.com/i.png"


def html(content: str, **previews: LinkPreview) -> str:
    """`content` with previews by the last part of their path."""
    found = {f"https://example.com/{name.replace('_', '.')}": preview for name, preview in previews.items()}
    return render(content, NAMES, link_previews=found, external_key=KEY).html


class CardTests:
    def test_a_page(self) -> None:
        """As clients know it; the picture is shown under an address of ours."""
        image = external_address(IMAGE, KEY)
        assert html(f"See {PAGE}", page=LinkPreview("A page", "Of many", IMAGE, 10, 20)) == (
            f'<p>See <a href="{PAGE}">{PAGE}</a></p>\n'
            f'<div class="message_embed"><a class="message_embed_image" href="{PAGE}" '
            f'style="background-image: url(&quot;{image}&quot;)"></a>'
            f'<div class="data-container"><div class="message_embed_title"><a href="{PAGE}" title="A page">A page</a>'
            '</div><div class="message_embed_description">Of many</div></div></div>')

    def test_only_a_title(self) -> None:
        assert html(PAGE, page=LinkPreview("A page")) == (
            f'<p><a href="{PAGE}">{PAGE}</a></p>\n<div class="message_embed"><div class="data-container">'
            f'<div class="message_embed_title"><a href="{PAGE}" title="A page">A page</a></div></div></div>')

    @pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;",
                                      "</div></div>", "url(javascript:alert(1))", "a\u202eb"])
    def test_what_a_page_says_is_text(self, text: str) -> None:
        shown = html(PAGE, page=LinkPreview(text, text, text))
        assert "<script" not in shown
        assert "<img" not in shown
        assert shown.count("<div") == shown.count("</div") == 4

    def test_not_in_quotes_nor_twice_nor_without_end(self) -> None:
        one = LinkPreview("A page")
        assert "message_embed" not in html(f"> {PAGE}", page=one)
        assert html(f"{PAGE} {PAGE}\n\n{PAGE}", page=one).count('"message_embed"') == 1
        many = {f"p{number}": one for number in range(20)}
        assert html(" ".join(f"https://example.com/{name}" for name in many), **many).count('"message_embed"') == 5

    def test_without_pictures(self) -> None:
        """Where the organisation shows no pictures, pages still say what they are."""
        rendered = render(f"{PAGE} {IMAGE}", NAMES, inline_images=False, external_key=KEY,
                          link_previews={PAGE: LinkPreview("A page")})
        assert rendered.html.count('"message_embed"') == 1
        assert "message_inline_image" not in rendered.html


class PictureTests:
    def test_other_sites_do_not_learn_who_reads(self) -> None:
        shown = html(f"{IMAGE}\n\nhttps://example.com/film.mp4")
        assert f'<img src="{external_address(IMAGE, KEY)}">' in shown
        assert 'src="https://' not in shown

    def test_what_it_measures(self) -> None:
        shown = html(IMAGE, i_png=LinkPreview(image=IMAGE, width=300, height=200))
        assert f'<img data-original-dimensions="300x200" src="{external_address(IMAGE, KEY)}">' in shown

    def test_what_turned_out_to_be_none(self) -> None:
        """The link is shown again."""
        assert html(IMAGE, i_png=LinkPreview()) == f'<p><a href="{IMAGE}">{IMAGE}</a></p>'

    def test_a_link_that_turned_out_to_be_one(self) -> None:
        shown = html(PAGE, page=LinkPreview(image=PAGE, width=3, height=2))
        assert shown.startswith('<div class="message_inline_image"')
        assert external_address(PAGE, KEY) in shown

    @pytest.mark.parametrize("address", [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://youtube.com/watch?t=4&v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=x", "https://m.youtube.com/shorts/dQw4w9WgXcQ",
        "http://www.youtube.com/embed/dQw4w9WgXcQ"])
    def test_films(self, address: str) -> None:
        still = external_address("https://i.ytimg.com/vi/dQw4w9WgXcQ/mqdefault.jpg", KEY)
        assert html(address) == (
            f'<div class="youtube-video message_inline_image"><a data-id="dQw4w9WgXcQ" '
            f'href="{address.replace("&", "&amp;")}"><img data-original-dimensions="320x180" src="{still}"></a></div>')

    @pytest.mark.parametrize("address", [
        "https://www.youtube.com/", "https://youtube.com/watch?v=short", "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQmore"])
    def test_what_is_no_film(self, address: str) -> None:
        assert "youtube-video" not in html(address)


class AddressTests:
    def test_there_and_back(self) -> None:
        _, _, signature, hexadecimal = external_address("https://example.com/ü?a=b&c", KEY).split("/")
        assert read_external_address(signature, hexadecimal, KEY) == "https://example.com/ü?a=b&c"

    @pytest.mark.parametrize(("signature", "hexadecimal"), [
        ("0" * 40, "00"), ("", ""), ("ü" * 40, "00"), ("0" * 40, "zz"), ("0" * 40, "0"), ("x", "ff" * 1000)])
    def test_what_we_did_not_sign(self, signature: str, hexadecimal: str) -> None:
        assert read_external_address(signature, hexadecimal, KEY) is None

    def test_another_key(self) -> None:
        _, _, signature, hexadecimal = external_address(PAGE, "another").split("/")
        assert read_external_address(signature, hexadecimal, KEY) is None
