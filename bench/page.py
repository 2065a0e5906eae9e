"""The tables of docs/performance.md, from a record: `python -m bench.page bench/results/NAME.json`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from bench.report import GOALS

OPERATIONS = {
    "send": "send", "history": "history of 100 messages", "register": "register, 201 people",
    "register_large": "register, 20,001 people", "send_large": "send to 20,001 people"}
DELIVERIES = {"websocket": "WebSocket", "long_poll": "long poll"}
MEMORY = {"idle": "just started", "idle_after": "at rest after all this", "idle_large": "20,001 people, at rest"}

CROWD = {"crowd_websocket": "WebSocket", "crowd_long_poll": "long poll"}
PINGS = {"crowd_presence": "what is new", "crowd_presence_older_form": "everyone, in the older form"}
_Figures = Mapping[str, Mapping[str, float]]


def page(recorded: Mapping[str, Any]) -> str:
    """Everything that a record says, in markdown."""
    figures: _Figures = recorded["figures"]
    on = recorded["machine"]
    return "\n\n".join((
        f"Measured {recorded['taken'][:10]} on {on['name']}: {on['cpu']}, {on['cores']} cores, {on['memory_gb']} GB, "
        f"{on['system']}, Python {on['python']}.",
        _table(("", "measured", "goal: below", "Zulip 9.2", "Synapse"), (
            (goal.title, f"**{_short(figures[goal.scenario][goal.value])} {goal.unit}**", f"{goal.below:g} {goal.unit}",
             goal.zulip, goal.synapse) for goal in GOALS)),
        _table(("", "CPU, server", "CPU, PostgreSQL", "latency p50", "p99"), (
            (title, *(f"{_short(figures[name][value])} ms" for value in (
                "cpu_ms_server", "cpu_ms_database", "p50_ms", "p99_ms"))) for name, title in OPERATIONS.items())),
        _table(("delivery to 200", "memory a receiver", "latency p50", "p99"), (
            (title, f"{_short(figures[name]['memory_kb'])} kB", f"{_short(figures[name]['p50_ms'])} ms",
             f"{_short(figures[name]['p99_ms'])} ms") for name, title in DELIVERIES.items())),
        _table(("memory", "server", "PostgreSQL", "CPU while idle"), (
            (title, f"{_short(figures[name]['mb_server'])} MB", f"{_short(figures[name]['mb_database'])} MB",
             f"{figures[name]['cpu_percent']:.1f} %") for name, title in MEMORY.items())),
        *_crowd(figures),
        f"Four senders, each waiting for its answers: {figures['send']['per_second']:,.0f} messages a second."))


def _crowd(figures: _Figures) -> Iterable[str]:
    """What many at once cost, where that was measured."""
    if "crowd_queues" not in figures:
        return
    queues = figures["crowd_queues"]
    listeners = f"{figures['crowd_websocket']['receivers']:,.0f}"
    yield _table((f"a message to {listeners}", "CPU a delivery", "latency p50", "p99"), (
        (title, f"{_short(figures[name]['cpu_us'])} µs", f"{_short(figures[name]['p50_ms'])} ms",
         f"{_short(figures[name]['p99_ms'])} ms") for name, title in CROWD.items()))
    yield _table(("a ping of presence", "CPU", "answer"), (
        (title, f"{_short(figures[name]['cpu_ms'])} ms", f"{_short(figures[name]['answer_kb'])} kB")
        for name, title in PINGS.items()))
    yield (f"{queues['queues']:,.0f} event queues that nobody reads: {_short(queues['kb_empty'])} kB each, and "
           f"{_short(queues['bytes_waiting'])} bytes for each message that waits. A restart that saves and restores "
           f"them takes {_short(queues['restart_s'])} s.")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """The first column names, the others count."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---", *["---:"] * (len(head) - 1)), *rows))


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


if __name__ == "__main__":
    print(page(orjson.loads(Path(sys.argv[1]).read_bytes())))
