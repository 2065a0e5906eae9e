"""Polls and todo lists: what people do with them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from chat.actions.submessages import Submessages
from chat.errors import JsonableError
from chat.params import MessageId, Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.widgets import MAX_SUBMESSAGE


class AddSubmessage(Params, frozen=True):
    message_id: Annotated[MessageId, Param(doc="The message that is a poll or a todo list")]
    msg_type: Annotated[Annotated[str, Meta(max_length=100)], Param(doc="`widget`")]
    content: Annotated[Annotated[str, Meta(max_length=MAX_SUBMESSAGE)], Param(
        doc="What is done, as JSON: `{\"type\": \"vote\", \"key\": \"canned,0\", \"vote\": 1}`")]


class SubmessagesResource:
    routes = Routes("submessages", {"poll_id": 1025})

    def __init__(self, submessages: Submessages) -> None:
        self._submessages = submessages

    @routes.post("/submessage", who=Who.USER, params=AddSubmessage, errors=(JsonableError,),
                 summary="Vote in a poll, tick off a task",
                 example={"message_id": "{poll_id}", "msg_type": "widget",
                          "content": '{"type": "vote", "key": "canned,0", "vote": 1}'})
    async def submessage(self, notes: RequestNotes, p: AddSubmessage) -> None:
        """Adds to a poll or a todo list."""
        await self._submessages.do_add(notes.caller, p.message_id, p.msg_type, p.content)
