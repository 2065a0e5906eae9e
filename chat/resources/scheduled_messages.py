"""Scheduled messages."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from chat.actions.message_checks import SendRequest
from chat.actions.scheduled_messages import ScheduleChange, ScheduledMessages
from chat.errors import ChannelDoesNotExist, NotAllowed, NotFound
from chat.params import Param, Params
from chat.personal import MAX_TIME, ScheduledMessageWire, scheduled_message_wire
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

Kind = Literal["direct", "private", "channel", "stream"]
To = Annotated[str, Meta(max_length=20_000)]
Content = Annotated[str, Meta(max_length=1_000_000)]
Topic = Annotated[str, Meta(max_length=1000)]
Time = Annotated[int, Meta(ge=0, le=MAX_TIME)]
_TO_DOC = "A channel's id; or the recipients of a direct message: a JSON list of ids."


class ScheduleMessage(Params, frozen=True):
    type: Kind
    to: Annotated[To, Param(doc=_TO_DOC)]
    content: Annotated[Content, Param(doc="The message, in markdown.")]
    scheduled_delivery_timestamp: Annotated[Time, Param(doc="When to send it, in Unix seconds.")]
    topic: Annotated[Topic | None, Param(alias="subject")] = None
    read_by_sender: bool | None = None


class ChangeScheduled(Params, frozen=True):
    type: Kind | None = None
    to: Annotated[To | None, Param(doc=_TO_DOC)] = None
    content: Content | None = None
    topic: Annotated[Topic | None, Param(alias="subject")] = None
    scheduled_delivery_timestamp: Time | None = None


class ScheduledMessagesWire(TypedDict):
    scheduled_messages: list[ScheduledMessageWire]


class ScheduledWire(TypedDict):
    scheduled_message_id: int


class ScheduledMessagesResource:
    routes = Routes("scheduled_messages", {"scheduled_message_id": 5})

    def __init__(self, scheduled_messages: ScheduledMessages) -> None:
        self._scheduled = scheduled_messages

    @routes.get("/scheduled_messages", who=Who.USER, returns=ScheduledMessagesWire, summary="Get scheduled messages")
    async def get_scheduled_messages(self, notes: RequestNotes, p: Params) -> ScheduledMessagesWire:
        """What the caller has scheduled, the soonest first. What could not be sent at its time is marked as failed."""
        return {"scheduled_messages": [scheduled_message_wire(scheduled)
                                       for scheduled in await self._scheduled.of(notes.caller)]}

    @routes.post("/scheduled_messages", who=Who.USER, params=ScheduleMessage, returns=ScheduledWire,
                 summary="Schedule a message", errors=(ChannelDoesNotExist, NotAllowed),
                 example={"type": "channel", "to": "{stream_id}", "topic": "{topic}",
                     "content": "Good morning!", "scheduled_delivery_timestamp": 4_000_000_000})
    async def create_scheduled_message(self, notes: RequestNotes, p: ScheduleMessage) -> ScheduledWire:
        """Has a message sent at a time to come, exactly once."""
        request = SendRequest(p.type, p.to, p.content, notes.client_name, p.topic, read_by_sender=p.read_by_sender)
        return {"scheduled_message_id": await self._scheduled.do_schedule(
            notes.caller, request, p.scheduled_delivery_timestamp)}

    @routes.patch("/scheduled_messages/{scheduled_message_id:int}", who=Who.USER, params=ChangeScheduled,
                  summary="Change a scheduled message", errors=(ChannelDoesNotExist, NotAllowed, NotFound),
                  example={"content": "Good morning to all!"})
    async def update_scheduled_message(self, notes: RequestNotes, p: ChangeScheduled, scheduled_message_id: int
                                       ) -> None:
        """Changes what is sent, where to and when. One that failed gets another chance, at a time to come."""
        await self._scheduled.do_change(notes.caller, scheduled_message_id, ScheduleChange(
            p.type, p.to, p.topic, p.content, p.scheduled_delivery_timestamp))

    @routes.delete("/scheduled_messages/{scheduled_message_id:int}", who=Who.USER,
                   summary="Delete a scheduled message", errors=(NotFound,))
    async def delete_scheduled_message(self, notes: RequestNotes, p: Params, scheduled_message_id: int) -> None:
        """Takes a message back before it is sent."""
        await self._scheduled.do_delete(notes.caller, scheduled_message_id)
