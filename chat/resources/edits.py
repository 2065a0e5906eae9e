"""Messages that are there: edit, move, delete, look at what they were, and at who has read them."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from chat.actions.deletions import Deletions
from chat.actions.edit_checks import MessageChange
from chat.actions.edits import Edits
from chat.directory import Directory
from chat.edits import SnapshotWire
from chat.errors import (
    ChannelWildcardNotAllowed,
    JsonableError,
    MoveTimeLimitExceeded,
    NotAllowed,
    TopicWildcardNotAllowed,
)
from chat.message_records import MessageRecords
from chat.params import ChannelId, Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

Topic = Annotated[str, Meta(max_length=1000)]


class UpdateMessage(Params, frozen=True):
    topic: Annotated[Topic | None, Param(alias="subject")] = None
    propagate_mode: Annotated[Literal["change_one", "change_later", "change_all"], Param(
        doc="Which messages of the topic move along.")] = "change_one"
    send_notification_to_old_thread: bool = False
    send_notification_to_new_thread: bool = True
    content: Annotated[Annotated[str, Meta(max_length=1_000_000)] | None, Param(
        doc="The new text, in markdown.")] = None
    stream_id: Annotated[ChannelId | None, Param(doc="The channel it moves to.")] = None


class HistoryWire(TypedDict):
    message_history: list[SnapshotWire]


class ReadReceiptsWire(TypedDict):
    user_ids: list[int]


class DeleteTopic(Params, frozen=True):
    topic_name: Topic


class CompleteWire(TypedDict):
    complete: bool


class EditsResource:
    routes = Routes("edits")

    def __init__(self, edits: Edits, deletions: Deletions, records: MessageRecords, directory: Directory) -> None:
        self._edits = edits
        self._deletions = deletions
        self._records = records
        self._directory = directory

    @routes.patch("/messages/{message_id:int}", who=Who.USER, params=UpdateMessage, summary="Edit a message",
                  errors=(MoveTimeLimitExceeded, ChannelWildcardNotAllowed, TopicWildcardNotAllowed, NotAllowed),
                  example={"content": "A **better** idea.", "topic": "{topic}"})
    async def update_message(self, notes: RequestNotes, p: UpdateMessage, message_id: int) -> None:
        """Changes a message's text, topic or channel; with its topic or channel also those of the messages after it
        (`change_later`) or of all of its topic (`change_all`)."""
        await self._edits.do_update_message(notes.caller, message_id, MessageChange(
            p.content, p.topic, p.stream_id, p.propagate_mode, p.send_notification_to_old_thread,
            p.send_notification_to_new_thread))

    @routes.get("/messages/{message_id:int}/history", who=Who.USER, returns=HistoryWire,
                summary="Get a message's edit history")
    async def get_message_history(self, notes: RequestNotes, p: Params, message_id: int) -> HistoryWire:
        """Every state that the message was in, the oldest first."""
        return {"message_history": await self._records.history(notes.caller, message_id)}

    @routes.get("/messages/{message_id:int}/read_receipts", who=Who.USER, returns=ReadReceiptsWire,
                summary="Get a message's read receipts")
    async def get_read_receipts(self, notes: RequestNotes, p: Params, message_id: int) -> ReadReceiptsWire:
        """Ids of the people who have read the message and let others know."""
        return {"user_ids": await self._records.read_receipts(notes.caller, message_id)}

    @routes.delete("/messages/{message_id:int}", who=Who.USER, summary="Delete a message")
    async def delete_message(self, notes: RequestNotes, p: Params, message_id: int) -> None:
        """Deletes a message for good: administrators any, others their own for a while, as the organization has it."""
        await self._deletions.do_delete_message(notes.caller, message_id)

    @routes.post("/streams/{stream_id:int}/delete_topic", who=Who.ADMINISTRATOR, params=DeleteTopic,
                 returns=CompleteWire, summary="Delete a topic", errors=(NotAllowed,),
                 example={"topic_name": "{topic}"})
    async def delete_topic(self, notes: RequestNotes, p: DeleteTopic, stream_id: int) -> CompleteWire:
        """Deletes all messages of a topic, the newest first. Where that takes long `complete` is false: ask again for
        the rest."""
        channel = self._directory.channel_by_id(stream_id)
        if channel is None or not self._directory.can_see_channel(notes.caller, channel):
            raise JsonableError("Invalid channel ID")
        return {"complete": await self._deletions.do_delete_topic(notes.caller, channel, p.topic_name.strip())}
