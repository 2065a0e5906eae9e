"""Polls, todo lists and choices: how they begin, what is done with them, and who sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.errors import JsonableError
from chat.widgets import MAX_OPTIONS, check_deed, widget_of
from tests.support.harness import ChatTestCase, Client

POLL = "/poll Tea or coffee?\n* Tea\n- Coffee\n\nWater"


@pytest.mark.parametrize("content, widget", [
    ("/poll Tea?", {"widget_type": "poll", "extra_data": {"question": "Tea?", "options": []}}),
    (POLL, {"widget_type": "poll", "extra_data": {
        "question": "Tea or coffee?", "options": ["Tea", "Coffee", "Water"]}}),
    ("/todo", {"widget_type": "todo", "extra_data": {"task_list_title": "", "tasks": []}}),
    ("/todo Chores\nwash: the cups\n1. dry", {"widget_type": "todo", "extra_data": {
        "task_list_title": "Chores", "tasks": [{"task": "wash", "desc": "the cups"}, {"task": "1. dry", "desc": ""}]}}),
    ("/polling is fun", None), ("a /poll", None), ("", None), ("/me votes", None)])
def test_what_a_text_begins(content: str, widget: Any) -> None:
    found = widget_of(content)
    assert (None if found is None else json.loads(found)) == widget


def test_a_poll_begins_with_so_many_options_at_most() -> None:
    found = widget_of("/poll Which?\n" + "\n".join(map(str, range(500))))
    assert found is not None and len(json.loads(found)["extra_data"]["options"]) == MAX_OPTIONS


@pytest.mark.parametrize("deed", [
    "", "no json", "7", "[]", "{}", '{"type": "vote"}', '{"type": "vote", "key": "canned,0", "vote": 2}',
    '{"type": "vote", "key": "", "vote": 1}', '{"type": "new_option", "option": "", "idx": 1}',
    '{"type": "new_option", "option": "x", "idx": 1001}', '{"type": "strike", "key": "0,canned"}', "[" * 5000,
    '{"type": "vote", "key": "canned,0", "vote": 1, "more": 1}',
    '{"type": "question", "question": "' + "x" * 2000 + '"}'])
def test_what_cannot_be_done_with_a_poll(deed: str) -> None:
    widget = widget_of(POLL)
    assert widget is not None
    with pytest.raises(JsonableError):
        check_deed(widget, deed, is_author=True)


class SubmessageTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.other, self.outsider = await self.server.person(), await self.server.person()
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.owner.user.id, self.other.user.id])
        await self.owner.send("general", "first")

    async def vote(self, client: Client, message_id: int, **deed: Any) -> None:
        await client.call("POST", "/submessage", message_id=message_id, msg_type="widget", content=json.dumps(deed))

    async def test_a_poll_is_sent_with_its_widget_and_votes_reach_its_readers(self) -> None:
        state = await self.other.register()
        message_id = await self.owner.send("general", POLL)
        (event,) = await self.other.events(state["queue_id"])
        (widget,) = event["message"]["submessages"]
        assert (widget["message_id"], widget["sender_id"]) == (message_id, self.owner.user.id)
        await self.vote(self.other, message_id, type="vote", key="canned,1", vote=1)
        (voted,) = await self.other.events(state["queue_id"], event["id"])
        assert {name: voted[name] for name in ("type", "message_id", "sender_id", "msg_type")} == {
            "type": "submessage", "message_id": message_id, "sender_id": self.other.user.id, "msg_type": "widget"}
        assert json.loads(voted["content"]) == {"type": "vote", "key": "canned,1", "vote": 1}
        fetched = (await self.owner.call("GET", f"/messages/{message_id}"))["message"]["submessages"]
        assert [one["id"] for one in fetched] == [widget["id"], voted["submessage_id"]]
        page = await self.owner.call("GET", "/messages", anchor="newest", num_before=1, num_after=0)
        assert page["messages"][0]["submessages"] == fetched

    async def test_a_poll_is_still_sent_by_one_statement(self) -> None:
        before = self.app.database.statements
        await self.owner.send("general", POLL)
        assert self.app.database.statements - before == 1

    async def test_only_the_author_changes_the_question(self) -> None:
        message_id = await self.owner.send("general", POLL)
        await self.vote(self.owner, message_id, type="question", question="Juice?")
        refusal = await self.other.refusal("POST", "/submessage", message_id=message_id, msg_type="widget",
                                           content='{"type": "question", "question": "Mine?"}')
        assert "author" in refusal["msg"]

    async def test_a_message_that_is_no_widget_takes_nothing(self) -> None:
        message_id = await self.owner.send("general", "hello")
        refusal = await self.owner.refusal("POST", "/submessage", message_id=message_id, msg_type="widget",
                                           content='{"type": "vote", "key": "canned,0", "vote": 1}')
        assert refusal["msg"] == "You cannot attach a submessage to this message."

    async def test_who_cannot_read_it_cannot_vote(self) -> None:
        message_id = await self.owner.send([self.other.user.id], POLL)
        refusal = await self.outsider.refusal("POST", "/submessage", message_id=message_id, msg_type="widget",
                                              content='{"type": "vote", "key": "canned,0", "vote": 1}')
        assert refusal["msg"] == "Invalid message(s)"

    async def test_a_widget_is_not_edited_and_goes_with_its_message(self) -> None:
        message_id = await self.owner.send("general", POLL)
        refusal = await self.owner.refusal("PATCH", f"/messages/{message_id}", content="something else")
        assert refusal["msg"] == "Widgets cannot be edited."
        await self.owner.call("DELETE", f"/messages/{message_id}")
        ((left,),) = await self.app.database.query("SELECT count(*) FROM submessage")
        assert left == 0

    async def test_a_bot_offers_choices(self) -> None:
        made = await self.owner.call("POST", "/bots", full_name="Chooser", short_name="chooser")
        bot = Client(self.app, self.app.directory.users[made["user_id"]])
        form = {"widget_type": "zform", "extra_data": {"type": "choices", "heading": "Which?", "choices": [
            {"type": "multiple_choice", "short_name": "A", "long_name": "The first", "reply": "A"}]}}
        message_id = await bot.send("general", "Which?", widget_content=form)
        (widget,) = (await self.owner.call("GET", f"/messages/{message_id}"))["message"]["submessages"]
        assert json.loads(widget["content"]) == form
        refusal = await bot.refusal("POST", "/messages", type="channel", to="general", topic="t", content="Which?",
                                    widget_content={"widget_type": "zform"})
        assert refusal["msg"].startswith("Widgets: ")
