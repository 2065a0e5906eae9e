"""What is measured, one function each. Every figure is of the whole server: its process and all of PostgreSQL's.

Processor time is what counts: it hardly depends on what else the machine does, latencies do.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bench.connection import Connection
from bench.meter import Meter, Usage
from bench.organisation import CHANNEL, OWNER_ID
from bench.receivers import Audience, LongPoller, Receiver, SocketListener

TEXTS = (
    "seq={n}; The nightly build went through, all **412 tests** are green; I will tag the release before lunch.",
    "seq={n}; Has anyone seen `ConnectionLost` in the proxy's log since Tuesday? It comes about *twice an hour*.",
    "seq={n}; I wrote down what we agreed on: https://wiki.example.org/notes/2026/planning (please add what I forgot).",
    "seq={n}; Sounds good to me :thumbs_up: let us try it on the staging machine first, and measure before and after.",
    "seq={n}; @**Person Number 7** could you have a look at the draft? The second section still needs a better name.",
    "seq={n}; Two things are left:\n\n* the migration for large tables\n* a sentence about it in the changelog",
    "seq={n}; > does the cache survive a restart?\n\nIt does not, and **that is fine**: it is warm again in seconds.",
    "seq={n}; See #**general** for the announcement. I am away on Friday, so whoever is on duty takes the questions.",
)
"""Messages as people write them: 90 to 120 characters and a little markdown."""
DELIVERY_TIMEOUT_S = 60.0
PAUSE_S = 0.01
"""Between two messages whose deliveries are measured: the listeners poll again meanwhile."""
SENDERS = 4
WARM_UP = 5
MEMORY_LOOKS = 5
TOPICS = 5


@dataclass(slots=True)
class Figures:
    """Results of one scenario by name, ready for JSON."""

    name: str
    values: dict[str, float] = field(default_factory=dict)


class Bench:
    """A running server under measurement."""

    def __init__(self, port: int, meter: Meter, settle_s: float) -> None:
        self.port = port
        self.meter = meter
        self.settle_s = settle_s
        self._sequence = itertools.count(1)

    async def sends(self, count: int, name: str = "send") -> Figures:
        """`count` messages by a few senders, each of whom sends the next as soon as the last is answered."""
        senders = [await Connection.open(self.port, OWNER_ID + number) for number in range(SENDERS)]
        latencies: list[float] = []

        async def send_some(sender: Connection, some: int) -> None:
            for _ in range(some):
                began = time.perf_counter()
                await self._send(sender, next(self._sequence))
                latencies.append(time.perf_counter() - began)

        for sender in senders * WARM_UP:
            await self._send(sender, next(self._sequence))
        before, began = self.meter.cpu_s(), time.perf_counter()
        await asyncio.gather(*(send_some(sender, count // SENDERS) for sender in senders))
        wall_s, spent = time.perf_counter() - began, self.meter.cpu_s() - before
        for sender in senders:
            sender.close()
        return Figures(name, {
            **cpu_ms(spent, len(latencies)), "per_second": len(latencies) / wall_s, **latencies_ms(latencies)})

    async def sockets(self, receivers: int, count: int) -> Figures:
        return await self.deliveries("websocket", SocketListener, receivers, count)

    async def long_polls(self, receivers: int, count: int) -> Figures:
        return await self.deliveries("long_poll", LongPoller, receivers, count)

    async def deliveries(self, name: str, kind: type[Receiver], receivers: int, count: int) -> Figures:
        """`count` messages one by one, to nobody and then to all receivers: the difference is the deliveries'.

        Of the server's process alone: the database has no part in a delivery.
        """
        sender = await Connection.open(self.port, OWNER_ID)
        alone = Audience(kind, self.port)
        await self._send_paced(sender, alone, min(20, count))
        without = await self._send_paced(sender, alone, count)
        await asyncio.sleep(1)
        memory_before = self.meter.memory_kb()
        audience = Audience(kind, self.port)
        await audience.gather(range(OWNER_ID + 1, OWNER_ID + 1 + receivers))
        await self._send_paced(sender, audience, 5)
        await asyncio.sleep(1.5)
        memory_after = self.meter.memory_kb()
        audience.delivery.latencies_s.clear()
        with_all = await self._send_paced(sender, audience, count)
        deliveries = len(audience.delivery.latencies_s)
        assert deliveries == receivers * count, f"{deliveries} deliveries instead of {receivers * count}"
        await audience.leave()
        sender.close()
        return Figures(name, {
            "cpu_us": (with_all.server - without.server) / deliveries * 1e6,
            "send_alone_cpu_ms": without.total / count * 1e3,
            "memory_kb": (memory_after.server - memory_before.server) / receivers,
            "receivers": receivers, **latencies_ms(audience.delivery.latencies_s)})

    async def _send_paced(self, sender: Connection, audience: Audience, count: int) -> Usage:
        before = self.meter.cpu_s()
        for _ in range(count):
            sequence = next(self._sequence)
            arrived = audience.delivery.expect(sequence, len(audience.receivers))
            await self._send(sender, sequence)
            await asyncio.wait_for(arrived, DELIVERY_TIMEOUT_S)
            await asyncio.sleep(PAUSE_S)
        return self.meter.cpu_s() - before

    async def history(self, count: int) -> Figures:
        """The newest hundred messages of the channel, rendered, read by several people in turn."""
        await self.send_some(100)

        async def read(reader: Connection) -> int:
            body: bytes = await reader.call(
                "GET", "/messages", anchor="newest", num_before=100, num_after=0, apply_markdown="true",
                narrow=f'[["channel","{CHANNEL}"]]')
            assert body.count(b'"sender_full_name"') == 100, body[:300]
            return len(body)

        return await self._calls("history", count, read)

    async def register(self, count: int, unread: int, name: str) -> Figures:
        """`register` with everything a client can be told at start, by people who have `unread` messages to read."""
        for number in range(SENDERS):
            reader = await Connection.open(self.port, OWNER_ID + number)
            await reader.call("POST", "/mark_all_as_read")
            reader.close()
        await self.send_some(unread)

        async def register(caller: Connection) -> int:
            return len(await caller.call("POST", "/register", apply_markdown="true"))

        return await self._calls(name, count, register)

    async def send_some(self, count: int) -> None:
        """Messages by someone who is none of those that are measured."""
        sender = await Connection.open(self.port, OWNER_ID + SENDERS)
        for _ in range(count):
            await self._send(sender, next(self._sequence))
        sender.close()

    async def _calls(self, name: str, count: int, call: Callable[[Connection], Awaitable[int]]) -> Figures:
        people = [await Connection.open(self.port, OWNER_ID + number) for number in range(SENDERS)]
        for person in people:
            await call(person)
        latencies: list[float] = []
        size = 0
        before = self.meter.cpu_s()
        for turn in range(count):
            began = time.perf_counter()
            size = await call(people[turn % SENDERS])
            latencies.append(time.perf_counter() - began)
        spent = self.meter.cpu_s() - before
        for person in people:
            person.close()
        return Figures(name, {**cpu_ms(spent, count), **latencies_ms(latencies), "answer_kb": size / 1000})

    async def memory(self, name: str) -> Figures:
        """What everything holds once it has come to rest: the least of several looks, as PostgreSQL tidies up at times
        of its own choosing."""
        await asyncio.sleep(self.settle_s)
        before, began = self.meter.cpu_s(), time.perf_counter()
        looks = []
        for _ in range(MEMORY_LOOKS):
            await asyncio.sleep(self.settle_s / MEMORY_LOOKS)
            looks.append(self.meter.memory_kb())
        spent, held = self.meter.cpu_s() - before, min(looks, key=lambda look: look.total)
        return Figures(name, {
            "mb": held.total / 1024, "mb_server": held.server / 1024, "mb_database": held.database / 1024,
            "cpu_percent": spent.total / (time.perf_counter() - began) * 100})

    def _send(self, sender: Connection, sequence: int) -> Awaitable[Any]:
        return sender.call(
            "POST", "/messages", type="channel", to=CHANNEL, topic=f"topic {sequence % TOPICS}",
            content=TEXTS[sequence % len(TEXTS)].format(n=sequence))


def cpu_ms(spent: Usage, operations: int) -> dict[str, float]:
    return {"cpu_ms": spent.total / operations * 1e3, "cpu_ms_server": spent.server / operations * 1e3,
            "cpu_ms_database": spent.database / operations * 1e3}


def latencies_ms(latencies_s: list[float]) -> dict[str, float]:
    ordered = sorted(latencies_s)
    return {"p50_ms": ordered[len(ordered) // 2] * 1e3, "p99_ms": ordered[len(ordered) * 99 // 100] * 1e3}
