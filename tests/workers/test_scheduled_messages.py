"""The clock that sends scheduled messages: when it looks, what wakes it, and that one failure stops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase

from chat import event_types
from chat.actions.scheduled_messages import ScheduledMessages
from chat.errors import ServiceUnavailable
from chat.personal import ScheduledMessage
from chat.workers.scheduled_messages import MAX_SLEEP_S, RETRY_S, ScheduledDelivery
from tests.support.harness import ChatTestCase, Client


def message(number: int, at: int) -> ScheduledMessage:
    return ScheduledMessage(number, 1, 1, (), "t", "x", "x", at, "test", None, failed=False, token="")


class Agenda:
    """What is to be sent and when, in place of the database; keeps the signatures of ScheduledMessages."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.waiting: dict[int, float] = {}
        self.sent: list[tuple[int, float]] = []
        self.looked = 0
        self.errors: dict[int, Exception] = {}
        self.gate: Deferred[None] | None = None

    async def due(self, limit: int) -> Sequence[int]:
        self.looked += 1
        return sorted(number for number, at in self.waiting.items() if at <= self.clock.seconds())[:limit]

    async def next_time(self) -> int | None:
        return int(min(self.waiting.values())) if self.waiting else None

    async def deliver(self, scheduled_id: int) -> None:
        if self.gate is not None:
            await self.gate
        if scheduled_id in self.errors:
            raise self.errors[scheduled_id]
        del self.waiting[scheduled_id]
        self.sent.append((scheduled_id, self.clock.seconds()))


class ClockTests(TestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1000)
        self.agenda = Agenda(self.clock)
        self.delivery = ScheduledDelivery(cast(ScheduledMessages, self.agenda), self.clock)

    def tearDown(self) -> None:
        self.successResultOf(Deferred.fromCoroutine(self.delivery.stop()))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def add(self, number: int, at: int) -> None:
        self.agenda.waiting[number] = at
        self.delivery.hear(event_types.scheduled_message_added(message(number, at)))

    def test_the_agenda_is_like_the_real_one(self) -> None:
        for name in ("due", "next_time", "deliver"):
            real, ours = getattr(ScheduledMessages, name), getattr(Agenda, name)
            self.assertEqual(real.__annotations__, ours.__annotations__)

    def test_what_is_due_at_start(self) -> None:
        """What became due while the server was away is sent at once, the rest at its time."""
        self.agenda.waiting = {1: 10, 2: 999, 3: 1030}
        self.delivery.start()
        self.assertEqual(self.agenda.sent, [(1, 1000), (2, 1000)])
        self.clock.advance(29)
        self.assertEqual(len(self.agenda.sent), 2)
        self.clock.advance(1)
        self.assertEqual(self.agenda.sent[2:], [(3, 1030)])

    def test_many_at_once(self) -> None:
        self.agenda.waiting = dict.fromkeys(range(350), 5.0)
        self.delivery.start()
        self.clock.pump([0] * 10)
        self.assertEqual(len(self.agenda.sent), 350)

    def test_an_earlier_one_wakes(self) -> None:
        """A message for sooner than the next look is sent at its time; one for later wakes nobody."""
        self.delivery.start()
        self.add(1, 1040)
        self.add(2, 1020)
        looked = self.agenda.looked
        self.add(3, 1050)
        self.assertEqual(self.agenda.looked, looked)
        for moment in (1020, 1040, 1050):
            self.clock.advance(moment - self.clock.seconds())
        self.assertEqual(self.agenda.sent, [(2, 1020), (1, 1040), (3, 1050)])

    def test_one_that_comes_during_a_round(self) -> None:
        """An event in the midst of a round is not lost between looking and going to sleep."""
        self.agenda.waiting = {1: 900}
        self.agenda.gate = Deferred()
        self.delivery.start()
        self.agenda.waiting[2] = 1005
        self.delivery.hear(event_types.scheduled_message_updated(message(2, 1005)))
        gate, self.agenda.gate = self.agenda.gate, None
        gate.callback(None)
        self.clock.advance(5)
        self.assertEqual(self.agenda.sent, [(1, 1000), (2, 1005)])

    def test_clocks_that_are_set(self) -> None:
        """However far off the next one is, it looks again before long."""
        self.agenda.waiting = {1: 10_000_000}
        self.delivery.start()
        self.agenda.waiting = {1: 10}  # as if the clock had been set
        self.clock.advance(MAX_SLEEP_S)
        self.assertEqual([number for number, _ in self.agenda.sent], [1])

    def test_the_database_is_away(self) -> None:
        """The rest waits for it too, and goes on by itself."""
        self.agenda.waiting = {1: 10, 2: 10}
        self.agenda.errors = {1: ServiceUnavailable()}
        self.delivery.start()
        self.assertEqual(self.agenda.sent, [])
        self.agenda.errors = {}
        self.clock.advance(RETRY_S)
        self.assertEqual([number for number, _ in self.agenda.sent], [1, 2])

    def test_one_that_goes_wrong(self) -> None:
        """It is logged and tried again later; the others are sent."""
        self.agenda.waiting = {1: 10, 2: 10}
        self.agenda.errors = {1: ZeroDivisionError()}
        self.delivery.start()
        self.assertEqual([number for number, _ in self.agenda.sent], [2])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.agenda.errors = {}
        self.clock.advance(RETRY_S)
        self.assertEqual([number for number, _ in self.agenda.sent], [2, 1])

    def test_looking_goes_wrong(self) -> None:
        looks: list[Any] = []

        async def broken(limit: int) -> Sequence[int]:
            looks.append(limit)
            raise ZeroDivisionError

        self.patch(self.agenda, "due", broken)
        self.delivery.start()
        self.clock.advance(RETRY_S)
        self.assertEqual(len(looks), 2)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_stopping_waits_for_what_is_under_way(self) -> None:
        """The message that is being sent is sent, and none after it."""
        self.agenda.waiting = {1: 10, 2: 10}
        self.agenda.gate = Deferred()
        self.delivery.start()
        stopping = Deferred.fromCoroutine(self.delivery.stop())
        self.assertNoResult(stopping)
        self.agenda.gate.callback(None)
        self.successResultOf(stopping)
        self.assertEqual([number for number, _ in self.agenda.sent], [1])

    def test_failed_ones_wake_nobody(self) -> None:
        self.delivery.start()
        looked = self.agenda.looked
        failed = ScheduledMessage(1, 1, 1, (), "t", "x", "x", 1001, "test", None, failed=True, token="")
        self.delivery.hear(event_types.scheduled_message_updated(failed))
        self.delivery.hear(event_types.scheduled_message_removed(failed))
        self.assertEqual(self.agenda.looked, looked)


class RunningTests(ChatTestCase):
    async def test_across_a_restart(self) -> None:
        """A message whose time came while the server was away is sent when it is back, once."""
        state = await self.owner.register(event_types=["message"])
        body = await self.owner.call(
            "POST", "/scheduled_messages", type="channel", to="general", topic="t", content="better late",
            scheduled_delivery_timestamp=int(self.app.reactor.seconds()) + 3600)
        await self.app.database.query("UPDATE scheduled_message SET deliver_at = to_timestamp(1)")
        self.assertEqual(await self.owner.events(state["queue_id"]), [])
        for _ in range(2):
            await self.server.restart()
            owner = Client(self.app, self.owner.user)
            while (await owner.call("GET", "/scheduled_messages"))["scheduled_messages"]:
                pass
            page = await owner.call("GET", "/messages", anchor="newest", num_before=9, num_after=0,
                                    apply_markdown=False)
            self.assertEqual([message["content"] for message in page["messages"]], ["better late"])
        self.assertTrue(body["scheduled_message_id"])

    async def test_at_its_second(self) -> None:
        """With nothing else going on, a message arrives when it was meant to."""
        state = await self.owner.register(event_types=["message"])
        moment = int(self.app.reactor.seconds()) + 1
        await self.owner.call("POST", "/scheduled_messages", type="channel", to="general", topic="t", content="now",
                              scheduled_delivery_timestamp=moment)
        (event,) = await self.owner.events(state["queue_id"], wait=True)
        self.assertGreaterEqual(event["message"]["timestamp"], moment)
        self.assertLess(self.app.reactor.seconds() - moment, 5)
