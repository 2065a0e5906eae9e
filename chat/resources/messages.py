"""Messages: send, fetch, flags, reactions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from chat.actions.automatic_policies import AutomaticPolicies
from chat.actions.flags import Flags
from chat.actions.message_checks import SendRequest
from chat.actions.reactions import Reactions
from chat.actions.sending import Sending
from chat.directory import Directory
from chat.errors import (
    BadNarrow,
    ChannelDoesNotExist,
    ChannelWildcardNotAllowed,
    JsonableError,
    NotAllowed,
    ParameterMissing,
    ReactionAlreadyExists,
    ReactionDoesNotExist,
    TopicWildcardNotAllowed,
    UserDeactivated,
)
from chat.history import History, PageWire, Wanted
from chat.models import Channel, User
from chat.narrow import Narrow, parse_narrow
from chat.params import ChannelId, MessageId, Param, Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who
from chat.wire import MessageWire

MAX_PAGE = 5000
MAX_IDS = 50_000
_ANCHOR = "Around which message: its id, `newest`, `oldest` or `first_unread`."


def parse_anchor(text: str) -> int | str:
    """A message id or one of the named places."""
    if text in ("newest", "oldest", "first_unread"):
        return text
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        return max(int(text), 0)
    raise JsonableError("Invalid anchor")


ShortName = Annotated[str, Meta(max_length=200)]


class SendMessage(Params, frozen=True):
    type: Literal["direct", "private", "channel", "stream"]
    content: Annotated[str, Meta(max_length=1_000_000), Param(doc="The message, in markdown.")]
    to: Annotated[Annotated[str, Meta(max_length=20_000)] | None, Param(
        doc="A channel's id or name; or the recipients of a direct message: a JSON list of ids or of addresses. "
            "Without it a bot writes to its default channel.")] = None
    topic: Annotated[Annotated[str, Meta(max_length=1000)] | None, Param(alias="subject")] = None
    queue_id: ShortName | None = None
    local_id: Annotated[ShortName | None, Param(
        doc="With queue_id: the sender's own name of the message. A repetition sends nothing again.")] = None
    read_by_sender: bool | None = None
    widget_content: Annotated[Annotated[str, Meta(max_length=10_000)] | None, Param(
        doc="For bots: buttons to choose from, as JSON")] = None


class SentWire(TypedDict):
    id: int
    automatic_new_visibility_policy: NotRequired[int]


class GetMessages(Params, frozen=True):
    num_before: Annotated[int, Meta(ge=0, le=MAX_PAGE)]
    num_after: Annotated[int, Meta(ge=0, le=MAX_PAGE)]
    anchor: Annotated[int | str | None, Param(parse=parse_anchor, doc=_ANCHOR)] = None
    include_anchor: bool = True
    use_first_unread_anchor: bool = False
    narrow: Annotated[Any, Param(parse=parse_narrow, doc="A list of terms; empty: everything.")] = ()
    client_gravatar: bool = True
    apply_markdown: bool = True


class GetMessage(Params, frozen=True):
    apply_markdown: bool = True


class OneMessageWire(TypedDict):
    message: MessageWire
    raw_content: str


class UpdateFlags(Params, frozen=True):
    messages: Annotated[list[MessageId], Meta(max_length=MAX_IDS)]
    op: Literal["add", "remove"]
    flag: Annotated[str, Meta(max_length=100)]


class FlaggedWire(TypedDict):
    messages: list[int]


class MatchesNarrow(Params, frozen=True):
    msg_ids: Annotated[list[MessageId], Meta(max_length=MAX_PAGE)]
    narrow: Annotated[Any, Param(parse=parse_narrow, doc="A list of terms.")]


class MatchWire(TypedDict):
    match_content: str
    match_subject: str


class MatchesWire(TypedDict):
    messages: dict[str, MatchWire]


class UpdateFlagsInNarrow(Params, frozen=True):
    anchor: Annotated[int | str, Param(parse=parse_anchor, doc=_ANCHOR)]
    num_before: Annotated[int, Meta(ge=0)]
    num_after: Annotated[int, Meta(ge=0)]
    narrow: Annotated[Any, Param(parse=parse_narrow, doc="A list of terms.")]
    op: Literal["add", "remove"]
    flag: Annotated[str, Meta(max_length=100)]
    include_anchor: bool = True


class FlaggedNarrowWire(TypedDict):
    processed_count: int
    updated_count: int
    first_processed_id: int | None
    last_processed_id: int | None
    found_oldest: bool
    found_newest: bool


class MarkChannel(Params, frozen=True):
    stream_id: ChannelId


class MarkTopic(Params, frozen=True):
    stream_id: ChannelId
    topic_name: Annotated[str, Meta(max_length=1000)]


class CompleteWire(TypedDict):
    complete: bool


class Render(Params, frozen=True):
    content: Annotated[str, Meta(max_length=1_000_000)]


class RenderedWire(TypedDict):
    rendered: str


class React(Params, frozen=True):
    emoji_name: Annotated[str, Meta(max_length=100)]
    emoji_code: Annotated[str, Meta(max_length=100)] | None = None
    reaction_type: Annotated[str, Meta(max_length=30)] | None = None


class Unreact(Params, frozen=True):
    emoji_name: Annotated[str, Meta(max_length=100)] | None = None
    emoji_code: Annotated[str, Meta(max_length=100)] | None = None
    reaction_type: Annotated[str, Meta(max_length=30)] | None = None


class MessagesResource:
    routes = Routes("messages")

    def __init__(self, sending: Sending, history: History, flags: Flags, reactions: Reactions,
                 directory: Directory, automatic_policies: AutomaticPolicies) -> None:
        self._sending = sending
        self._automatic_policies = automatic_policies
        self._history = history
        self._flags = flags
        self._reactions = reactions
        self._directory = directory

    @routes.post("/messages", who=Who.SENDER, params=SendMessage, returns=SentWire, summary="Send a message",
                 errors=(ChannelDoesNotExist, NotAllowed, ChannelWildcardNotAllowed, TopicWildcardNotAllowed,
                         UserDeactivated),
                 example={"type": "channel", "to": "{stream_id}", "topic": "{topic}", "content": "A **good** idea."})
    async def send_message(self, notes: RequestNotes, p: SendMessage) -> SentWire:
        """Sends to a channel and topic, or to people. An `Idempotency-Key` header, or `queue_id` with `local_id`, makes
        it exactly once: a repetition is answered with the first message's id and sends nothing again."""
        key = notes.idempotency_key
        if key is not None and not 0 < len(key) <= 200:
            raise JsonableError("An Idempotency-Key has 1 to 200 characters")
        request = SendRequest(
            p.type, self._destination(notes.caller, p), p.content, notes.client_name, p.topic, p.queue_id, p.local_id,
            key, p.read_by_sender, p.widget_content if notes.caller.is_bot else None)
        checked = await self._sending.check_message(notes.caller, request)
        sent: SentWire = {"id": await self._sending.do_send_messages(checked)}
        policy = await self._automatic_policies.after_sending(checked, sent["id"])
        if policy is not None:
            sent["automatic_new_visibility_policy"] = policy.value
        return sent

    def _destination(self, sender: User, p: SendMessage) -> str:
        """Where to, as it was said; for a bot that said nothing, its default channel."""
        if p.to is not None:
            return p.to
        bot = self._directory.bots.get(sender.id)
        if bot is None or bot.sending_channel_id is None or p.type not in ("channel", "stream"):
            raise ParameterMissing("to")
        return str(bot.sending_channel_id)

    @routes.get("/messages", who=Who.USER, params=GetMessages, returns=PageWire, summary="Get messages",
                errors=(BadNarrow,),
                example={"anchor": "newest", "num_before": 5, "num_after": 0, "narrow": [{"operator": "channel",
                    "operand": "{stream_id}"}]})
    async def get_messages(self, notes: RequestNotes, p: GetMessages) -> PageWire:
        """Messages around an anchor within a narrow, ascending."""
        anchor = "first_unread" if p.use_first_unread_anchor else p.anchor
        if anchor is None:
            raise JsonableError("Missing 'anchor' argument.")
        if p.num_before + p.num_after > MAX_PAGE:
            raise JsonableError(f"Too many messages requested (maximum {MAX_PAGE}).")
        if not p.include_anchor and p.num_before and p.num_after:
            raise JsonableError("The anchor can only be excluded at an end of the range")
        narrow: Narrow = p.narrow
        return await self._history.page(notes.caller, Wanted(
            anchor, p.num_before, p.num_after, p.include_anchor, narrow, p.apply_markdown))

    @routes.get("/messages/{message_id:int}", who=Who.USER, params=GetMessage, returns=OneMessageWire,
                summary="Get one message")
    async def get_message(self, notes: RequestNotes, p: GetMessage, message_id: int) -> OneMessageWire:
        """A message with its source."""
        read = await self._history.message(notes.caller, message_id)
        return {"message": self._history.wire(read, p.apply_markdown), "raw_content": read.message.content}

    @routes.post("/messages/render", who=Who.USER, params=Render, returns=RenderedWire, summary="Render markdown",
                 example={"content": "A **good** idea."})
    async def render_message(self, notes: RequestNotes, p: Render) -> RenderedWire:
        """The HTML that a message with this content would have."""
        return {"rendered": await self._sending.render(notes.caller, p.content)}

    @routes.post("/messages/flags", who=Who.USER, params=UpdateFlags, returns=FlaggedWire,
                 summary="Update personal message flags",
                 example={"messages": ["{message_id}"], "op": "add", "flag": "starred"})
    async def update_message_flags(self, notes: RequestNotes, p: UpdateFlags) -> FlaggedWire:
        """Adds or removes read, starred or collapsed on one's own messages."""
        await self._flags.update_flags(notes.caller, p.messages, p.op, p.flag)
        return {"messages": list(p.messages)}

    @routes.post("/messages/flags/narrow", who=Who.USER, params=UpdateFlagsInNarrow, returns=FlaggedNarrowWire,
                 summary="Update personal message flags within a narrow", errors=(BadNarrow,),
                 example={"anchor": "oldest", "num_before": 0, "num_after": 10,
                     "narrow": [{"operator": "channel", "operand": "{stream_id}"}], "op": "add", "flag": "read"})
    async def update_flags_in_narrow(self, notes: RequestNotes, p: UpdateFlagsInNarrow) -> FlaggedNarrowWire:
        """The same for a range of messages within a narrow; at most 5,000 at a time."""
        before = min(p.num_before, MAX_PAGE)
        span = await self._history.span(notes.caller, Wanted(
            p.anchor, before, min(p.num_after, MAX_PAGE - before), p.include_anchor, p.narrow, apply_markdown=False))
        updated = await self._flags.update_flags(notes.caller, span.message_ids, p.op, p.flag)
        return {
            "processed_count": len(span.message_ids), "updated_count": updated,
            "first_processed_id": span.message_ids[0] if span.message_ids else None,
            "last_processed_id": span.message_ids[-1] if span.message_ids else None,
            "found_oldest": span.found_oldest, "found_newest": span.found_newest}

    @routes.get("/messages/matches_narrow", who=Who.USER, params=MatchesNarrow, returns=MatchesWire,
                summary="Check whether messages match a narrow", errors=(BadNarrow,),
                example={"msg_ids": ["{message_id}"], "narrow": [{"operator": "search", "operand": "hello"}]})
    async def matches_narrow(self, notes: RequestNotes, p: MatchesNarrow) -> MatchesWire:
        """Those of the messages that are within the narrow, by id, with what was searched for marked."""
        matches = await self._history.matches(notes.caller, p.msg_ids, p.narrow)
        return {"messages": {str(message["id"]): {
            "match_content": message["match_content"], "match_subject": message["match_subject"]}
            for message in matches}}

    @routes.post("/mark_all_as_read", who=Who.USER, returns=CompleteWire, summary="Mark all messages as read")
    async def mark_all_as_read(self, notes: RequestNotes, p: Params) -> CompleteWire:
        """Marks everything as read."""
        await self._flags.mark_all_read(notes.caller)
        return {"complete": True}

    @routes.post("/mark_stream_as_read", who=Who.USER, params=MarkChannel, summary="Mark a channel as read",
                 example={"stream_id": "{stream_id}"})
    async def mark_stream_as_read(self, notes: RequestNotes, p: MarkChannel) -> None:
        """Marks all messages of a channel as read."""
        await self._flags.mark_channel_read(notes.caller, self._channel(notes.caller, p.stream_id))

    @routes.post("/mark_topic_as_read", who=Who.USER, params=MarkTopic, summary="Mark a topic as read",
                 example={"stream_id": "{stream_id}", "topic_name": "{topic}"})
    async def mark_topic_as_read(self, notes: RequestNotes, p: MarkTopic) -> None:
        """Marks all messages of a topic as read. A topic that does not exist is an error."""
        marked = await self._flags.mark_channel_read(
            notes.caller, self._channel(notes.caller, p.stream_id), p.topic_name)
        if not marked:
            known = await self._history.topics(notes.caller, self._channel(notes.caller, p.stream_id))
            if p.topic_name.lower() not in {name.lower() for name, _ in known}:
                raise JsonableError(f"No such topic '{p.topic_name}'")

    @routes.post("/messages/{message_id:int}/reactions", who=Who.USER, params=React, summary="Add a reaction",
                 errors=(ReactionAlreadyExists,),
                 example={"emoji_name": "tada"})
    async def add_reaction(self, notes: RequestNotes, p: React, message_id: int) -> None:
        """Reacts to a message with an emoji."""
        await self._reactions.add(notes.caller, message_id, p.emoji_name, p.emoji_code, p.reaction_type)

    @routes.delete("/messages/{message_id:int}/reactions", who=Who.USER, params=Unreact, summary="Remove a reaction",
                   errors=(ReactionDoesNotExist,),
                   example={"emoji_name": "tada"})
    async def remove_reaction(self, notes: RequestNotes, p: Unreact, message_id: int) -> None:
        """Takes one's reaction back."""
        await self._reactions.remove(notes.caller, message_id, p.emoji_name, p.emoji_code, p.reaction_type)

    def _channel(self, user: User, channel_id: int) -> Channel:
        channel = self._directory.channel_by_id(channel_id)
        if channel is None or not self._directory.can_see_channel(user, channel):
            raise JsonableError("Invalid channel ID")
        return channel
