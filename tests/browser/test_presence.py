"""Who is here, who writes, what people say of themselves: in two windows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.person import Person

SignIn = Callable[..., Person]
LUNCH = "#narrow/channel/1-general/topic/team.20lunch"


def in_list(person: Person, name: str) -> str:
    """The line of someone in the right column, as text for a screen reader."""
    return str(person.page.locator("#people .person", has_text=name).first.inner_text())


class PresenceTests:
    def test_who_comes_is_seen_at_once(self, sign_in: SignIn) -> None:
        """A dot beside the picture, and the first place in the list."""
        ada = sign_in("ada")
        assert "Here now" not in in_list(ada, "Linus Pauling")
        sign_in("linus")
        ada.until(lambda: "Here now" in in_list(ada, "Linus Pauling"), "Linus to be here")
        names = ada.page.locator("#people .person-name").all_inner_texts()
        here = names.index(next(name for name in names if "Linus" in name))
        assert here <= 1, names

    def test_whoever_hides_is_not_seen_anew(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.click(".side-org")
        item = ada.page.get_by_role("menuitemcheckbox", name="Show when you are here")
        assert item.get_attribute("aria-checked") == "true"
        item.click()
        ada.until(lambda: item.get_attribute("aria-checked") == "false", "the setting")
        ada.page.keyboard.press("Escape")
        hedy = sign_in("hedy")
        hedy.page.wait_for_selector("#people .person")
        assert "Here now" not in in_list(hedy, "Ada Lovelace")
        ada.page.click(".side-org")
        item.click()
        ada.until(lambda: item.get_attribute("aria-checked") == "true", "the setting")


class TypingTests:
    @pytest.mark.parametrize(("to_ada", "to_grace"), [("#narrow/dm/1", "#narrow/dm/2"), (LUNCH, LUNCH)])
    def test_it_shows_while_somebody_writes(self, sign_in: SignIn, to_ada: str, to_grace: str) -> None:
        """In a direct conversation and in a topic, until it is sent or taken back; nothing moves."""
        ada, grace = sign_in("ada"), sign_in("grace")
        grace.go(to_ada)
        ada.go(to_grace)
        ada.page.wait_for_selector("#feed .row")
        line = ada.page.locator("#typing")
        before = ada.page.locator("#compose").bounding_box()
        grace.page.fill("#compose textarea", "I am")
        ada.until(lambda: line.inner_text() == "Grace Hopper is writing", "the notice")
        assert ada.page.locator("#compose").bounding_box() == before
        grace.page.fill("#compose textarea", "")
        ada.until(lambda: line.inner_text() == "", "the notice to go")
        grace.page.fill("#compose textarea", "I am there")
        ada.until(lambda: line.inner_text() == "Grace Hopper is writing", "the notice")
        grace.page.press("#compose textarea", "Enter")
        ada.until(lambda: line.inner_text() == "", "the notice to go with the message")
        assert grace.page.locator("#typing").inner_text() == "", "of oneself one knows"


class StatusTests:
    def test_setting_it(self, sign_in: SignIn) -> None:
        """By a proposal, seen at once here and there; the card tells it whole; clearing takes it back."""
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitem", name="Set your status").click()
        ada.page.get_by_role("button", name="On vacation").click()
        ada.page.fill(".status-editor input", "On vacation until Monday")
        ada.page.get_by_role("button", name="Save").click()
        for person in (ada, grace):
            person.until(lambda person=person: "On vacation until" in in_list(person, "Ada"), "the status")
            assert person.page.locator("#people .person", has_text="Ada").locator(".status-emoji").count() == 1
        grace.go(LUNCH)
        grace.page.locator("#feed .sender", has_text="Ada Lovelace").first.click()
        card = grace.page.locator(".menu-person").first.locator("xpath=..")
        assert "On vacation until Monday" in card.inner_text()
        assert "Here now" in card.inner_text()
        assert "Owner" in card.inner_text()
        grace.page.get_by_role("menuitem", name="Write a direct message").click()
        grace.until(lambda: grace.page.locator("#head .head-name").inner_text() == "Ada Lovelace", "the conversation")
        assert "On vacation until Monday" in grace.page.locator("#head").inner_text()
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitem", name="Set your status").click()
        ada.page.get_by_role("button", name="Clear status").click()
        grace.until(lambda: "On vacation" not in grace.page.locator("#head").inner_text(), "the status to go")
        assert "On vacation" not in in_list(ada, "Ada")
