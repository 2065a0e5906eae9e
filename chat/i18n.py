"""What Plait says, in the languages of chat.languages. Code, tests and logs speak English: the English text is the key.

A text is marked where it is written and translated where it is shown, for the one who reads it:

    from chat.i18n import gettext as _, translate

    HINT = _("A few unrelated words make a good one.")      # stays English
    translate(language, HINT)                               # theirs

Values stand in braces: `translate(language, _("Hello {name}"), name=name)`. Templates have `_()` and `{% trans %}`
(see chat.templating). Refusals need no mark: `translate_refusal` knows the sentences of all errors, and finds the
values in them again.

Catalogues are gettext's, in `locale/LANGUAGE/LC_MESSAGES`: `pages` (templates, mails, marked texts), `errors` and
`client` (the browser's). `make messages` finds what is to be translated; a test fails where an entry is missing.
"""

from __future__ import annotations

import gettext as gnu
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import re2  # type: ignore[import-untyped]
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from chat.languages import ENGLISH, LANGUAGES, Language

LOCALE = Path(__file__).resolve().parent / "locale"
PAGES, ERRORS, CLIENT = "pages", "errors", "client"
DOMAINS = (PAGES, ERRORS, CLIENT)
MAX_SENTENCE = 2000
"""Characters of a refusal that is looked for among patterns."""
_PLACE = re2.compile(r"\{(\w+)\}")


def gettext(text: str) -> str:
    """Marks a text as one to be translated; it stays English."""
    return text


def translate(language: Language, text: str, **values: Any) -> str:
    """A marked text in `language`, its `{names}` filled from `values`."""
    translated = translations(language).gettext(text) if text else ""
    return fill(translated, values)


def translate_refusal(language: Language, sentence: str) -> str:
    """An error's sentence in `language`: its English with all values in it is found again among those there are."""
    if language is ENGLISH or len(sentence) > MAX_SENTENCE:
        return sentence
    plain, patterns = _refusals(language)
    if sentence in plain:
        return plain[sentence]
    for pattern, names, translated in patterns:
        match = pattern.fullmatch(sentence)
        if match is not None:
            # A value may be a sentence of its own, the reason for this one.
            values = (plain.get(value, value) for value in match.groups())
            return fill(translated, dict(zip(names, values, strict=True)))
    return sentence


def fill(text: str, values: dict[str, Any]) -> str:
    """`text` with `{name}` replaced by the value of that name; braces that name nothing stay."""
    if not values:
        return text
    return "".join(
        str(values.get(part, "{" + part + "}")) if place % 2 else part for place, part in enumerate(_PLACE.split(text)))


@cache
def translations(language: Language) -> gnu.NullTranslations:
    """The catalogue of pages, as templates take it."""
    if language is ENGLISH:
        return gnu.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language, PAGES))
    compiled.seek(0)
    return gnu.GNUTranslations(compiled)


def catalogue(language: Language, domain: str) -> Catalog:
    """A catalogue as it lies on disk. Slow: for start-up, and for what is kept."""
    with (LOCALE / language.folder / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language.folder, domain=domain)


@cache
def client_catalogue(language: Language) -> dict[str, str | list[str]]:
    """What the browser client needs: English to translated, a list where there are plural forms."""
    if language is ENGLISH:
        return {}
    return {(entry.id if isinstance(entry.id, str) else entry.id[0]):
            (entry.string if isinstance(entry.string, str) else list(entry.string))
            for entry in catalogue(language, CLIENT) if entry.id and entry.string}


def load() -> None:
    """Read all catalogues, so that nobody waits for one later."""
    for language in LANGUAGES.values():
        translations(language)
        client_catalogue(language)
        _refusals(language)


Patterns = list[tuple[Any, list[str], str]]


@cache
def _refusals(language: Language) -> tuple[dict[str, str], Patterns]:
    """Sentences without values, and those with values as patterns, the longest first: it says most."""
    if language is ENGLISH:
        return {}, []
    plain: dict[str, str] = {}
    patterns: Patterns = []
    entries = [(entry.id, str(entry.string)) for domain in (PAGES, ERRORS) for entry in catalogue(language, domain)
               if isinstance(entry.id, str) and entry.id and entry.string]
    for english, translated in sorted(entries, key=lambda entry: -len(entry[0])):
        if _PLACE.search(english):
            patterns.append((sentence_pattern(english), _PLACE.findall(english), translated))
        else:
            plain[english] = translated
    return plain, patterns


def sentence_pattern(english: str) -> Any:
    """What matches a sentence whatever its values. Linear in the sentence's length (RE2)."""
    parts = _PLACE.split(english)
    return re2.compile("(?s)" + "".join("(.*?)" if place % 2 else re2.escape(part) for place, part in enumerate(parts)))
