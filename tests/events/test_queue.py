"""An event queue's promises, on a fake clock."""

from __future__ import annotations

import gc
import tracemalloc

import orjson
from twisted.internet.defer import CancelledError
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chat.errors import BadEventQueueId, JsonableError
from chat.events.queue import DEFAULT_LIFESPAN_S, MAX_BYTES, MAX_EVENTS, Entry, EventQueue, QueueOptions, encode
from chat.events.queues import HEARTBEAT_S, HEARTBEAT_SPREAD_S, MAX_QUEUES_PER_USER, TICK_S, EventQueues


def ids(entries: list[Entry]) -> list[int]:
    return [event_id for event_id, _ in entries]


class QueueTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.queue = EventQueue("q", 1, QueueOptions(), 0.0, 50.0)

    def push(self, text: str = "x") -> None:
        self.queue.push(b'{"type":"%b"' % text.encode(), 0.0)

    def test_encoding(self) -> None:
        """Body and id make one JSON object each."""
        self.queue.push(b'{"type":"message","flags":["read"]', 0.0)
        self.push("other")
        self.assertEqual(orjson.loads(encode(self.queue.entries)),
                         [{"type": "message", "flags": ["read"], "id": 0}, {"type": "other", "id": 1}])

    def test_kept_until_acknowledged(self) -> None:
        """An answer that was lost is given again; acknowledged events are gone, and asking for them is refused."""
        self.push()
        self.push()
        for _ in range(2):
            self.assertEqual(ids(self.successResultOf(self.queue.poll(0.0))), [0, 1])
        self.queue.acknowledge(0)
        self.assertEqual(ids(self.successResultOf(self.queue.poll(0.0))), [1])
        self.assertRaises(JsonableError, self.queue.acknowledge, -1)
        self.assertRaises(JsonableError, self.queue.acknowledge, 2)

    def test_a_poll_waits(self) -> None:
        """A poll of an empty queue is answered by the next event."""
        poll = self.queue.poll(0.0)
        self.assertNoResult(poll)
        self.push()
        self.assertEqual(ids(self.successResultOf(poll)), [0])

    def test_second_poll_ends_the_first(self) -> None:
        first = self.queue.poll(0.0)
        second = self.queue.poll(0.0)
        self.assertEqual(self.successResultOf(first), [])
        self.push()
        self.assertEqual(ids(self.successResultOf(second)), [0])

    def test_a_client_that_leaves(self) -> None:
        """A cancelled poll takes nothing with it."""
        poll = self.queue.poll(0.0)
        poll.cancel()
        self.failureResultOf(poll, CancelledError)
        self.assertFalse(self.queue.is_read)
        self.push()
        self.assertEqual(ids(self.successResultOf(self.queue.poll(0.0))), [0])

    def test_sink(self) -> None:
        """A sink gets what waits, then each event as it happens, and keeps nobody from acknowledging."""
        got: list[list[int]] = []
        self.push()
        self.queue.attach(lambda queue, entries: got.append(ids(entries)), 0.0)
        self.push()
        self.assertEqual(got, [[0], [1]])
        self.queue.acknowledge(1)
        self.assertEqual(len(self.queue.entries), 0)

    def test_another_reader_displaces_a_sink(self) -> None:
        """The sink that is displaced hears so by an empty call, once."""
        got: list[list[int]] = []
        self.queue.attach(lambda queue, entries: got.append(ids(entries)), 0.0)
        poll = self.queue.poll(0.0)
        self.push()
        self.assertEqual(got, [[]])
        self.assertEqual(ids(self.successResultOf(poll)), [0])

    def test_too_many_events(self) -> None:
        """A queue nobody reads is lost at its bound, and frees its memory."""
        for _ in range(MAX_EVENTS + 1):
            self.push()
        self.assertTrue(self.queue.lost)
        self.assertEqual(len(self.queue.entries), 0)

    def test_too_many_bytes(self) -> None:
        for _ in range(100):
            self.push("x" * (MAX_BYTES // 10))
        self.assertTrue(self.queue.lost)

    def test_acknowledged_bytes_count_no_more(self) -> None:
        """A reader who is never quite up to date, but acknowledges, may go on for ever."""
        self.push()
        for _ in range(100):
            self.push("x" * (MAX_BYTES // 10))
            self.queue.acknowledge(self.queue.next_id - 2)
        self.assertFalse(self.queue.lost)
        self.assertEqual(ids(self.queue.entries), [100])

    def test_dropping_ends_the_poll(self) -> None:
        poll = self.queue.poll(0.0)
        self.queue.drop()
        self.failureResultOf(poll, BadEventQueueId)


class QueuesTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.queues = EventQueues(self.clock)

    def advance(self, seconds: float) -> None:
        for _ in range(int(seconds / TICK_S) + 1):
            self.clock.advance(TICK_S)

    def test_owner_only(self) -> None:
        """Another's queue, a queue that ended and one that never was are refused alike."""
        queue = self.queues.register(1, QueueOptions())
        self.assertIs(self.queues.get(queue.id, 1), queue)
        foreign = self.assertRaises(BadEventQueueId, self.queues.get, queue.id, 2)
        self.queues.drop(queue)
        gone = self.assertRaises(BadEventQueueId, self.queues.get, queue.id, 1)
        self.assertEqual(foreign.envelope(), gone.envelope())
        self.assertTrue(gone.msg.startswith("Bad event queue id:"))

    def test_heartbeat(self) -> None:
        """Silence ends after 45 to 55 seconds, whatever types the queue wants."""
        queue = self.queues.register(1, QueueOptions(event_types=frozenset()))
        poll = queue.poll(self.queues.now())
        self.advance(HEARTBEAT_S - 2 * TICK_S)
        self.assertNoResult(poll)
        self.advance(HEARTBEAT_SPREAD_S + 2 * TICK_S)
        (event,) = orjson.loads(encode(self.successResultOf(poll)))
        self.assertEqual(event, {"type": "heartbeat", "id": 0})
        self.assertLessEqual(self.clock.seconds(), 65)

    def test_collected_when_idle(self) -> None:
        """A queue nobody reads for its lifespan is collected; one that is being read is not."""
        idle, read = (self.queues.register(1, QueueOptions(lifespan_s=600)) for _ in range(2))
        long = self.queues.register(2, QueueOptions(lifespan_s=6000))
        got: list[int] = []
        read.attach(lambda queue, entries: got.extend(ids(entries)), 0.0)
        self.advance(500)
        self.assertIs(self.queues.get(idle.id, 1), idle)
        self.advance(200)
        self.assertRaises(BadEventQueueId, self.queues.get, idle.id, 1)
        self.assertIs(self.queues.get(read.id, 1), read)
        self.assertIs(self.queues.get(long.id, 2), long)
        self.assertGreaterEqual(len(got), 10)

    def test_bound_per_person(self) -> None:
        """The queue longest unread makes room for one more."""
        first = self.queues.register(1, QueueOptions())
        self.clock.advance(1)
        for _ in range(MAX_QUEUES_PER_USER):
            self.queues.register(1, QueueOptions())
        self.assertRaises(BadEventQueueId, self.queues.get, first.id, 1)
        self.assertEqual(len(self.queues), MAX_QUEUES_PER_USER)

    def test_stop_answers_polls(self) -> None:
        """When the server goes away open polls are answered, and no timer is left."""
        poll = self.queues.register(1, QueueOptions()).poll(0.0)
        self.queues.stop()
        self.assertEqual(self.successResultOf(poll), [])
        self.assertEqual(self.clock.getDelayedCalls(), [])


class MemoryTests(SynchronousTestCase):
    """What is dropped gives its memory back: counted by the interpreter."""

    BODY = 20_000

    def setUp(self) -> None:
        self.clock = Clock()
        self.queues = EventQueues(self.clock)
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)

    def held(self) -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    def fill(self, queue: EventQueue, count: int) -> None:
        for number in range(count):
            queue.push(b'{"type":"x","text":"%d"' % number + b"x" * self.BODY, self.clock.seconds())

    def test_a_full_queue(self) -> None:
        """At the event that is one too many all of them are gone at once, and the queue with the next look round."""
        before = self.held()
        queue = self.queues.register(1, QueueOptions())
        self.fill(queue, 1000)
        full = self.held() - before
        self.assertGreater(full, 1000 * self.BODY)
        self.fill(queue, MAX_BYTES // (self.BODY // 8) + 1)
        self.assertTrue(queue.lost)
        self.assertLess(self.held() - before, full // 500)
        self.clock.advance(TICK_S)
        self.assertEqual((len(self.queues), dict(self.queues.by_user)), (0, {}))

    def test_an_abandoned_queue(self) -> None:
        """Its client went away without a word: after its lifetime nothing is left of it."""
        before = self.held()
        self.fill(self.queues.register(1, QueueOptions()), 1000)
        self.assertGreater(self.held() - before, 1000 * self.BODY)
        for _ in range(int(DEFAULT_LIFESPAN_S / TICK_S) + 2):
            self.clock.advance(TICK_S)
        self.assertEqual(len(self.queues), 0)
        self.assertLess(self.held() - before, self.BODY)

    def test_an_event_is_held_once(self) -> None:
        """A thousand queues that wait with the same hundred events need little more than one."""
        body = b'{"type":"x","text":"' + b"x" * self.BODY
        queues = [self.queues.register(user_id, QueueOptions()) for user_id in range(1000)]
        before = self.held()
        for _ in range(100):
            shared = bytes(bytearray(body))
            for queue in queues:
                queue.push(shared, 0.0)
        self.assertLess(self.held() - before, 100 * self.BODY + 1000 * 100 * 24)
