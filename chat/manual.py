"""The manual: how to use Plait, written in Markdown, one file a page and language under `help/`.

A page that is not there in a language is shown in English, and whoever shows it says so. What is linked as `(page.md)`
leads to that page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown import Markdown

from chat.languages import ENGLISH, LANGUAGES, Language

FOLDER = Path(__file__).resolve().parent / "help"
PAGES = ("start", "conversations", "writing", "reading", "account", "administration")
"""In the order of the table of contents."""
_LINK = re.compile(r'href="(\w+)\.md(#[\w-]*)?"')


@dataclass(frozen=True, slots=True)
class ManualPage:
    name: str
    title: str
    html: str
    language: Language


@cache
def manual_page(name: str, language: Language) -> ManualPage:
    """A page in a language, or in English. `name` is one of PAGES."""
    assert name in PAGES
    found = next(one for one in (language, ENGLISH) if (FOLDER / one.code / f"{name}.md").exists())
    title, _, text = (FOLDER / found.code / f"{name}.md").read_text().partition("\n")
    html = Markdown(extensions=["tables", "fenced_code", "toc"]).convert(text)
    return ManualPage(name, title.removeprefix("# ").strip(), html, found)


def linked(html: str, prefix: str) -> str:
    """A page's HTML with its links to other pages leading to where those are."""
    return _LINK.sub(lambda match: f'href="{prefix}{match[1]}/{match[2] or ""}"', html)


def load() -> None:
    """Read all pages, so that nobody waits for one later."""
    for language in LANGUAGES.values():
        for name in PAGES:
            manual_page(name, language)
