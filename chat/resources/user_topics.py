"""Topic policies: muted, unmuted and followed topics."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from chat.actions.user_topics import UserTopics
from chat.directory import Directory
from chat.errors import JsonableError
from chat.params import ChannelId, Param, Params
from chat.personal import Policy
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

TopicName = Annotated[str, Meta(max_length=1000)]


class SetPolicy(Params, frozen=True):
    stream_id: ChannelId
    topic: TopicName
    visibility_policy: Annotated[Literal[0, 1, 2, 3], Param(
        doc="0: as the channel; 1: muted; 2: unmuted within a muted channel; 3: followed.")]


class MuteTopic(Params, frozen=True):
    topic: TopicName
    op: Literal["add", "remove"]
    stream_id: ChannelId | None = None
    stream: Annotated[str, Meta(max_length=200)] | None = None


class UserTopicsResource:
    routes = Routes("user_topics")

    def __init__(self, user_topics: UserTopics, directory: Directory) -> None:
        self._user_topics = user_topics
        self._directory = directory

    @routes.post("/user_topics", who=Who.USER, params=SetPolicy, summary="Set what one wants of a topic",
                 example={"stream_id": "{stream_id}", "topic": "{topic}", "visibility_policy": 3})
    async def update_user_topic(self, notes: RequestNotes, p: SetPolicy) -> None:
        """Mutes, unmutes or follows a topic, or takes that back."""
        await self._user_topics.do_set_policy(notes.caller, p.stream_id, p.topic, Policy(p.visibility_policy))

    @routes.patch("/users/me/subscriptions/muted_topics", who=Who.USER, params=MuteTopic,
                  summary="Mute a topic, or not (deprecated)",
                  example={"stream_id": "{stream_id}", "topic": "{topic}", "op": "add"})
    async def mute_topic(self, notes: RequestNotes, p: MuteTopic) -> None:
        """The older way, which knows of muting only. The channel is given by id or by name."""
        if (p.stream_id is None) == (p.stream is None):
            raise JsonableError("Please supply either 'stream' or 'stream_id'.")
        channel_id = p.stream_id
        if channel_id is None:
            channel = self._directory.channel_by_name((p.stream or "").strip())
            if channel is None or not self._directory.can_see_channel(notes.caller, channel):
                raise JsonableError(f"Invalid channel name '{p.stream}'")
            channel_id = channel.id
        await self._user_topics.do_set_policy(
            notes.caller, channel_id, p.topic, Policy.MUTED if p.op == "add" else Policy.NONE)
