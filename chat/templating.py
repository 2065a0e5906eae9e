"""Jinja2 templates in each of our languages. What they are for (pages, mails) is their callers' business."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chat.i18n import translations
from chat.languages import ENGLISH, LANGUAGES, Language

TEMPLATES = Path(__file__).resolve().parent / "templates"


def environment(language: Language, folder: Path = TEMPLATES) -> Environment:
    """An environment whose `_()`, `ngettext()` and `{% trans %}` speak `language`.

    HTML is escaped by itself, in texts (`.txt`) nothing is. Values are named: `_("Hello %(name)s", name=person)`.
    """
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"])
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = language
    return made


class Templates:
    """All templates of a folder, in all languages. `shared` is what every one of them is given."""

    def __init__(self, folder: Path = TEMPLATES, shared: Mapping[str, Any] | None = None) -> None:
        self._environments = {code: environment(language, folder) for code, language in LANGUAGES.items()}
        for made in self._environments.values():
            made.globals.update(shared or {})

    def render(self, language: Language, template: str, **context: Any) -> str:
        """A template in a language; a name that it does not know is a mistake of ours."""
        made = self._environments.get(language.code) or self._environments[ENGLISH.code]
        return made.get_template(template).render(**context)
