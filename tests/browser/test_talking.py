"""Two people talk, each in a window of their own."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.person import Person

SignIn = Callable[..., Person]
LUNCH = "#narrow/channel/1-general/topic/team.20lunch"


class TalkingTests:
    def test_a_message_crosses_from_one_window_to_the_other_and_back(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        ada.write("Shall we go at noon?")
        grace.sees("Shall we go at noon?")
        grace.write("At noon it is.")
        ada.sees("At noon it is.")
        assert ada.texts()[-2:] == ["Shall we go at noon?", "At noon it is."]

    def test_a_local_echo_becomes_the_servers_message_in_the_same_node(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go(LUNCH)
        ada.page.wait_for_selector("#feed .row")
        # Everything of the turn in which Enter is pressed is seen before any answer can come.
        echo = ada.page.evaluate(
            """async () => {
              const area = document.querySelector("#compose textarea");
              area.value = "An *echo* of `code`";
              area.dispatchEvent(new InputEvent("input", { bubbles: true }));
              area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
              await Promise.resolve();
              await Promise.resolve();
              const row = [...document.querySelectorAll("#feed .row")].at(-1);
              row.dataset.same = "yes";
              return { id: Number(row.dataset.id), html: row.querySelector(".rendered").innerHTML,
                       sending: row.classList.contains("row-sending") };
            }"""
        )
        assert echo["sending"]
        assert echo["id"] % 1 != 0, "an unconfirmed message has a fractional id"
        ada.until(
            lambda: ada.page.locator("#feed .row[data-same=yes]:not(.row-sending)").count() == 1, "the confirmation"
        )
        row = ada.page.locator("#feed .row[data-same=yes]")
        assert float(row.get_attribute("data-id") or "0") % 1 == 0
        assert row.locator(".rendered").inner_html() == echo["html"]
        ada.sees("An echo of code")

    def test_what_only_the_server_renders_stands_as_typed_and_then_as_rendered(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go(LUNCH)
        ada.write("```python\nprint(1)\n```")
        row = ada.sees("print")
        ada.until(lambda: row.locator(".codehilite").count() == 1, "the rendered code")
        assert ada.page.locator("#feed .row-plain").count() == 0

    def test_direct_messages_reach_the_people_named_and_nobody_else(self, sign_in: SignIn) -> None:
        ada, alan, hedy = sign_in("ada"), sign_in("alan"), sign_in("hedy")
        ada.go("#narrow/dm/3")
        ada.write("For your eyes only")
        alan.go("#narrow/dm/1")
        alan.sees("For your eyes only")
        hedy.go("#feed")
        hedy.page.wait_for_selector("#feed .row")
        assert hedy.rows("For your eyes only").count() == 0

    def test_several_messages_at_once_keep_their_order(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        grace.page.wait_for_selector("#feed .row")
        for number in range(12):
            ada.write(f"in a row {number}")
        grace.sees("in a row", count=12)
        expected = [f"in a row {number}" for number in range(12)]
        assert [text for text in grace.texts() if "in a row" in text] == expected
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "all confirmations")
        assert [text for text in ada.texts() if "in a row" in text] == expected

    def test_a_reaction_shows_at_once_here_and_soon_there(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(LUNCH)
        ada.write("React to this, please")
        row = grace.sees("React to this, please")
        row.hover()
        row.get_by_role("button", name="Add reaction").first.click()
        grace.page.fill(".picker input", "tada")
        grace.page.press(".picker input", "Enter")
        assert row.locator(".reaction-mine").inner_text().strip().endswith("1")
        theirs = ada.sees("React to this, please").locator(".reaction").first
        theirs.click()
        grace.until(lambda: row.locator(".reaction-count").inner_text() == "2", "the second reaction")
        theirs.click()
        grace.until(lambda: row.locator(".reaction-count").inner_text() == "1", "one reaction again")

    def test_a_message_begins_a_topic_that_others_see_in_their_left_column(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        grace.go("#inbox")
        ada.page.keyboard.press("c")
        ada.page.select_option(".compose-channel select", label="random")
        ada.page.fill("[data-topic]", "A brand new topic")
        ada.page.press("[data-topic]", "Enter")
        ada.write("First words")
        ada.sees("First words")
        assert "topic/A.20brand.20new.20topic" in ada.page.url
        grace.until(lambda: grace.unread("A brand new topic") == 1, "the new topic")
        grace.page.click("#side .side-topics a:has-text('A brand new topic')")
        grace.sees("First words")
        grace.until(lambda: grace.unread("A brand new topic") == 0, "the topic to be read")

    def test_what_is_typed_stays_with_its_conversation(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go(LUNCH)
        ada.page.fill("#compose textarea", "half a thought")
        ada.go("#narrow/dm/2")
        ada.until(lambda: ada.page.input_value("#compose textarea") == "", "an empty box")
        ada.page.reload()
        ada.wait_ready()
        ada.go(LUNCH)
        ada.until(lambda: ada.page.input_value("#compose textarea") == "half a thought", "the draft")
        ada.page.fill("#compose textarea", "")
        ada.go("#narrow/dm/2")
        ada.go(LUNCH)
        ada.until(lambda: ada.page.input_value("#compose textarea") == "", "no draft any more")
