"""Real-time events: register, poll, give up a queue."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import orjson
from msgspec import Meta

from chat.directory import Directory
from chat.errors import BadEventQueueId, BadNarrow, JsonableError, NotAllowed, ParameterInvalid
from chat.events.queue import CAPABILITIES, DEFAULT_LIFESPAN_S, MAX_LIFESPAN_S, EventQueue, QueueOptions, encode
from chat.events.queues import EventQueues
from chat.events.snapshot import Registration, Wish
from chat.models import User
from chat.narrow import Narrow, Term, parse_queue_narrow
from chat.params import Param, Params
from chat.presence import HISTORY_DAYS
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

TypeNames = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=200)]


def read_include_subscribers(text: str) -> bool:
    """Raises ParameterInvalid."""
    if text not in ("true", "false", "partial", '"partial"'):
        raise ParameterInvalid('Argument "include_subscribers" is true, false or "partial".')
    return text != "false"


class Register(Params, frozen=True):
    event_types: TypeNames | None = None
    fetch_event_types: TypeNames | None = None
    apply_markdown: bool = False
    client_gravatar: bool = True
    slim_presence: bool = False
    presence_history_limit_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    include_subscribers: Annotated[bool, Param(
        parse=read_include_subscribers,
        doc="Or \"partial\", which leaves it to the server for which channels: here for all.")] = False
    all_public_streams: Annotated[bool | None, Param(
        doc="Messages of all public channels; without it what a bot's owner chose for it, else false.")] = None
    narrow: Annotated[Any, Param(
        parse=parse_queue_narrow,
        doc="Pairs of operator and operand; without it the channel that a bot's owner chose for it, if any.")] = None
    client_capabilities: Annotated[dict[Annotated[str, Meta(max_length=100)], bool], Meta(max_length=100)] | None = None
    queue_lifespan_secs: Annotated[Annotated[int, Meta(ge=0)] | None, Param(
        alias="idle_queue_timeout",
        doc="How long the queue waits for a client that went away: ten minutes at least, seven days at most.")] = None


class RegisteredWire(TypedDict):
    queue_id: str
    last_event_id: int
    zulip_version: str
    zulip_feature_level: int
    zulip_merge_base: str
    idle_queue_timeout: int


class GetEvents(Params, frozen=True):
    queue_id: Annotated[str, Meta(max_length=200)]
    last_event_id: Annotated[int, Meta(ge=-1, le=2**53)]
    dont_block: bool = False


class EventsWire(TypedDict):
    events: list[dict[str, Any]]
    queue_id: NotRequired[str]


class DeleteQueue(Params, frozen=True):
    queue_id: Annotated[str, Meta(max_length=200)]


class EventsResource:
    routes = Routes("events")

    def __init__(self, queues: EventQueues, registration: Registration, directory: Directory) -> None:
        self._queues = queues
        self._registration = registration
        self._directory = directory

    @routes.post("/register", who=Who.USER, params=Register, returns=RegisteredWire, summary="Register an event queue",
                 errors=(BadNarrow, NotAllowed),
                 example={"event_types": ["message"]})
    async def register(self, notes: RequestNotes, p: Register) -> dict[str, Any]:
        """A new event queue, and the state of everything that fits its beginning."""
        narrow, all_public = self._heard(notes.caller, p)
        if all_public and notes.caller.is_guest:
            raise NotAllowed("User not authorized for this query")
        capabilities = p.client_capabilities
        if capabilities is not None and "notification_settings_null" not in capabilities:
            raise JsonableError("client_capabilities needs notification_settings_null")
        capable = frozenset(name for name, has in (capabilities or {}).items() if has and name in CAPABILITIES)
        types = None if p.event_types is None else frozenset(p.event_types)
        fetch = types if p.fetch_event_types is None else frozenset(p.fetch_event_types)
        options = QueueOptions(
            client_name=notes.client_name, event_types=types, apply_markdown=p.apply_markdown, narrow=narrow,
            all_public_channels=all_public,
            lifespan_s=min(max(p.queue_lifespan_secs or 0, DEFAULT_LIFESPAN_S), MAX_LIFESPAN_S),
            slim_presence=p.slim_presence, capabilities=capable)
        _, state = await self._registration.register(notes.caller, options, Wish(
            fetch, p.include_subscribers, "user_settings_object" in capable,
            "notification_settings_null" in capable, p.slim_presence,
            HISTORY_DAYS if p.presence_history_limit_days is None else p.presence_history_limit_days,
            "linkifier_url_template" in capable))
        return {**state, "idle_queue_timeout": options.lifespan_s}

    def _heard(self, caller: User, p: Register) -> tuple[Narrow, bool]:
        """Which messages a queue gets: as it is asked for, else by what was chosen for a bot."""
        bot = self._directory.bots.get(caller.id)
        channel = None if bot is None else self._directory.channel_by_id(bot.register_channel_id or 0)
        chosen = () if channel is None else (Term("channel", channel.name),)
        return (chosen if p.narrow is None else p.narrow,
                bot is not None and bot.hears_all_public if p.all_public_streams is None else p.all_public_streams)

    @routes.get("/events", who=Who.USER, params=GetEvents, returns=EventsWire, summary="Get events from a queue",
                errors=(BadEventQueueId,), waits=True,
                example={"queue_id": "{queue_id}", "last_event_id": -1, "dont_block": True})
    async def get_events(self, notes: RequestNotes, p: GetEvents) -> dict[str, Any]:
        """Acknowledges the events up to `last_event_id` and gives those after it, at once or as soon as there is one.
        Silence ends with a heartbeat. A second poll of a queue ends the first."""
        queue = self._queues.get(p.queue_id, notes.caller.id)
        queue.acknowledge(p.last_event_id)
        if p.dont_block or queue.entries:
            queue.touch(self._queues.now())
            return {"events": orjson.Fragment(encode(list(queue.entries)))}
        entries = await queue.poll(self._queues.now())
        return {"events": orjson.Fragment(encode(entries)), "queue_id": queue.id}

    @routes.delete("/events", who=Who.USER, params=DeleteQueue, summary="Delete an event queue",
                   errors=(BadEventQueueId,),
                   example={"queue_id": "{queue_id}"})
    async def delete_queue(self, notes: RequestNotes, p: DeleteQueue) -> None:
        """Gives up a queue; an open poll of it is answered."""
        queue: EventQueue = self._queues.get(p.queue_id, notes.caller.id)
        queue.release(self._queues.now())
        self._queues.drop(queue)
