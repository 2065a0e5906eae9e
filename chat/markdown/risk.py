"""Which messages may take long to render. Those are rendered in a process of their own (`offload`).

The measure is what the rooms cost at worst: a few microseconds for each character that means something,
more for an emoji; the colouring of code, whose lexers are other people's regular expressions, is trusted
only for languages and lengths that `tests/markdown/test_risk.py` has tried with hostile input; formulas
are never rendered in the server's process, also because their package is large. An ordinary message is
not risky; a risky one is only a little slower.
"""

from __future__ import annotations

import re

from chat.markdown.code_blocks import is_coloured, language_word

MAX_COSTLY = 1_500
MAX_EMOJI = 500
MAX_QUICK_CODE = 1_000
MAX_SLOW_CODE = 250
_ALWAYS_FINE = 120

QUICK_LANGUAGES = frozenset(
    {
        "python", "py", "javascript", "js", "typescript", "ts", "json", "yaml", "yml", "bash", "sh", "shell", "console",
        "html", "xml", "css", "sql", "go", "golang", "rust", "rs", "ruby", "rb", "php", "diff", "kotlin", "swift",
        "jsx", "docker", "dockerfile", "lua", "r", "http", "graphql", "toml",
    }
)  # fmt: skip
SLOW_LANGUAGES = frozenset(
    {
        "c", "cpp", "c++", "java", "csharp", "c#", "make", "makefile", "perl", "scala", "elixir", "markdown", "md",
        "ini",
    }
)  # fmt: skip

_COSTLY = re.compile(r"[\n*~`@#\[<>:$|\\]|://")
_EMOJI = re.compile("[\u203c-\u2bff\u3030-\u3299\U0001f000-\U0001faff]")
_FORMULA = re.compile(r"(?<!\$)\$\$[^$\n]+\$\$(?!\$)|(?:```|~~~)[ \t]*(?:math|latex|tex)\b", re.IGNORECASE)
_OPENING = re.compile(r"([ \t>*+\-\d.]*)(`{3,}|~{3,})(.*)")
_CLOSING = re.compile(r"([ \t>]*)(`{3,}|~{3,})[ \t]*$")


def is_risky(content: str, default_code_language: str = "") -> bool:
    """Whether rendering this could hold the reactor for more than about 20 milliseconds."""
    content = content.replace("\r", "\n")
    if "$$" in content or "```" in content or "~~~" in content:
        if _FORMULA.search(content) is not None or _colouring_is_risky(content, default_code_language):
            return True
    elif len(content) <= _ALWAYS_FINE:
        return False
    return len(_COSTLY.findall(content)) > MAX_COSTLY or len(_EMOJI.findall(content)) > MAX_EMOJI


def _colouring_is_risky(content: str, default_language: str) -> bool:
    """Whether there is much code, or code in a language not tried. Counts too much rather than too little."""
    length = slow_length = 0
    is_slow = False
    opened: re.Match[str] | None = None
    for line in content.split("\n"):
        if opened is not None:
            closing = _CLOSING.match(line)
            if closing is not None and _closes(opened, closing):
                opened = None
                continue
            length += len(line) + 1
            slow_length += (len(line) + 1) * is_slow
        elif (opening := _OPENING.match(line)) is not None:
            language = (language_word(opening.group(3)) or default_language).lower()
            if not is_coloured(language):
                continue
            opened = opening
            is_slow = language not in QUICK_LANGUAGES
            if is_slow and language not in SLOW_LANGUAGES:
                return True
    return length > MAX_QUICK_CODE or slow_length > MAX_SLOW_CODE


def _closes(opened: re.Match[str], closing: re.Match[str]) -> bool:
    same_quote = opened.group(1).count(">") == closing.group(1).count(">")
    return same_quote and closing.group(2).startswith(opened.group(2))
