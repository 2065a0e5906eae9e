"""Every case of the corpus renders as it says; the browser's renderer is held to the same file."""

from __future__ import annotations

import pytest

from chat.markdown.renderer import render, render_in_full
from chat.markdown.sanitizer import sanitize
from chat.markdown.state import RenderState
from tests.markdown.cast import cast, read_corpus

CASES = read_corpus()
NAMES = cast()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
class CorpusTests:
    def test_html_and_text_are_as_written(self, case: dict) -> None:
        rendered = render(case["input"], NAMES, translate_emoticons=case.get("translate_emoticons", False))
        assert rendered.html == case["html"]
        assert rendered.text == case["text"]

    def test_short_way_equals_long_way(self, case: dict) -> None:
        emoticons = case.get("translate_emoticons", False)
        short = render(case["input"], NAMES, translate_emoticons=emoticons)
        assert short == render_in_full(case["input"], RenderState(NAMES, emoticons))

    def test_sanitizer_has_nothing_to_do(self, case: dict) -> None:
        assert sanitize(case["html"]) == case["html"]


def test_corpus_is_well_formed() -> None:
    assert len(CASES) >= 250
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert len({case["input"] for case in CASES}) == len(CASES)
    assert {key for case in CASES for key in case} <= {
        "name", "input", "html", "text", "local_echo", "translate_emoticons",
    }  # fmt: skip
