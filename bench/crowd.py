"""Many at once: a message to a thousand listeners, a thousand people who tell that they are here, ten thousand event
queues that are kept, and a restart with all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from bench.connection import Connection
from bench.organisation import OWNER_ID
from bench.receivers import LongPoller, SocketListener
from bench.scenarios import Bench, Figures, cpu_ms, latencies_ms

AT_ONCE = 50
"""Requests under way at a time while things are prepared."""
WAITING = 100
"""Messages that wait in each of the queues that are kept."""


async def fan_out(bench: Bench, listeners: int, count: int) -> list[Figures]:
    """One message to so many listeners, over sockets and by long polls."""
    return [await bench.deliveries("crowd_websocket", SocketListener, listeners, count),
            await bench.deliveries("crowd_long_poll", LongPoller, listeners, count)]


async def presence(bench: Bench, people: int, rounds: int) -> list[Figures]:
    """Everyone tells that they are here, and is answered who else is: what is new, and in the older form everything."""
    pinging = [await Connection.open(bench.port, OWNER_ID + number) for number in range(people)]
    last = [-1] * people

    async def ping(number: int) -> int:
        body: bytes = await pinging[number].call(
            "POST", "/users/me/presence", status="active", last_update_id=last[number])
        last[number] = orjson.loads(body)["presence_last_update_id"]
        return len(body)

    async def ping_in_older_form(number: int) -> int:
        return len(await pinging[number].call("POST", "/users/me/presence", status="active"))

    await _each(ping, range(people))
    figures = [await _round("crowd_presence", bench, ping, people, rounds),
               await _round("crowd_presence_older_form", bench, ping_in_older_form, people, rounds)]
    for connection in pinging:
        connection.close()
    return figures


async def queues(bench: Bench, people: int, count: int, restart: Callable[[], Any]) -> Figures:
    """So many event queues, spread over the people: what each holds, empty and with messages that wait, and how long
    a restart takes that saves and restores them."""
    before = bench.meter.memory_kb()
    connections = [await Connection.open(bench.port, OWNER_ID + number) for number in range(people)]
    newest: dict[int, str] = {}  # by whose it is: answers come in any order

    async def register(number: int) -> int:
        body: bytes = await connections[number].call(
            "POST", "/register", event_types='["message"]', fetch_event_types="[]")
        newest[number] = orjson.loads(body)["queue_id"]
        return len(body)

    for _ in range(count // people):
        await _each(register, range(people))
    for connection in connections:
        connection.close()
    empty = bench.meter.memory_kb()
    await bench.send_some(WAITING)
    full = bench.meter.memory_kb()
    began = time.perf_counter()
    await asyncio.to_thread(restart)
    restarted_s = time.perf_counter() - began
    reader = await Connection.open(bench.port, OWNER_ID + people - 1)
    events = orjson.loads(await reader.call("GET", "/events", queue_id=newest[people - 1], last_event_id=-1))["events"]
    assert len(events) == WAITING, f"{len(events)} events after the restart"
    reader.close()
    kept = count // people * people
    return Figures("crowd_queues", {
        "queues": kept, "kb_empty": (empty.server - before.server) / kept,
        "bytes_waiting": (full.server - empty.server) * 1024 / kept / WAITING,
        "mb_waiting": (full.server - before.server) / 1024, "restart_s": restarted_s})


async def _each(call: Callable[[int], Any], numbers: Sequence[int]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(numbers), AT_ONCE):
        found += await asyncio.gather(*(call(number) for number in numbers[start:start + AT_ONCE]))
    return found


async def _round(name: str, bench: Bench, call: Callable[[int], Any], people: int, rounds: int) -> Figures:
    latencies: list[float] = []
    size = 0

    async def timed(number: int) -> int:
        began = time.perf_counter()
        length: int = await call(number)
        latencies.append(time.perf_counter() - began)
        return length

    before = bench.meter.cpu_s()
    for _ in range(rounds):
        # A second apart, so that each ping has news.
        (size, *_) = await _each(timed, range(people))
        await asyncio.sleep(1)
    spent = bench.meter.cpu_s() - before
    return Figures(name, {**cpu_ms(spent, people * rounds), **latencies_ms(latencies), "answer_kb": size / 1000})
