"""Messages as mails show them: nothing is loaded, nothing hidden is told, nothing runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.mail_content import KEPT, mail_html, mail_text
from chat.markdown.renderer import render
from tests.markdown.cast import cast

URL = "https://chat.example.com"


def shown(markdown: str) -> str:
    return mail_html(render(markdown, cast()).html, URL)


class HtmlTests:
    def test_text_stays_as_it_is(self) -> None:
        assert shown("**bold** and `code`\n* one\n* two") == (
            "<p><strong>bold</strong> and <code>code</code></p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>")

    @pytest.mark.parametrize(("href", "address"), [
        ("/#narrow/stream/1-x", URL + "/#narrow/stream/1-x"), ("/user_uploads/1/a.txt", URL + "/user_uploads/1/a.txt"),
        ("https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&amp;b=2"), ("mailto:a@b.c", "mailto:a@b.c")])
    def test_links_lead_somewhere_from_a_mail(self, href: str, address: str) -> None:
        assert mail_html(f'<a href="{href}" class="x" onclick="y">t</a>', URL) == f'<a href="{address}">t</a>'

    @pytest.mark.parametrize("href", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
                                      "&#106;avascript:x", "http://[", "ftp://x/y"])
    def test_links_that_would_run_something_are_text(self, href: str) -> None:
        assert mail_html(f'<a href="{href}">t</a>', URL) == "t"

    def test_emoji_are_themselves(self) -> None:
        assert shown(":tada: and :de:") == "<p>🎉 and 🇩🇪</p>"
        assert mail_html('<img alt=":own:" class="emoji" src="/x.png">', URL) == ":own:"

    def test_a_spoiler_stays_hidden(self) -> None:
        html = shown("```spoiler The end\nthe butler **did** it\n```")
        assert "The end" in html
        assert "butler" not in html and "did" not in html and "[…]" in html

    def test_a_formula_is_its_source(self) -> None:
        assert shown("$$x^2 < 3$$") == "<p><code>x^2 &lt; 3</code></p>"

    def test_code_is_code(self) -> None:
        html = shown("```python\nif a < b:\n    pass\n```")
        assert re.sub(r"</?(?:div|pre|code)>", "", html).strip() == "if a &lt; b:\n    pass"

    def test_pictures_and_previews_are_not_loaded(self) -> None:
        html = mail_html('<p>see</p><div class="message_inline_image"><a href="/u"><img src="/t"></a></div>'
                         '<div class="message_embed"><a>title</a></div><p>end</p><img src="http://tracker">', URL)
        assert html == "<p>see</p><p>end</p>"

    @given(st.text(st.sampled_from(list('<>/"= abpscriptimgdvonlerjs:&;#')), max_size=200))
    def test_whatever_comes_in_only_what_is_kept_comes_out(self, html: str) -> None:
        seen: list[tuple[str, list[str]]] = []

        class Reader(HTMLParser):
            def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
                seen.append((tag, [name for name, _ in attrs]))

        reader = Reader()
        reader.feed(mail_html(html, URL))
        reader.close()
        for tag, attributes in seen:
            assert tag in KEPT | {"div"}
            assert attributes in ([], ["href"])


class TextTests:
    def test_what_a_spoiler_hides_is_left_out(self) -> None:
        text = mail_text("before\n```spoiler The end\nthe butler did it\n```\n~~~ spoiler\nx\n~~~\nafter")
        assert text == "before\n[The end]\n[...]\nafter"

    def test_code_stays(self) -> None:
        source = "```python\nspoiler\n```\nafter"
        assert mail_text(source) == source
