"""What is rendered on the reactor's thread is quick, whatever it is; ordinary messages are rendered there."""

from __future__ import annotations

import time

import pytest

from chat.markdown.code_blocks import is_coloured
from chat.markdown.renderer import render
from chat.markdown.risk import MAX_QUICK_CODE, MAX_SLOW_CODE, QUICK_LANGUAGES, SLOW_LANGUAGES, is_risky
from tests.markdown.cast import cast, read_corpus
from tests.markdown.hostile import hostile_code, hostile_messages

NAMES = cast()
LIMIT_S = 0.05
"""Twice and more what is asked for, since machines differ; what grows with the square is far beyond."""

PROSE = "This is a sentence of the *kind* that people write, with `code` and https://example.com/a now and then.\n"
ORDINARY = [
    "Sounds good",
    PROSE * 40,
    "- an item with **bold** text\n" * 60,
    "> quoted\n" * 60,
    "| name | value |\n|---|---|\n" + "| some name | 12.5 |\n" * 60,
    "```\n2026-11-21 10:00:00 INFO [worker-1] something: happened\n" + "x = 1\n" * 100 + "```",
    "```python\n" + "def f(x):\n    return x + 1\n\n" * 25 + "```\nand some text\n" + PROSE * 10,
    "🎉 :tada: @**Ada Lovelace** #**general>plan** " * 10,
    "It costs $5, not $6; run `echo $$` to see",
]


def seconds_for(message: str) -> float:
    """CPU time of rendering, the best of a few tries where the first looks bad."""
    best = 60.0
    for _ in range(3):
        begun = time.thread_time()
        render(message, NAMES, translate_emoticons=True)
        best = min(best, time.thread_time() - begun)
        if best < LIMIT_S:
            break
    return best


class RiskTests:
    def test_ordinary_messages_are_not_risky(self) -> None:
        assert [message[:60] for message in ORDINARY if is_risky(message)] == []
        risky = {case["name"] for case in read_corpus() if is_risky(case["input"])}
        assert all("formula" in name for name in risky), risky

    def test_formulas_and_long_code_are_risky(self) -> None:
        assert is_risky("$$x$$")
        assert is_risky("> ```math\n> x\n> ```")
        assert is_risky("```python\n" + "x = 1\n" * 400 + "```")
        assert is_risky("```cpp\n" + "x = 1\n" * 100 + "```")
        assert is_risky("```cobol\nx\n```")
        assert is_risky("a\r- ```cobol\rx")
        assert is_risky("````python\n```\n" + "x = 1\n" * 400)
        assert is_risky("```python\n> ```\n- ```\n~~~\n" + "x = 1\n" * 400)
        assert is_risky("```quote\n```python\n" + "x = 1\n" * 400)
        assert not is_risky("```nolang\n" + "x = 1\n" * 400)
        assert is_risky("```\n" + "x = 1\n" * 400, default_code_language="python")
        assert is_risky("```\nx\n```", default_code_language="cobol")
        assert not is_risky("```\n" + "x = 1\n" * 400)

    def test_hostile_messages_are_quick_or_known_to_be_risky(self) -> None:
        render("warm **up** :tada: #1234", NAMES)
        slow = [
            (seconds, message[:60])
            for message in hostile_messages(seed=1, mixtures=80)
            if not is_risky(message) and (seconds := seconds_for(message)) > LIMIT_S
        ]
        assert slow == []

    @pytest.mark.parametrize("language", sorted(QUICK_LANGUAGES | SLOW_LANGUAGES))
    def test_colouring_hostile_code_is_quick_or_known_to_be_risky(self, language: str) -> None:
        length = MAX_QUICK_CODE if language in QUICK_LANGUAGES else MAX_SLOW_CODE
        render(f"```{language}\nx\n```", NAMES)
        for code in hostile_code(seed=2, mixtures=8, length=length - 10):
            message = f"```{language}\n{code}\n```"
            if not is_risky(message):
                assert seconds_for(message) < LIMIT_S, code[:60]

    def test_every_trusted_language_is_known_to_pygments(self) -> None:
        for language in QUICK_LANGUAGES | SLOW_LANGUAGES:
            assert is_coloured(language), language
