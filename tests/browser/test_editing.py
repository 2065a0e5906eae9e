"""Walks of editing: messages and topics change under the eyes of several people."""

from __future__ import annotations

import re
from typing import Any

from tests.browser.test_talking import SignIn


def topic(name: str) -> str:
    return f"#narrow/channel/3-random/topic/{name}"


class TextTests:
    def test_edit_in_place(self, sign_in: SignIn) -> None:
        """The pencil opens the message where it stands; saved, it shows at once here and soon there, marked."""
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(topic("edits"))
        ada.write("The kettle is *cold*")
        row = ada.sees("The kettle is cold")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        grace.sees("The kettle is cold")
        row.hover()
        row.get_by_role("button", name="Edit").click()
        area = ada.page.locator("#feed .edit-text")
        ada.until(lambda: area.count() == 1 and area.input_value() == "The kettle is *cold*", "the source")
        assert ada.page.evaluate("document.activeElement.className") == "edit-text"
        area.fill("The kettle is **hot**")
        area.press("Enter")
        ada.sees("The kettle is hot")
        assert ada.page.locator("#feed .edit").count() == 0
        ada.until(lambda: ada.sees("The kettle is hot").locator(".row-change").count() == 1, "the mark")
        changed = grace.sees("The kettle is hot")
        grace.until(lambda: changed.locator(".row-change").count() == 1, "the mark")
        changed.locator(".row-change").click()
        grace.page.wait_for_selector(".state")
        assert grace.page.locator(".highlight_text_deleted").inner_text().strip() == "cold"
        assert grace.page.locator(".highlight_text_inserted").inner_text().strip() == "hot"

    def test_up_arrow_edits_the_last_of_mine(self, sign_in: SignIn) -> None:
        """In an empty box the up arrow opens my last message; Escape gives up, and that can be undone."""
        ada = sign_in("ada")
        ada.go(topic("arrows"))
        ada.write("almost right")
        ada.until(lambda: ada.page.locator("#feed .row:not(.row-sending)").count() == 1, "the confirmation")
        ada.page.press("#compose textarea", "ArrowUp")
        area = ada.page.locator("#feed .edit-text")
        area.fill("quite right")
        area.press("Escape")
        ada.sees("almost right")
        ada.page.get_by_role("button", name="Undo").click()
        ada.until(lambda: area.count() == 1 and area.input_value() == "quite right", "what was typed")
        area.press("Enter")
        ada.sees("quite right")

    def test_what_is_refused_stays(self, sign_in: SignIn) -> None:
        """Where the server refuses, what was typed stands ready, with the reason; over a reload too."""
        ada = sign_in("ada", sockets=False)
        ada.go(topic("refused"))
        ada.write("original words")
        ada.until(lambda: ada.page.locator("#feed .row:not(.row-sending)").count() == 1, "the confirmation")

        def refuse(route: Any) -> None:
            if route.request.method != "PATCH":
                route.fallback()
                return
            body = {"result": "error", "code": "BAD_REQUEST", "msg": "The time limit has passed"}
            route.fulfill(status=400, json=body)

        ada.page.route("**/json/messages/*", refuse)
        ada.page.press("#compose textarea", "ArrowUp")
        area = ada.page.locator("#feed .edit-text")
        area.fill("other words")
        area.press("Enter")
        ada.page.locator(".edit .compose-error", has_text="The time limit has passed").wait_for()
        assert area.input_value() == "other words"
        ada.page.reload()
        ada.wait_ready()
        ada.go(topic("refused"))
        ada.sees("original words")
        ada.page.press("#compose textarea", "ArrowUp")
        ada.until(lambda: area.count() == 1 and area.input_value() == "other words", "what was typed before")

    def test_delete(self, sign_in: SignIn) -> None:
        """One question, and it is gone for everyone."""
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(topic("deleting"))
        ada.write("a slip of the tongue")
        ada.write("what I meant")
        grace.sees("a slip of the tongue")
        row = ada.sees("a slip of the tongue")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        row.hover()
        row.get_by_role("button", name="More").click()
        ada.page.get_by_role("menuitem", name="Delete").click()
        ada.page.get_by_role("button", name="Delete", exact=True).click()
        for person in (ada, grace):
            person.until(lambda person=person: person.rows("a slip of the tongue").count() == 0, "it to go")
            person.sees("what I meant")

    def test_who_has_read_this(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(topic("receipts"))
        ada.write("Tell me when you have seen this")
        grace.go(topic("receipts"))
        grace.sees("Tell me when")
        grace.until(lambda: grace.unread("receipts") == 0, "it to be read")
        grace.page.wait_for_timeout(1_000)  # reading is told in batches
        row = ada.sees("Tell me when")
        row.hover()
        row.get_by_role("button", name="More").click()
        ada.page.get_by_role("menuitem", name="Who has read this").click()
        ada.page.wait_for_selector(".readers li")
        assert "Grace Hopper" in ada.page.locator(".readers").inner_text()


class TopicTests:
    def test_resolve_and_rename(self, sign_in: SignIn) -> None:
        """Who looks at a topic goes along when it is renamed, with what they were writing."""
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(topic("old.20name"))
        ada.write("first")
        grace.sees("first")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        grace.page.fill("#compose textarea", "half a sentence")
        ada.page.locator("#head").get_by_role("button", name="Mark as resolved").click()
        for person in (ada, grace):
            person.until(lambda person=person: "✔" in person.page.locator(".head-topic").inner_text(), "the mark")
            person.sees("marked this topic as resolved")
        grace.until(lambda: grace.page.input_value("#compose textarea") == "half a sentence", "the draft")
        ada.page.locator("#head").get_by_role("button", name="Rename or move this topic").click()
        ada.page.fill(".dialog-move input[type=text]", "new name")
        ada.page.press(".dialog-move input[type=text]", "Enter")
        for person in (ada, grace):
            person.until(lambda person=person: person.page.locator(".head-topic").inner_text() == "new name", "it")
            person.sees("first")

    def test_move_one_to_another_channel(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(topic("wrong.20place"))
        ada.write("stays here")
        ada.write("belongs elsewhere")
        row = ada.sees("belongs elsewhere")
        grace.sees("belongs elsewhere")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        row.hover()
        row.get_by_role("button", name="More").click()
        ada.page.get_by_role("menuitem", name="Move to another topic").click()
        ada.page.select_option(".dialog-move select", label="engineering")
        ada.page.fill(".dialog-move input[type=text]", "right place")
        ada.page.get_by_role("button", name="Move", exact=True).click()
        for person in (ada, grace):
            person.until(lambda person=person: person.rows("belongs elsewhere").count() == 0, "it to go")
            person.sees("stays here")
        ada.page.get_by_role("button", name="Go there").click()
        moved = ada.sees("belongs elsewhere")
        ada.until(lambda: re.search("moved", moved.inner_text()) is not None, "the mark")
