"""The table of figures beside the goals, and the record as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.scenarios import Figures


@dataclass(frozen=True, slots=True)
class Goal:
    """A ceiling for one figure, and what others need for the same."""

    scenario: str
    value: str
    title: str
    unit: str
    below: float
    zulip: str = ""
    synapse: str = ""


GOALS = (
    Goal("send", "cpu_ms", "send, CPU", "ms", 2.0, "60 ms", "45 ms"),
    Goal("websocket", "cpu_us", "WebSocket delivery, CPU", "µs", 40.0),
    Goal("long_poll", "cpu_us", "long-poll delivery, CPU", "µs", 250.0, "3,260 µs", "12,800 µs"),
    Goal("history", "cpu_ms", "history of 100 messages, CPU", "ms", 2.5, "21 ms", "13 ms"),
    Goal("register_large", "cpu_ms", "register among 20,000 people, CPU", "ms", 50.0),
    Goal("idle", "mb", "memory, just started", "MB", 110.0, "2,100 MB", "280 MB"),
    Goal("idle_after", "mb", "memory, at rest after all this", "MB", 110.0),
)


def machine(name: str) -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"name": name, "cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory_bytes / 2**30),
            "system": f"{platform.system()} {platform.release()}", "python": platform.python_version()}


def record(figures: Sequence[Figures], name: str, people: int, taken: str) -> dict[str, Any]:
    """Everything, as it is written to a file."""
    return {
        "machine": machine(name), "taken": taken, "people": people,
        "figures": {one.name: {key: round(value, 3) for key, value in one.values.items()} for one in figures}}


def write(path: Path, recorded: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(recorded, option=orjson.OPT_INDENT_2) + b"\n")


def table(figures: Sequence[Figures]) -> str:
    """The goals and how we stand beside them, then every figure."""
    by_name = {one.name: one.values for one in figures}
    lines = [f"{'':36}{'measured':>12}{'goal':>12}"]
    for goal in GOALS:
        value = by_name.get(goal.scenario, {}).get(goal.value)
        if value is not None:
            verdict = "" if value < goal.below else "   ABOVE"
            lines.append(f"{goal.title:36}{value:>9.2f} {goal.unit:2}{goal.below:>9.1f} {goal.unit}{verdict}")
    lines.append("")
    for one in figures:
        values = ", ".join(f"{key} {value:.4g}" for key, value in one.values.items())
        lines.append(f"{one.name + ':':16} {values}")
    return "\n".join(lines)
