"""Linkifiers: which are accepted, what they match, and what they do to topics."""

from __future__ import annotations

import time

import pytest

from chat.markdown.errors import MarkdownFailed
from chat.markdown.linkifiers import MAX_LINKIFIED, check_linkifier
from chat.markdown.renderer import render
from chat.markdown.topics import topic_links
from tests.markdown.cast import Linkifier, cast

GOOD = [
    (r"#(?P<id>[0-9]+)", "https://t.example/{id}"),
    (r"(?P<repo>[a-z]+)/(?P<id>\d+)", "https://t.example/{repo}{?id}"),
    (r"(?P<a>(x+)+)y", "https://t.example/{a}"),
]
BAD = [
    ("", "https://t.example/{id}"),
    (r"#(?P<id>[0-9]+", "https://t.example/{id}"),
    (r"(?=x)(?P<id>[0-9]+)", "https://t.example/{id}"),
    (r"(?P<id>x)\1", "https://t.example/{id}"),
    (r"(?P<id>[0-9]*)", "https://t.example/{id}"),
    (r"(?P<id>((x{100}){100}){100})", "https://t.example/{id}"),
    (r"#(?P<id>[0-9]+)", "https://t.example/"),
    (r"#(?P<id>[0-9]+)", "https://t.example/{number}"),
    (r"#(?P<id>[0-9]+)(?P<rest>x)", "https://t.example/{id}"),
    (r"#(?P<id>[0-9]+)", "javascript:alert({id})"),
    (r"#(?P<id>.+)", "{id}"),
    (r"#(?P<id>[0-9]+)", "//t.example/{id}"),
    (r"#(?P<id>[0-9]{1,9})" + "x" * 1000, "https://t.example/{id}"),
]


def names(*linkifiers: tuple[str, str]) -> object:
    return cast([Linkifier(*linkifier) for linkifier in linkifiers])


class CheckTests:
    @pytest.mark.parametrize(("pattern", "template"), GOOD)
    def test_a_good_one_is_accepted(self, pattern: str, template: str) -> None:
        check_linkifier(pattern, template)

    @pytest.mark.parametrize(("pattern", "template"), BAD)
    def test_a_bad_one_is_refused_with_a_sentence(self, pattern: str, template: str) -> None:
        with pytest.raises(MarkdownFailed, match=r"\.$"):
            check_linkifier(pattern, template)


class MatchTests:
    def test_the_earlier_linkifier_wins(self) -> None:
        both = names((r"#(?P<id>\d+)", "https://one.example/{id}"), (r"#(?P<id>\d+)", "https://two.example/{id}"))
        assert render("#12", both).html == '<p><a href="https://one.example/12">#12</a></p>'

    def test_values_are_encoded(self) -> None:
        some = names((r"#(?P<id>[^ ]+)", "https://t.example/{id}"))
        assert render('#a/b"<é', some).html == (
            '<p><a href="https://t.example/a%2Fb%22%3C%C3%A9">#a/b"&lt;é</a></p>'
        )

    def test_an_address_that_must_not_be_linked_is_text(self) -> None:
        some = names((r"#(?P<id>\d+)", "javascript:{id}"))
        assert render("#12", some).html == "<p>#12</p>"

    def test_a_pattern_that_is_refused_after_all_links_nothing(self) -> None:
        assert render("#12", names((r"#(?=\d)(?P<id>\d+)", "https://t.example/{id}"))).html == "<p>#12</p>"

    def test_nested_repetition_takes_no_time(self) -> None:
        some = names((r"(?P<a>(x+)+)y", "https://t.example/{a}"))
        begun = time.thread_time()
        render("x" * 9_000, some)
        assert time.thread_time() - begun < 0.2

    def test_their_number_is_bounded(self) -> None:
        some = names((r"#(?P<id>\d+)", "https://t.example/{id}"))
        assert render("#1 " * 2_000, some).html.count("<a ") == MAX_LINKIFIED

    def test_places_are_right_behind_wide_characters(self) -> None:
        some = names((r"#(?P<id>\d+)", "https://t.example/{id}"))
        assert render("👩‍💻é日 #12 ❤", some).text == "👩‍💻é日 #12 ❤"
        assert '>#12</a>' in render("👩‍💻é日 #12 ❤", some).html


class TopicTests:
    NAMES = cast()

    def test_a_plain_topic_has_no_links(self) -> None:
        assert topic_links("the plan", self.NAMES) == []

    def test_linkifiers_and_addresses_in_order(self) -> None:
        assert topic_links("see https://a.org/x, #1234 and www.b.org.", self.NAMES) == [
            {"text": "https://a.org/x", "url": "https://a.org/x"},
            {"text": "#1234", "url": "https://tracker.example/1234"},
            {"text": "www.b.org", "url": "http://www.b.org"},
        ]

    def test_what_is_taken_is_not_taken_again(self) -> None:
        assert topic_links("https://a.org/#1234", self.NAMES) == [
            {"text": "https://a.org/#1234", "url": "https://a.org/#1234"}
        ]

    def test_markdown_is_not_read(self) -> None:
        assert topic_links("[a](https://b.org)", self.NAMES) == [{"text": "https://b.org", "url": "https://b.org"}]

    def test_hostile_topics_are_harmless(self) -> None:
        assert topic_links("javascript:alert(1) http://", self.NAMES) == []
        begun = time.thread_time()
        topic_links("http://a:" * 200 + "#1234 " * 100, self.NAMES)
        assert time.thread_time() - begun < 0.2
