"""What must hold for any input: it renders, quickly, into safe and balanced HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.markdown.renderer import render, render_in_full
from chat.markdown.sanitizer import MATHML_TAGS, URL_SCHEMES, sanitize
from chat.markdown.state import RenderState
from tests.markdown.cast import cast, read_corpus

NAMES = cast()
WITHOUT_LINKIFIERS = cast(linkifiers=())
MARKUP = [
    "*", "**", "***", "~~", "`", "``", "```", "```quote", "```spoiler x", "```math", "~~~", "> ", ">",
    "- ", "1. ", "# ", "---", "[", "](", "[a](", ")", "(", "]", "<", "</", "<script>", "<time:",
    "javascript:", "http://", "https://a.b/", "www.", "data:", "@", "@**", "@_**", "@*", "#**",
    "@**Ada Lovelace**", "@**all**", "#**general>x**", ":", ":smile:", ":parrot:", "\ud83c\udf89",
    "\ud83d\udc69\u200d", "\ufe0f", "\u20e3", "$$", "|", "|-|", "\\", "\n", "\n\n", "  ", "\t", "&",
    "&lt;", "\"", "'", "onerror=", "a", "b c", "1", ".", ",", "/", "_", "\u0000", "\r", "\u202e",
    "\u00a0", "\u2028", "\u00e9", "/me ", "ISSUE-12", ":)", "x@y.org",
    "https://chat.example/#narrow/channel/1-general/topic/x", "/user_uploads/1/ab/c.png",
    "https://x.y/z.png",
]  # fmt: skip

messages = st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=5)), max_size=40).map("".join)
words = st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF), max_size=60)

URL_ATTRIBUTES = {"href", "src"}
VOID = {"br", "hr", "img"}
CORPUS_TAGS = {tag for case in read_corpus() for tag in re.findall(r"<([a-z0-9]+)", case["html"])} | MATHML_TAGS


class Inspector(HTMLParser):
    """Fails at anything that is unbalanced or could run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in CORPUS_TAGS, f"a tag the corpus does not know: {tag}"
        names = [name for name, _ in attrs]
        assert names == sorted(names)
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert value is not None
            if name in URL_ATTRIBUTES:
                scheme, colon, _ = value.partition(":")
                assert value.startswith(("/", "#")) or (colon and scheme.lower() in URL_SCHEMES), value
            if name == "style":
                assert re.fullmatch(r"text-align: (left|right|center)", value), value
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def inspect(html: str) -> None:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    assert inspector.open == []


class AnyInputTests:
    @settings(max_examples=600, deadline=2000)
    @given(messages)
    @example("*" * 3000)
    @example("> " * 3000)
    @example("- " * 3000)
    @example("```quote\n" * 500)
    @example("[" * 3000)
    def test_html_is_safe_balanced_and_nothing_is_left_to_sanitize(self, message: str) -> None:
        rendered = render(message, NAMES, translate_emoticons=True)
        inspect(rendered.html)
        assert sanitize(rendered.html) == rendered.html

    @settings(max_examples=400, deadline=2000)
    @given(words)
    def test_short_way_equals_long_way(self, message: str) -> None:
        assert render(message, WITHOUT_LINKIFIERS) == render_in_full(message, RenderState(WITHOUT_LINKIFIERS))

    @settings(max_examples=200, deadline=2000)
    @given(messages)
    def test_rendering_leaves_nothing_behind(self, message: str) -> None:
        first = render_in_full(message, RenderState(NAMES))
        render_in_full("@**Ada Lovelace** > *a ```", RenderState(NAMES))
        assert render_in_full(message, RenderState(NAMES)) == first

    @settings(max_examples=200, deadline=2000)
    @given(st.text(st.sampled_from("abc XYZ,;!?"), min_size=1, max_size=40).filter(str.strip))
    def test_plain_words_come_out_as_typed(self, message: str) -> None:
        assert render(message, NAMES).html == f"<p>{message.strip()}</p>"
