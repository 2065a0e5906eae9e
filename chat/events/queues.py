"""All event queues of this process: register, find, heartbeat, collect.

One tick every TICK_S looks after all of them, so a queue costs no timer of its own.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Mapping

import orjson

from chat.deferreds import Clock
from chat.errors import BadEventQueueId, JsonableError
from chat.event_types import heartbeat, restart
from chat.events.queue import EventQueue, QueueOptions

TICK_S = 5.0
HEARTBEAT_S = 45.0
HEARTBEAT_SPREAD_S = 5.0
"""With the tick, silence lasts 45 to 55 s at most; clients give up after 90."""
MAX_QUEUES_PER_USER = 100
LONGPOLL_TIMEOUT_S = 90


def _heartbeat_after_s() -> float:
    return HEARTBEAT_S + random.uniform(0, HEARTBEAT_SPREAD_S)


_HEARTBEAT = orjson.dumps(heartbeat())[:-1]


class EventQueues:
    def __init__(self, clock: Clock, process_id: str = "0", *, generation: int = 0) -> None:
        self._clock = clock
        self._process_id = process_id
        self._queues: dict[str, EventQueue] = {}
        self._by_user: dict[int, dict[str, EventQueue]] = {}
        self._broad: dict[str, EventQueue] = {}
        """Queues that hear of public channels without being subscribed."""
        self.is_frozen = False
        self._restart = orjson.dumps(restart(generation))[:-1]
        self._tick_call = clock.callLater(TICK_S, self._tick)

    def __len__(self) -> int:
        return len(self._queues)

    def __iter__(self) -> Iterator[EventQueue]:
        return iter(list(self._queues.values()))

    @property
    def by_user(self) -> Mapping[int, Mapping[str, EventQueue]]:
        """Queues of those people who have any."""
        return self._by_user

    @property
    def broad(self) -> Mapping[str, EventQueue]:
        """Queues registered with all_public_streams or a narrow."""
        return self._broad

    def now(self) -> float:
        return self._clock.seconds()

    def register(self, user_id: int, options: QueueOptions) -> EventQueue:
        """A new queue, which hears of everything from now on."""
        mine = self._by_user.get(user_id, {})
        if len(mine) >= MAX_QUEUES_PER_USER:
            idle = [queue for queue in mine.values() if not queue.is_read]
            if not idle:
                raise JsonableError(f"You have {MAX_QUEUES_PER_USER} event queues open already")
            self.drop(min(idle, key=lambda queue: queue.last_seen))
        return self._add(EventQueue(
            f"{self._process_id}-{secrets.token_hex(16)}", user_id, options, self.now(), _heartbeat_after_s()))

    def take_back(self, queue: EventQueue) -> None:
        """A queue that was saved is open again; its client hears that the server was restarted."""
        queue.heartbeat_after_s = _heartbeat_after_s()
        self._add(queue)
        if queue.options.wants("restart"):
            queue.push(self._restart, self.now())

    def _add(self, queue: EventQueue) -> EventQueue:
        self._queues[queue.id] = self._by_user.setdefault(queue.user_id, {})[queue.id] = queue
        if queue.options.all_public_channels or queue.options.narrow:
            self._broad[queue.id] = queue
        return queue

    def get(self, queue_id: str, user_id: int) -> EventQueue:
        """The caller's own queue. Raises BadEventQueueId for one that is gone or another's: which, is never told."""
        queue = self._queues.get(queue_id)
        if queue is None or queue.user_id != user_id or queue.lost:
            raise BadEventQueueId(queue_id)
        return queue

    def drop(self, queue: EventQueue) -> None:
        """Forget a queue and end its reader."""
        if self._queues.pop(queue.id, None) is not None:
            self._broad.pop(queue.id, None)
            mine = self._by_user[queue.user_id]
            del mine[queue.id]
            if not mine:
                del self._by_user[queue.user_id]
        queue.drop()

    def drop_all_of(self, user_id: int) -> None:
        """A person lost access: their queues end at once."""
        for queue in list(self._by_user.get(user_id, {}).values()):
            self.drop(queue)

    def freeze(self) -> None:
        """What happens from now on reaches no queue: they are being saved."""
        self.is_frozen = True

    def stop(self) -> None:
        """Answer every open poll; no more heartbeats."""
        if self._tick_call.active():
            self._tick_call.cancel()
        for queue in self:
            queue.release(self.now())

    def _tick(self) -> None:
        self._tick_call = self._clock.callLater(TICK_S, self._tick)
        now = self.now()
        for queue in self:
            if queue.lost or (not queue.is_read and now - queue.last_seen > queue.options.lifespan_s):
                self.drop(queue)
            elif queue.is_read and now - queue.quiet_since >= queue.heartbeat_after_s:
                queue.push(_HEARTBEAT, now)
