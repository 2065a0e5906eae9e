"""Polls and todo lists in a real browser: two people, one of them with another program."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.test_talking import SignIn
from tests.clients.visitors import GRACE, Program
from tests.support.server import RunningServer


def deed(grace: Program, message_id: int, **what: object) -> None:
    grace.ok("POST", "/submessage", message_id=message_id, msg_type="widget", content=json.dumps(what))


class WidgetWalkTests:
    def test_a_poll_is_written_voted_in_and_grows(self, sign_in: SignIn, demo_server: RunningServer) -> None:
        ada = sign_in("ada")
        page, grace = ada.page, Program(demo_server, GRACE)
        ada.go("#narrow/channel/3-random/topic/drinks")
        ada.write("/poll Tea or coffee?\nTea\nCoffee")
        poll = page.get_by_role("group", name="Poll: Tea or coffee?")
        vote = poll.get_by_role("button", name="Vote for Coffee")
        vote.click()
        expect(vote).to_have_attribute("aria-pressed", "true")
        message_id = grace.messages(narrow=[["channel", "random"]])[-1]["id"]
        deed(grace, message_id, type="vote", key="canned,1", vote=1)
        expect(vote).to_have_text("2")
        deed(grace, message_id, type="new_option", option="Water", idx=0)
        expect(poll.get_by_role("button", name="Vote for Water")).to_have_text("0")
        poll.get_by_placeholder("Add an option").fill("Juice")
        poll.get_by_placeholder("Add an option").press("Enter")
        expect(poll.get_by_role("button", name="Vote for Juice")).to_be_visible()
        page.reload()
        expect(vote).to_have_text("2")
        expect(poll.get_by_role("button")).to_have_count(4)

    def test_a_task_is_ticked_off_for_everybody(self, sign_in: SignIn, demo_server: RunningServer) -> None:
        ada = sign_in("ada")
        page, grace = ada.page, Program(demo_server, GRACE)
        ada.go("#narrow/channel/3-random/topic/chores")
        message_id = grace.send("/todo Chores\nwash: the cups\ndry", to="random", topic="chores")
        todo = page.get_by_role("group", name="Todo list: Chores")
        todo.get_by_role("checkbox", name="wash").check()
        expect(todo.get_by_role("checkbox", name="wash")).to_be_checked()
        deed(grace, message_id, type="strike", key="1,canned")
        expect(todo.get_by_role("checkbox", name="dry")).to_be_checked()
        todo.get_by_placeholder("Add a task").fill("put away")
        todo.get_by_placeholder("Add a task").press("Enter")
        expect(todo.get_by_role("checkbox", name="put away")).not_to_be_checked()
        ada.until(lambda: len(grace.ok("GET", f"/messages/{message_id}")["message"]["submessages"]) == 4, "all is kept")
