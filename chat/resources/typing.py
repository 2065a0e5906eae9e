"""Typing notices."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from chat.actions.typing import Typing
from chat.errors import ChannelDoesNotExist, NotAllowed, ParameterMissing
from chat.models import MAX_RECIPIENTS
from chat.params import ChannelId, Param, Params, UserId
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who


class SetTyping(Params, frozen=True):
    op: Literal["start", "stop"]
    type: Literal["direct", "stream", "channel"] = "direct"
    to: Annotated[Annotated[list[UserId], Meta(max_length=MAX_RECIPIENTS)] | None, Param(
        doc="Ids of the people who are written to.")] = None
    stream_id: ChannelId | None = None
    topic: Annotated[Annotated[str, Meta(max_length=1000)] | None, Param(alias="subject")] = None


class TypingResource:
    routes = Routes("typing")

    def __init__(self, typing: Typing) -> None:
        self._typing = typing

    @routes.post("/typing", who=Who.USER, params=SetTyping, summary="Tell that one is writing, or is not any more",
                 errors=(ChannelDoesNotExist, NotAllowed),
                 example={"op": "start", "type": "direct", "to": ["{user_id}"]})
    async def set_typing_status(self, notes: RequestNotes, p: SetTyping) -> None:
        """Others who take part in the conversation get a `typing` event, as both sides' settings allow."""
        if p.type == "direct":
            if p.to is None:
                raise ParameterMissing("to")
            self._typing.do_send_typing_direct(notes.caller, p.op, p.to)
            return
        if p.stream_id is None or p.topic is None:
            raise ParameterMissing("topic" if p.stream_id is not None else "stream_id")
        self._typing.do_send_typing_channel(notes.caller, p.op, p.stream_id, p.topic)
