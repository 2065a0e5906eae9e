"""The languages Plait speaks, and which of them a person gets. Knows no texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_HEADER = 500
"""Of an Accept-Language header; what is longer is not read."""
_QUALITY = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is the prefix of its pages and the value of the setting; `tag` is what HTML calls it."""

    code: str
    name: str
    tag: str
    is_rtl: bool = False

    @property
    def direction(self) -> str:
        """As the attribute `dir` has it."""
        return "rtl" if self.is_rtl else "ltr"

    @property
    def folder(self) -> str:
        """Where its catalogues are: gettext's own name for it."""
        language, _, script = self.tag.partition("-")
        return f"{language}_{script}" if script else language


ENGLISH = Language("en", "English", "en")
LANGUAGES: Mapping[str, Language] = {language.code: language for language in (
    ENGLISH,
    Language("ar", "العربية", "ar", is_rtl=True),
    Language("de", "Deutsch", "de"),
    Language("zh-hans", "简体中文", "zh-Hans"))}
"""By code, English first, then by code."""
_CHINESE = {"zh": "zh-hans", "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-hans": "zh-hans"}
"""Simplified Chinese under its many tags. Who asks for the traditional script gets their next choice."""


def language_of(code: str | None) -> Language | None:
    """The language of a code or tag, in any case; None for one we do not speak."""
    if not code:
        return None
    tag = code.strip().lower().replace("_", "-")
    if tag.startswith("zh"):
        return LANGUAGES.get(_CHINESE.get("-".join(tag.split("-")[:2]), ""))
    return LANGUAGES.get(tag) or LANGUAGES.get(tag.split("-")[0])


def accepted(header: str | None) -> Language | None:
    """The best of our languages for an Accept-Language header; None where it names none of them."""
    if not header or len(header) > MAX_HEADER:
        return None
    wanted = []
    for place, part in enumerate(header.split(",")):
        code, _, options = part.partition(";")
        quality = _QUALITY.search(options)
        weight = float(quality[1]) if quality else 1.0
        if weight > 0:
            wanted.append((-weight, place, code))
    return first_spoken(code for _, _, code in sorted(wanted))


def first_spoken(codes: Iterable[str | None]) -> Language | None:
    """The first of `codes` that is a language of ours."""
    return next((language for language in map(language_of, codes) if language is not None), None)
