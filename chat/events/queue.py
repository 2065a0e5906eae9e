"""One client's event queue, and what it promises.

- Events have ids that grow; an event stays until it is acknowledged (by asking for what comes after it), so an answer
  that got lost on the way is given again.
- An event is held once for all queues it is in: a queue keeps a reference, and adds the id when it hands the event out.
- At most one reader: whoever comes to read ends the reading of the one before, who gets what there is.
- A queue that grows past MAX_EVENTS or MAX_BYTES is lost: its owner has to register anew.

It knows no network: a reader is a Deferred (long poll) or a sink (socket).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from twisted.internet.defer import Deferred

from chat.errors import BadEventQueueId, JsonableError
from chat.narrow import Narrow

MAX_EVENTS = 10_000
MAX_BYTES = 8 * 1024 * 1024
DEFAULT_LIFESPAN_S = 600
MAX_LIFESPAN_S = 7 * 24 * 3600


CAPABILITIES = frozenset((
    "notification_settings_null", "bulk_message_deletion", "user_avatar_url_field_optional",
    "stream_typing_notifications", "user_settings_object", "linkifier_url_template", "user_list_incomplete"))
"""What a client can say that it understands."""

_OLDER_SETTINGS = frozenset({"update_display_settings", "update_global_notifications"})
"""What `user_settings` says too, for clients that do not know it."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """What a client asked for when it registered."""

    client_name: str = ""
    event_types: frozenset[str] | None = None
    """None: all."""
    apply_markdown: bool = False
    narrow: Narrow = ()
    all_public_channels: bool = False
    lifespan_s: int = DEFAULT_LIFESPAN_S
    slim_presence: bool = False
    capabilities: frozenset[str] = frozenset()
    """Names of `CAPABILITIES` that the client has."""

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are for the client at all."""
        if "user_settings_object" in self.capabilities and event_type in _OLDER_SETTINGS:
            return False
        if self.event_types is None:
            return True
        if event_type == "muted_topics" and "user_topic" in self.event_types:
            return False  # the same in an older form, for those who do not name the newer
        return event_type in self.event_types


Entry = tuple[int, bytes]
"""(id, body): the JSON of an event is body + `,"id":N}`."""

Sink = Callable[["EventQueue", list[Entry]], None]


def encode(entries: list[Entry]) -> bytes:
    """The JSON list of some entries."""
    return b"[" + b",".join([b'%b,"id":%d}' % (body, event_id) for event_id, body in entries]) + b"]"


def _weight(body: bytes) -> int:
    """What an event counts towards MAX_BYTES: it is shared, so a part of it and what the reference costs."""
    return len(body) // 8 + 64


class EventQueue:
    __slots__ = ("_bytes", "_poll", "_sink", "bodies", "heartbeat_after_s", "id", "last_seen", "lost", "next_id",
                 "options", "pruned", "quiet_since", "user_id")

    def __init__(self, queue_id: str, user_id: int, options: QueueOptions, now: float, heartbeat_after_s: float
                 ) -> None:
        self.id = queue_id
        self.user_id = user_id
        self.options = options
        self.bodies: deque[bytes] = deque()
        """The events not acknowledged; the newest has the id before `next_id`, and no id between is missing."""
        self.next_id = 0
        self.lost = False
        self.last_seen = now
        """When a reader last came or left."""
        self.quiet_since = now
        """When something was last sent to the reader, or the reader came."""
        self.heartbeat_after_s = heartbeat_after_s
        self.pruned = -1
        """The newest event that was acknowledged."""
        self._bytes = 0
        self._poll: Deferred[list[Entry]] | None = None
        self._sink: Sink | None = None

    @classmethod
    def restored(cls, queue_id: str, user_id: int, options: QueueOptions, now: float, *, next_id: int, pruned: int,
                 bodies: Iterable[bytes]) -> EventQueue:
        """A queue that was saved, with the events that were not acknowledged."""
        queue = cls(queue_id, user_id, options, now, 0.0)
        queue.bodies.extend(bodies)
        queue.next_id, queue.pruned = next_id, pruned
        queue._bytes = sum(map(_weight, queue.bodies))
        return queue

    @property
    def is_read(self) -> bool:
        """Whether a reader is connected now."""
        return self._poll is not None or self._sink is not None

    @property
    def entries(self) -> list[Entry]:
        """The events that are not acknowledged, oldest first."""
        bodies = self.bodies
        return list(enumerate(bodies, self.next_id - len(bodies))) if bodies else []

    def push(self, body: bytes, now: float) -> None:
        """Add an event (its JSON without the closing brace) and hand it to the reader. A lost queue takes none."""
        if self.lost:
            return
        event_id = self.next_id
        self.next_id = event_id + 1
        self.bodies.append(body)
        self._bytes += _weight(body)
        if self._bytes > MAX_BYTES or len(self.bodies) > MAX_EVENTS:
            self.drop()
        elif self._sink is not None:
            self.quiet_since = now
            self._sink(self, [(event_id, body)])
        elif self._poll is not None:
            self._end_poll(now)

    def acknowledge(self, last_event_id: int) -> None:
        """Forget the events up to this one. Raises JsonableError for an id that cannot be meant."""
        if last_event_id < self.pruned:
            raise JsonableError(f"An event newer than {last_event_id} has already been pruned!")
        if last_event_id >= self.next_id:
            raise JsonableError(f"Event {last_event_id} was not in this queue")
        bodies = self.bodies
        for _ in range(last_event_id + 1 - (self.next_id - len(bodies))):
            self._bytes -= _weight(bodies.popleft())
        self.pruned = last_event_id

    def touch(self, now: float) -> None:
        """Its reader was here without waiting."""
        self.last_seen = now

    def poll(self, now: float) -> Deferred[list[Entry]]:
        """What is there, or what comes next. Cancelling it (the client left) leaves the queue as it was."""
        self._displace(now)
        self.last_seen = self.quiet_since = now
        poll: Deferred[list[Entry]] = Deferred(self._poll_left)
        if self.bodies:
            poll.callback(self.entries)
        else:
            self._poll = poll
        return poll

    def attach(self, sink: Sink, now: float) -> None:
        """Have every event from now on, and those not acknowledged yet, handed to `sink`."""
        self._displace(now)
        self.last_seen = self.quiet_since = now
        self._sink = sink
        if self.bodies:
            sink(self, self.entries)

    def detach(self, sink: Sink, now: float) -> None:
        """The reader behind `sink` is gone; the queue stays."""
        if self._sink == sink:
            self._sink = None
            self.last_seen = now

    def drop(self) -> None:
        """The queue is no more: free its memory, and tell the reader."""
        self.lost = True
        self.bodies.clear()
        self._bytes = 0
        poll, self._poll = self._poll, None
        sink, self._sink = self._sink, None
        if poll is not None:
            poll.errback(BadEventQueueId(self.id))
        if sink is not None:
            sink(self, [])

    def release(self, now: float) -> None:
        """Answer the poll that is open, if there is one, with what there is (the server is going away)."""
        if self._poll is not None:
            self._end_poll(now)

    def _displace(self, now: float) -> None:
        if self._poll is not None:
            self._end_poll(now)
        sink, self._sink = self._sink, None
        if sink is not None:
            sink(self, [])

    def _end_poll(self, now: float) -> None:
        poll, self._poll = self._poll, None
        self.last_seen = self.quiet_since = now
        assert poll is not None
        poll.callback(self.entries)

    def _poll_left(self, poll: Deferred[list[Entry]]) -> None:
        if self._poll is poll:
            self._poll = None
