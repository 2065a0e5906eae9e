"""Unicode emoji: their names, their codes, and how they are written.

Owns the table shipped in `data/emoji.json` (made by `scripts/build_emoji.py`). A code is lowercase hex
code points joined by "-", without the variation selector; the first name of a code is the one we write.
Knows no markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_VARIATION_SELECTOR = "\ufe0f"
_table = json.loads((Path(__file__).parent / "data" / "emoji.json").read_bytes())

code_to_names: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {code: tuple(names.split(" ")) for code, names in _table["names"].items()}
)
name_to_code: Mapping[str, str] = MappingProxyType(
    {name: code for code, names in code_to_names.items() for name in names}
)
_text_by_default = frozenset(_table["text"].split(" "))
del _table

EMOTICONS: Mapping[str, str] = MappingProxyType(
    {
        ":)": "smile",
        "(:": "smile",
        ":-)": "smile",
        ":(": "frown",
        ":-(": "frown",
        "<3": "heart",
        ":|": "expressionless",
        ":/": "oh_no",
        ";)": "wink",
        ";-)": "wink",
        ":D": "smiley",
        ":-D": "smiley",
        ":P": "stuck_out_tongue",
        ":p": "stuck_out_tongue",
        ":-P": "stuck_out_tongue",
        ":o": "open_mouth",
        ":O": "open_mouth",
        ":'(": "cry",
    }
)


def characters(code: str) -> str:
    """The characters of a code, without variation selectors."""
    return "".join(chr(int(part, 16)) for part in code.split("-"))


FIRST_CHARACTERS = "".join(sorted({char for code in code_to_names if (char := characters(code)[0]) > "\x7f"}))
_base = "[\xa9\xae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_element = f"{_base}\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
SEQUENCE = f"[\U0001f1e6-\U0001f1ff]{{2}}|{_element}(?:\u200d{_element}){{0,9}}"
KEYCAP = "[0-9#*]\ufe0f?\u20e3"


def code_of(sequence: str) -> str | None:
    """The code of one emoji as typed; None when we do not know it or it is an ordinary character of text."""
    code = "-".join(f"{ord(char):04x}" for char in sequence if char != _VARIATION_SELECTOR)
    if code not in code_to_names or (code in _text_by_default and _VARIATION_SELECTOR not in sequence):
        return None
    return code


_SINGLE = re.compile(f"{KEYCAP}|{SEQUENCE}")


def is_emoji(text: str) -> bool:
    """Whether `text` is exactly one emoji we know."""
    return _SINGLE.fullmatch(text) is not None and code_of(text) is not None
