"""Reading other people's pages: what they say of themselves, in whatever letters, and how little that can be."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chat.workers.pages import MAX_DESCRIPTION, MAX_TITLE, address, answer, decoded, plain

BASE = "https://example.com/a/b"


def read(html: str | bytes, job: str = "page", charset: str = "") -> dict[str, Any]:
    body = html.encode() if isinstance(html, str) else html
    return answer({"job": job, "body": base64.b64encode(body).decode(), "url": BASE, "charset": charset})["done"]


class PageTests:
    def test_open_graph_comes_first(self) -> None:
        said = read("""<head><title>Plain</title><meta name="description" content="Plain too">
            <meta property="og:title" content="Graph &amp; co"><meta property="og:description" content="More">
            <meta name="twitter:title" content="Bird"><meta property="og:image" content="/i.png">
            <meta property="og:title" content="Later"></head>""")
        assert said == {
            "title": "Graph & co", "description": "More", "image": "https://example.com/i.png", "oembed": ""}

    def test_then_cards_then_plain_html(self) -> None:
        said = read("""<title>Plain</title><meta name="twitter:title" content="Bird">
            <meta name="DESCRIPTION" content="Plain words"><meta name="twitter:image" content="https://o.test/i.png">""")
        assert (said["title"], said["description"], said["image"]) == ("Bird", "Plain words", "https://o.test/i.png")
        assert read("<title>\n  Only\n a title </title>")["title"] == "Only a title"

    def test_empty_words_do_not_count(self) -> None:
        said = read('<meta property="og:title" content="  "><meta property="og:image" content=" "><title>T</title>')
        assert (said["title"], said["image"]) == ("T", "")

    def test_nothing_at_all(self) -> None:
        for body in ("", "<", "hello", "\0" * 100, "<!-- <title>no</title> -->"):
            assert read(body)["title"] == ""

    def test_oembed_is_found(self) -> None:
        said = read('<link rel="alternate" type="application/json+oembed" href="/o?url=x&amp;format=json">')
        assert said["oembed"] == "https://example.com/o?url=x&format=json"

    def test_huge_words_become_short(self) -> None:
        said = read(f"<title>{'x' * 400_000}</title><meta name=description content='{'word ' * 20_000}'>")
        assert len(said["title"]) == MAX_TITLE
        assert said["title"].endswith("…")
        assert len(said["description"]) <= MAX_DESCRIPTION

    def test_oembed(self) -> None:
        said = read('{"type": "video", "title": "A film", "author_name": "Ada", "provider_name": "Films",'
                    ' "thumbnail_url": "https://o.test/t.jpg", "html": "<iframe>"}', "oembed")
        assert said == {"title": "A film", "description": "Ada · Films", "image": "https://o.test/t.jpg"}
        assert read('{"type": "photo", "url": "https://o.test/p.jpg"}', "oembed")["image"] == "https://o.test/p.jpg"
        for body in ("", "[]", "nothing", '{"title": 7, "url": ["x"], "thumbnail_url": {}}', "[" * 100_000):
            assert not any(read(body, "oembed").values())


class LettersTests:
    @pytest.mark.parametrize(("body", "charset"), [
        ("Grüße".encode(), ""), ("Grüße".encode(), "utf-8"), ("Grüße".encode("latin-1"), "iso-8859-1"),
        ("Grüße".encode("latin-1"), ""), ("Grüße".encode("latin-1"), "utf-8"), ("Grüße".encode(), "nonsense"),
        ("Grüße".encode(), "rot13"), ("Grüße".encode(), "base64"), ("\ufeffGrüße".encode("utf-16-le"), ""),
        ("\ufeffGrüße".encode("utf-16-be"), "utf-8"), ("\ufeffGrüße".encode(), "latin-1"),
        (b'<meta charset="windows-1252">Gr\xfc\xdfe', ""),
        (b"<meta http-equiv=content-type content='text/html; charset=latin-1'>Gr\xfc\xdfe", "")])
    def test_whatever_it_claims(self, body: bytes, charset: str) -> None:
        assert decoded(body, charset).endswith("Grüße")

    def test_other_scripts(self) -> None:
        assert decoded("日本語".encode("shift_jis"), "Shift_JIS") == "日本語"
        assert decoded(b'<meta charset="gb2312">' + "中文".encode("gb2312"), "").endswith("中文")

    def test_a_letter_that_was_cut(self) -> None:
        assert decoded("Grüß".encode()[:-1], "utf-8") == "Grü"

    @pytest.mark.parametrize(("text", "expected"), [
        ("a\u202eb\u200bc\x07d", "abcd"), (" a \n\t b ", "a b"), (None, ""), (7, ""), ("x" * 20, "x" * 9 + "…")])
    def test_one_plain_line(self, text: Any, expected: str) -> None:
        assert plain(text, 10) == expected

    @pytest.mark.parametrize("found", [
        "javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "", None, 7, "http://[", "http://",
        "http://a b/", "https://e.test/" + "x" * 2000, "ftp://e.test/i.png"])
    def test_what_is_no_address(self, found: Any) -> None:
        assert address(found, BASE) == ""

    @pytest.mark.parametrize(("found", "expected"), [
        ("c.png", "https://example.com/a/c.png"), ("//o.test/c", "https://o.test/c"), (" /c ", "https://example.com/c")])
    def test_addresses(self, found: str, expected: str) -> None:
        assert address(found, BASE) == expected
