"""Messages built to be slow."""

from __future__ import annotations

import random
from collections.abc import Iterator

LIMIT = 10_000

UNITS = [
    "*", "**", "***", "* ", "*a", "*a ", "**a ", "a* ", "*a **b ", "***a** ", "\"*", " *", "~~", "~~a ",
    "`", "` ", "`a", "``a`", "`a` ", "[", "[a", "[a](", "[a]", "](", "[[a]", "[](", "[a](b",
    "[a](http://a", "[a](http://b) ", "<", "< ", "<time:", "<time:1>", "<time:a>", "<time:2026-01-01>",
    "<time:Jun 5th 2017>", ">", "> ", ">> ", "> - ", "> \n>", "- ", "- a\n", "1. ", "1. a\n", "1.\n",
    "  - a\n", "\t- a\n", "#", "# ", "# a\n", "#12 ", "#1234", "AB-12 ", "\n", "a\n", "a\n\n", ":", ":a",
    ":smile:", ":a:", ":) ", ":)", "@", "@a", "@a@", "a@b.c ", "a@b.", "@**", "@**a", "@_*", "@*a",
    "@*a* ", "@**Ada Lovelace**", "@**a** ", "#**", "#**general**", "#**general>", "http://",
    "http://a ", "http://a", "https://a.b/(", "https://a.b/c.png ", "https://a.b/c.png\n",
    "https://chat.example/#narrow/channel/1-a/topic/b ", "www.", "www.a", "www.a.b ", "://", "h", "hw",
    "http", "\\", "\\*", "\\a", "```", "```\n", "```a\n", "```quote\n", "```spoiler a\n", "~~~\n",
    "```python\n", "```js\n(", "$$", "$", "|", "|a", "a|", "|-", "-|", "||", "|\n", "|`", "|a|b|\n",
    "|a|b|\n|-|-|\n", "a|b\n-|-\n", "---\n", "- - -\n", "🎉", "👩\u200d💻", "👩\u200d", "🇫🇷",
    "1\ufe0f\u20e3", "\u20e3", "©", "é", "\t", " ", "  \n", "_", "/", "a/", ".", " .", "a.",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ", "(", ")", "()", "a)", "\u202e", "&", "\"",
    "'",
]  # fmt: skip

CODE_UNITS = [
    "(", "[", "{", "<", "\"", "'", "`", "/", "\\", "#", "a", "a ", "ab.", "1", "1.", "0x", " ", "\n",
    "\t", "-", "- ", "--", "*", "/*", "//", "<!--", "<a ", "<a b=", "${", "$(", "{{", "@", "a(", "a[",
    "a:", "a=", "=\n", "\"a", "\"\\", "'''", "\"\"\"", "f'{", "r\"", "//a\n", "#a\n", "  a\n", "a\n",
    "<?php ", "%", "&", "&a", "e1", "-\n", "+", "a,", "a<", "::", "..", "_", "A", "A ", "->", "=>", "|",
    ";", "!", "?", "~", "^", "00", "é", "🎉",
]  # fmt: skip


def hostile_messages(seed: int, mixtures: int, length: int = LIMIT) -> Iterator[str]:
    """Repetitions of one unit, deeply nested ones, and mixtures of several."""
    chance = random.Random(seed)
    for unit in UNITS:
        yield (unit * length)[:length]
        yield ("> " * 30 + unit * length)[:length]
        yield "".join("  " * level + "- " + unit * 100 + "\n" for level in range(40))[:length]
        yield "\n".join("> " * 30 + unit * 20 for _ in range(200))[:length]
        yield (unit * (length // 2 // len(unit)) + "\n" + "*)" * 100)[:length]
    for _ in range(mixtures):
        units = chance.sample(UNITS, chance.randint(2, 5))
        yield ("".join(units) * length)[:length]
        yield "".join(chance.choice(units) for _ in range(length))[:length]


def hostile_code(seed: int, mixtures: int, length: int) -> Iterator[str]:
    """The same for lexers."""
    chance = random.Random(seed)
    for unit in CODE_UNITS:
        yield (unit * length)[:length]
        yield ("x " + unit * length)[: length - 2] + "\n!"
    for _ in range(mixtures):
        units = chance.sample(CODE_UNITS, chance.randint(2, 3))
        yield ("".join(units) * length)[:length]
        yield units[0] * (length // 2 // len(units[0])) + units[1] * (length // 2 // len(units[1]))
