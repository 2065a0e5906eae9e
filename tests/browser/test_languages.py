"""The client in other languages: nothing of it stays English, and Arabic runs from the right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.i18n import client_catalogue, translate
from chat.languages import LANGUAGES, Language
from tests.browser.person import Person

SignIn = Callable[..., Person]
VIEWS = ("#inbox", "#recent", "#channels", "#starred", "#drafts", "#narrow/channel/1-general", "#settings/profile",
         "#settings/preferences", "#settings/notifications", "#settings/account", "#settings/people",
         "#settings/organisation")


def english_left(person: Person, language: Language) -> list[str]:
    """What is said on the page, to eyes or to a screen reader, that the catalogue has a translation of."""
    said: list[str] = person.page.evaluate("""() => {
      const said = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.parentElement.closest("script, noscript, .rendered, [hidden]")) said.push(node.data.trim());
      }
      for (const name of ["aria-label", "title", "placeholder"])
        for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
      return said;
    }""")
    known = {english for english, theirs in client_catalogue(language).items() if theirs != english}
    return sorted(known & set(said))


@pytest.mark.parametrize("code", ["de", "ar", "zh-hans"])
class LanguageTests:
    def test_nothing_of_the_client_stays_english(self, sign_in: SignIn, code: str) -> None:
        """In every view; by prefix here, as by setting."""
        language = LANGUAGES[code]
        ada = sign_in("ada")
        left = {}
        for view in VIEWS:
            ada.page.goto(f"/{code}/{view}")
            ada.page.wait_for_selector("body.ready")
            ada.page.wait_for_timeout(300)
            left[view] = english_left(ada, language)
        assert {view: texts for view, texts in left.items() if texts} == {}
        root = ada.page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language.tag, language.direction)
        messages = client_catalogue(language)
        assert ada.page.locator(f"#side >> text={messages['Channels']}").count() >= 1


class RightToLeftTests:
    def test_columns_change_sides(self, sign_in: SignIn) -> None:
        """The list of conversations is at the right, and nothing runs out of the window."""
        ada = sign_in("ada")
        ada.page.goto("/ar/#narrow/channel/1-general")
        ada.page.wait_for_selector("#feed .row")
        side, middle = (ada.page.locator(place).bounding_box() for place in ("#side", ".middle"))
        assert side is not None
        assert middle is not None
        assert side["x"] > middle["x"]
        assert ada.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    def test_the_sign_in_page_needs_no_javascript(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        page = ada.context.browser.new_context(java_script_enabled=False).new_page()
        page.goto(ada.page.url.split("/#")[0].rstrip("/") + "/ar/login/")
        assert page.locator("html").get_attribute("dir") == "rtl"
        page.locator("button[name=demo_email]").first.click()
        assert translate(LANGUAGES["ar"], "Plait needs JavaScript to show your conversations.") in page.content()
        page.context.close()
