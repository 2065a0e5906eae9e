"""Languages: which one a reader gets, and the sentences of errors found again in the catalogue."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog

from chat import i18n
from chat.i18n import fill, translate, translate_refusal
from chat.languages import ENGLISH, LANGUAGES, Language, accepted, language_of
from scripts.messages import (
    PLURALS,
    Found,
    client_mistakes,
    client_texts,
    error_names,
    error_sentences,
    found_texts,
    missing,
)

GERMAN, CHINESE, ARABIC = LANGUAGES["de"], LANGUAGES["zh-hans"], LANGUAGES["ar"]


class LanguageTests:
    @pytest.mark.parametrize(("code", "expected"), [
        ("de", GERMAN), ("de-AT", GERMAN), ("DE_ch", GERMAN), ("zh-CN", CHINESE), ("zh-Hans-SG", CHINESE),
        ("zh", CHINESE), ("zh-TW", None), ("zh-Hant", None), ("ar-EG", ARABIC), ("en-GB", ENGLISH), ("fr", None),
        ("", None), (None, None), ("../../etc", None)])
    def test_a_code_in_all_its_spellings(self, code: str | None, expected: object) -> None:
        assert language_of(code) is expected

    @pytest.mark.parametrize(("header", "expected"), [
        ("de", GERMAN), ("fr, de;q=0.8, en;q=0.9", ENGLISH), ("fr;q=1.0, ar;q=0.1", ARABIC), ("de;q=0, en", ENGLISH),
        ("zh-TW, zh;q=0.5", CHINESE), ("*", None), ("", None), (None, None), ("de," * 1000, None),
        (";;;,q=,de;q=x", GERMAN)])
    def test_the_best_of_an_accept_language_header(self, header: str | None, expected: object) -> None:
        assert accepted(header) is expected

    @pytest.mark.parametrize("folder", PLURALS)
    def test_plural_forms_are_chosen_as_browsers_choose_them(self, folder: str) -> None:
        """In CLDR's order, for every number: so one catalogue serves both."""
        count, rule = PLURALS[folder]
        order = [form for form in ("zero", "one", "two", "few", "many", "other")
                 if form in {*Locale.parse(folder).plural_form.tags, "other"}]
        assert len(order) == count
        catalogue = Catalog(locale=folder)
        catalogue._num_plurals, catalogue._plural_expr = count, rule
        chosen = i18n.gnu.c2py(rule)  # type: ignore[attr-defined]
        for number in range(1200):
            assert order[chosen(number)] == Locale.parse(folder).plural_form(number)


class TextTests:
    def test_values_are_filled_and_never_read_as_patterns(self) -> None:
        assert fill("{a} and {b}", {"a": "{b}", "b": "x"}) == "{b} and x"
        assert fill("{a} and {c}", {"a": 1}) == "1 and {c}"
        assert translate(ENGLISH, "Hello {name}", name="Ada") == "Hello Ada"

    def test_sentences_are_found_in_code(self) -> None:
        tree = i18n_tree('''
class Odd(JsonableError): ...
class Even(Odd):
    def __init__(self, name: str, msg: str = "It is even") -> None:
        super().__init__(f"Even: {name}, {self.other}", name=name)
def f(x):
    raise Odd("One " + "two" if x else f"{limit()} of {limit()}")
    raise Unrelated("Not for people")
    raise Even(x)
''')
        names = error_names([tree])
        assert names == {"JsonableError", "Odd", "Even"}
        assert set(error_sentences(tree, names)) == {
            "It is even", "Even: {name}, {other}", "One two", "{limit} of {limit2}"}

    def test_texts_of_the_client_are_found_wherever_they_are(self) -> None:
        source = r'''html`<p>${t("Said \"{x}\"", { x })}</p>${a ? n("{count} day", '{count} days', days) : t('No')}`'''
        assert list(client_texts(source)) == ['Said "{x}"', ("{count} day", "{count} days"), "No"]
        assert client_mistakes("t(name) + item.t(1) + at(2)") == ["t(name"]


class RefusalTests:
    @pytest.fixture(autouse=True)
    def a_catalogue_of_our_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the real one says may change; how it is searched may not."""
        monkeypatch.setattr(i18n, "_refusals", i18n._refusals.__wrapped__)
        shutil.copytree(i18n.LOCALE / "de", tmp_path / "de")
        (tmp_path / "de" / "LC_MESSAGES" / "errors.po").write_text("".join(
            f'msgid "{english}"\nmsgstr "{german}"\n\n' for english, german in [
                ("", ""), ("No such user", "Diese Person gibt es nicht"), ("{what} is odd", "{what} ist ungerade"),
                ("Channel '{name}' and '{other}' clash", "{other} und {name} beissen sich"),
                ("Invalid: {desc}", "Ungültig: {desc}")]))
        monkeypatch.setattr(i18n, "LOCALE", tmp_path)

    @pytest.mark.parametrize(("sentence", "expected"), [
        ("No such user", "Diese Person gibt es nicht"),
        ("Channel 'a' and 'b' clash", "b und a beissen sich"),
        ("Channel '{other}' and '%s' clash", "%s und {other} beissen sich"),
        ("Channel 'x\ny' and '' clash", " und x\ny beissen sich"),
        ("Invalid: No such user", "Ungültig: Diese Person gibt es nicht"),
        ("5 is odd", "5 ist ungerade"),
        ("Nothing like it", "Nothing like it"),
        ("is odd" * 1000, "is odd" * 1000)])
    def test_the_english_sentence_is_recognised_with_its_values(self, sentence: str, expected: str) -> None:
        assert translate_refusal(GERMAN, sentence) == expected

    def test_english_stays_as_it_is(self) -> None:
        assert translate_refusal(ENGLISH, "No such user") == "No such user"


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    return found_texts()


class CatalogueTests:
    def test_there_is_something_to_be_found(self, found: dict[str, Found]) -> None:
        assert "Sign in" in found["pages"]
        assert "No such user" in found["errors"]
        assert "Missing '{name}' argument" in found["errors"]
        assert "New message" in found["client"]
        assert len(found["client"]) > 300

    @pytest.mark.parametrize("folder", PLURALS)
    @pytest.mark.parametrize("domain", i18n.DOMAINS)
    def test_every_text_is_translated(self, found: dict[str, Found], folder: str, domain: str) -> None:
        """`make messages` makes the entries; the words are a person's."""
        assert missing(folder, domain, found[domain]) == []

    @pytest.mark.parametrize("language", [GERMAN, CHINESE, ARABIC])
    @pytest.mark.parametrize("domain", i18n.DOMAINS)
    def test_a_translation_has_the_places_of_its_text(self, language: Language, domain: str) -> None:
        """No more of them, and none forgotten, but for a plural form that says the number in words."""
        for entry in i18n.catalogue(language, domain):
            if isinstance(entry.id, str):
                assert not entry.string or places(str(entry.string)) == places(entry.id), entry.id
            else:
                for form in entry.string:
                    assert places(form) <= places(entry.id[1]), entry.id

    def test_what_the_client_says_is_written_where_it_is_said(self) -> None:
        for path in sorted((i18n.LOCALE.parent.parent / "static" / "js").rglob("*.js")):
            assert client_mistakes(path.read_text()) == [], path.name

    @pytest.mark.parametrize("language", [GERMAN, CHINESE, ARABIC])
    def test_a_catalogue_can_be_read(self, language: Language) -> None:
        assert translate(language, "Sign in") != "Sign in"
        assert translate_refusal(language, "Missing 'name' argument").count("name") == 1
        assert "<" not in str(i18n.client_catalogue(language))


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|\{\w+\}", text))


def i18n_tree(source: str) -> object:
    import ast

    return ast.parse(source)
