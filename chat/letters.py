"""What mails say: from a template of `templates/mail/`, its words and a language to subject, plain text and HTML.

A template NAME is two files. NAME.txt has the blocks `subject` and `body`; NAME.html extends base.html and has a `main`
block. Both get the organisation's name and address as `organisation` and `url`, and the words named here:

    invitation            inviter, link, days, note (perhaps "")
    confirm_sign_up       link, hours
    reset_password        name, link, hours
    confirm_address       name, link, new_address, hours           to the new address
    address_changed       name, new_address                        to the old address
    new_sign_in           name, browser, when
    missed_messages       see chat.workers.missed_messages
    bot_failure           name, bot, target, reason, link (perhaps None), status (perhaps None)
    test                  name

A missing word is an error, not an empty place. It knows no addresses of people and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from chat.languages import ENGLISH, LANGUAGES
from chat.templating import TEMPLATES, environment

MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


class Letters:
    def __init__(self) -> None:
        self._environments = {code: environment(language, TEMPLATES / "mail") for code, language in LANGUAGES.items()}

    def write(self, template: str, words: Mapping[str, Any], language: str = "en") -> Letter:
        """The letter, in English where it is not to be had in `language`. Raises jinja2.TemplateError for a template
        that is not there and for a word that is missing."""
        made = self._environments.get(language) or self._environments[ENGLISH.code]
        text, html = made.get_template(template + ".txt"), made.get_template(template + ".html")
        subject = _cut(_one_line(_block(text, "subject", words)), MAX_SUBJECT)
        return Letter(subject, text.render(words).strip() + "\n", html.render(words, subject=subject))


def _block(template: Template, name: str, words: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(words))))


def _one_line(text: str) -> str:
    """As a header has it: what people named things may hold line breaks and other controls."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length - 1].rstrip() + "…"
