"""`python -m bench`: measure, print, record."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import crowd
from bench.meter import Meter
from bench.organisation import make_organisation
from bench.report import record, table, write
from bench.scenarios import Bench, Figures
from tests.support.folders import make_folder, remove_folder
from tests.support.server import RunningServer, free_port

SCENARIOS = ("idle", "send", "websocket", "long_poll", "history", "register", "large", "crowd")


def main() -> None:
    options = _options()
    figures = _measure(options)
    print(table(figures))
    write(options.json, record(figures, options.name, options.people,
                               datetime.now(UTC).isoformat(timespec="seconds")))
    print(f"\nwritten to {options.json}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a server on a fresh data folder.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"what to measure; everything where none is named: {', '.join(SCENARIOS)}")
    parser.add_argument("--people", type=int, default=200, help="members of the channel, beside the owner (200)")
    parser.add_argument("--receivers", type=int, default=200, help="of a message, who are connected (200)")
    parser.add_argument("--large", type=int, default=20_000, help="people of the large organisation (20000)")
    parser.add_argument("--crowd", type=int, default=1000, help="listeners and people of the crowd (1000)")
    parser.add_argument("--queues", type=int, default=10_000, help="event queues that are kept (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement; the cheapest one counts (3)")
    parser.add_argument("--scale", type=float, default=1.0, help="more or fewer repetitions than usual (1.0)")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds of rest before memory is read (5)")
    parser.add_argument("--name", default="unnamed", help="what to call this machine in the record")
    parser.add_argument("--json", type=Path, default=Path("var/bench/latest.json"),
                        help="where to write the record (var/bench/latest.json)")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    if not 1 <= options.receivers <= options.people or options.people < 10 or options.rounds < 1:
        parser.error("there are at least 10 people and a round, and no more receivers than people")
    options.scenarios = options.scenarios or list(SCENARIOS)
    return options


def _measure(options: argparse.Namespace) -> list[Figures]:
    figures: list[Figures] = []
    wanted = set(options.scenarios)
    if wanted - {"large", "crowd"}:
        with _server(options.people, options.settle) as (bench, _):
            figures += _run(_ordinary(bench, options, wanted))
    if "large" in wanted:
        with _server(options.large, options.settle) as (bench, _):
            figures += _run(_large(bench, options))
    if "crowd" in wanted:
        with _server(options.crowd, options.settle) as (bench, server):
            figures += _run(_crowd(bench, options))
        with _server(options.crowd, options.settle) as (bench, server):
            figures += _run(_queues(bench, server, options))
    return figures


async def _ordinary(bench: Bench, options: argparse.Namespace, wanted: set[str]) -> list[Figures]:
    def count(usual: int) -> int:
        return max(int(usual * options.scale), 8)

    measurements: dict[str, Callable[[], Awaitable[Figures]]] = {
        "send": lambda: bench.sends(count(1000)),
        "websocket": lambda: bench.sockets(options.receivers, count(200)),
        "long_poll": lambda: bench.long_polls(options.receivers, count(50)),
        "history": lambda: bench.history(count(200)),
        "register": lambda: bench.register(count(100), 100, "register"),
    }
    figures = [_said(await bench.memory("idle"))] if "idle" in wanted else []
    for name, measure in measurements.items():
        if name in wanted:
            figures.append(await _best(options.rounds, measure))
    if "idle" in wanted:
        figures.append(_said(await bench.memory("idle_after")))
    return figures


async def _large(bench: Bench, options: argparse.Namespace) -> list[Figures]:
    return [await _best(options.rounds, lambda: bench.register(20, 10, "register_large")),
            await _best(options.rounds, lambda: bench.sends(20, "send_large")),
            _said(await bench.memory("idle_large"))]


async def _crowd(bench: Bench, options: argparse.Namespace) -> list[Figures]:
    figures = [*await crowd.fan_out(bench, options.crowd, max(int(20 * options.scale), 2)),
               *await crowd.presence(bench, options.crowd, max(int(3 * options.scale), 1))]
    return [_said(one) for one in figures]


async def _queues(bench: Bench, server: RunningServer, options: argparse.Namespace) -> list[Figures]:
    return [_said(await crowd.queues(bench, options.crowd, max(options.queues, options.crowd), server.restart))]


async def _best(rounds: int, measure: Callable[[], Awaitable[Figures]]) -> Figures:
    """The round that took the least processor time: whatever else a machine does can only add to it.

    Memory is what the first round needed: later ones find it there.
    """
    taken = [_said(await measure()) for _ in range(rounds)]
    best = min(taken, key=lambda figures: figures.values.get("cpu_ms", figures.values.get("cpu_us", 0.0)))
    if "memory_kb" in best.values:
        best.values["memory_kb"] = taken[0].values["memory_kb"]
    return best


@contextmanager
def _server(people: int, settle_s: float) -> Iterator[tuple[Bench, RunningServer]]:
    """A server in processes of its own, with an organisation of an owner and `people` members."""
    folder = make_folder()
    try:
        make_organisation(folder / "data", people)
        with RunningServer(folder / "data", ["--unlimited"], port=free_port(), owns_data=False) as server:
            server.start()
            print(f"server {server.pid} with {people} people", file=sys.stderr)
            yield Bench(server.port, Meter(server.pid), settle_s), server
    finally:
        remove_folder(folder)


def _run(work: Any) -> list[Figures]:
    """Run a coroutine; what fails in a connection's callbacks ends it too."""
    async def watched() -> list[Figures]:
        task = asyncio.ensure_future(work)
        failures: list[BaseException] = []

        def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            failures.append(context.get("exception") or RuntimeError(context["message"]))
            task.cancel()

        asyncio.get_running_loop().set_exception_handler(failed)
        try:
            result: list[Figures] = await task
        except asyncio.CancelledError:
            if failures:
                raise failures[0] from None
            raise
        return result

    return asyncio.run(watched())


def _said(figures: Figures) -> Figures:
    values = ", ".join(f"{key} {value:.4g}" for key, value in figures.values.items())
    print(f"{figures.name}: {values}", file=sys.stderr)
    return figures


if __name__ == "__main__":
    main()
