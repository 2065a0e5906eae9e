"""Walks of searching."""

from __future__ import annotations

from tests.browser.test_talking import SignIn


class SearchTests:
    def test_from_the_box_to_the_message(self, sign_in: SignIn) -> None:
        """Typed words lead to the messages that have them, marked; another search is one key away."""
        ada, grace = sign_in("ada"), sign_in("grace")
        grace.go("#narrow/channel/3-random/topic/zoo")
        grace.write("A **pangolin** was seen near the `moat`")
        ada.go("#narrow/channel/3-random/topic/farm")
        ada.write("No pangolins, only hens")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        grace.until(lambda: grace.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        ada.page.get_by_role("button", name="Search or go to").click()
        ada.page.keyboard.type("pangolin")
        ada.page.get_by_role("option", name="Search messages for").click()
        ada.sees("near the moat")
        ada.sees("only hens")
        assert ada.page.locator("#feed .highlight").all_inner_texts() == ["pangolin", "pangolins"]
        assert "#narrow/search/pangolin" in ada.page.url
        assert ada.page.locator("#feed .bar").count() == 2
        ada.page.evaluate("document.activeElement.blur()")
        ada.page.keyboard.press("/")
        ada.until(lambda: ada.page.input_value(".switcher input") == "pangolin ", "the search to begin with")
        ada.page.keyboard.type("from:grace")
        ada.page.keyboard.press("Enter")
        ada.until(lambda: ada.page.locator("#feed .row").count() == 1, "one message")
        ada.sees("near the moat")
        ada.page.locator("#feed .bar-topic").click()
        ada.until(lambda: ada.page.locator(".head-topic").inner_text() == "zoo", "the conversation")
        ada.page.go_back()
        ada.until(lambda: ada.page.locator("#feed .highlight").count() == 1, "the search again")

    def test_within_a_topic_and_nothing_found(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go("#narrow/channel/3-random/topic/hay")
        ada.write("a needle")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        ada.page.evaluate("document.activeElement.blur()")
        ada.page.keyboard.press("/")
        ada.page.keyboard.type("needle")
        ada.page.keyboard.press("Enter")
        ada.sees("a needle")
        assert "channel:random topic:hay needle" in ada.page.locator(".head-search").inner_text()
        ada.go("#narrow/search/nosuchwordanywhere")
        ada.page.get_by_role("heading", name="Nothing found").wait_for()

    def test_an_edit_of_what_was_found(self, sign_in: SignIn) -> None:
        """A found message that is edited shows its new text, and one that is deleted goes."""
        ada, grace = sign_in("ada"), sign_in("grace")
        grace.go("#narrow/channel/3-random/topic/editing")
        grace.write("axolotl one")
        grace.until(lambda: grace.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        ada.go("#narrow/search/axolotl")
        ada.sees("axolotl one")
        grace.page.press("#compose textarea", "ArrowUp")
        grace.page.fill("#feed .edit-text", "axolotl two")
        grace.page.press("#feed .edit-text", "Enter")
        ada.sees("axolotl two")
        assert ada.page.locator("#feed .highlight").count() == 0
