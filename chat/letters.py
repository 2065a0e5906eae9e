"""What mails say: from a template of `templates/mail/`, its words and a language to subject, plain text and HTML.

A template NAME is two files. NAME.txt has the blocks `subject` and `body`; NAME.html extends base.html and has a `main`
block. Both get the organisation's name and address as `organisation` and `url`, and the words named here:

    invitation            inviter, link, days, note (perhaps "")
    confirm_sign_up       link, hours
    reset_password        name, link, hours
    confirm_address       name, link, new_address, hours           to the new address
    address_changed       name, new_address                        to the old address
    new_sign_in           name, browser, place, when
    missed_messages       see chat.workers.missed_messages
    bot_failure           name, bot, target, reason, link (perhaps None), status (perhaps None)
    test                  name

A missing word is an error, not an empty place. It knows no addresses of people and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

MAX_SUBJECT = 150
_FOLDER = Path(__file__).resolve().parent / "templates" / "mail"


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def _untranslated(language: str) -> Callable[[str], str]:
    return lambda text: text


class Letters:
    def __init__(self, translation: Callable[[str], Callable[[str], str]] = _untranslated) -> None:
        """`translation` gives the function that puts a text into a language."""
        self._translation = translation
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
            autoescape=select_autoescape(["html"], default_for_string=True))

    def write(self, template: str, words: Mapping[str, Any], language: str = "en") -> Letter:
        """The letter. Raises jinja2.TemplateError for a template that is not there and for a word that is missing."""
        context = {**words, "_": self._translation(language), "language": language}
        text = self._environment.get_template(template + ".txt")
        subject = _cut(_one_line(self._block(text, "subject", context)), MAX_SUBJECT)
        html = self._environment.get_template(template + ".html")
        return Letter(subject, text.render(context).strip() + "\n", html.render(context, subject=subject))

    def _block(self, template: Any, name: str, context: Mapping[str, Any]) -> str:
        return "".join(template.blocks[name](template.new_context(context)))


def _one_line(text: str) -> str:
    """As a header has it: what people named things may hold line breaks and other controls."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length - 1].rstrip() + "…"
