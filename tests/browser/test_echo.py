"""Local echo against the authoritative renderer: whatever is typed, the echo is what the server says, or silent."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

from chat.markdown.renderer import render
from tests.markdown.cast import cast, read_corpus
from tests.test_javascript import find_node

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 6_000
ATOMS = [
    "*", "**", "***", "~~", "`", "``", "```", "\n", "\n\n", " ", "  ", "- ", "1. ", "> ", "a", "b", "word", "(", ")",
    "[", "]", "](", "https://example.com", "https://example.com/a_(b)", "http://x.y:80/?q=1#f", "www.", "://", ".", ",",
    "!", ":", "::", ":tada:", ":smile:", "@**Ada Lovelace**", "@_**Grace Hopper**", "@**all**", "#**general**",
    "#**general>plan**", "#", "_", "\\", "&", "<b>", '"', "'", "1", "12", "é", "中", "/", "|", "---", "x*y", "p = *q",
    "@", "a@b.co", "$", "$$", "+", "-", "*a*", "**b**", "`c`", "~", "#1234", "AB-12", "\t", "/me ", "…", "“", "”", "?",
    "[t](https://e.com/x)", "%", "<time:", "🎉", "\u00a0",
]  # fmt: skip


def messages() -> list[str]:
    """Things people type, and things nobody would; always the same ones."""
    dice = random.Random(20)
    corpus = [case["input"] for case in read_corpus()]
    made = []
    for _ in range(MESSAGES):
        if dice.random() < 0.7:
            made.append("".join(dice.choice(ATOMS) for _ in range(dice.randint(1, 14))))
            continue
        text = list(dice.choice(corpus))
        for _ in range(dice.randint(1, 3)):
            at = dice.randint(0, len(text))
            if dice.random() < 0.6 or at == len(text):
                text.insert(at, dice.choice(ATOMS))
            else:
                del text[at]
        made.append("".join(text))
    return made


class EchoTests:
    def test_an_echo_is_exactly_what_the_server_renders(self) -> None:
        typed = messages()
        done = subprocess.run(
            [find_node(), "tests/static/support/echo.mjs"], cwd=ROOT, check=True, capture_output=True, text=True,
            input="".join(f"{json.dumps(text)}\n" for text in typed), timeout=120,
        )  # fmt: skip
        echoes = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(echoes) == len(typed)
        names = cast()
        wrong = [
            (text, echo, html)
            for text, echo in zip(typed, echoes, strict=True)
            if echo is not None and echo != (html := render(text, names).html)
        ]
        assert wrong == []
        assert sum(echo is not None for echo in echoes) > MESSAGES / 3, "the echo is worth having"
