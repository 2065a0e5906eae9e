"""`python -m bench.links`: what links in messages cost, and whom slow ones delay.

A site of our own, on this machine, answers in the driver's process: at once, or not at all. Four figures of the send
(with nothing going on, and while a thousand links hang) and two of previews (a hundred links, and one link a hundred
times) are measured on a fresh server.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.connection import Connection
from bench.meter import Meter
from bench.organisation import CHANNEL, OWNER_ID, make_organisation
from bench.report import record, write
from bench.scenarios import Bench, Figures
from tests.support.folders import make_folder, remove_folder
from tests.support.server import RunningServer, free_port

PEOPLE = 200
SLOW_LINKS = 1000
LINKS = 100
SENDS = 1000
PATIENCE_S = 120.0
_PATH = re.compile(rb"GET (/\S*) ")
_PAGE = (b'<head><meta property="og:title" content="Page %d"><meta property="og:description" content="What it is '
         b'about, in a sentence of usual length."></head><body>' + b"<p>And so on.</p>" * 1000)


class Site(asyncio.Protocol):
    """Answers `/slow/...` never, everything else at once; `visits` counts pages, `hanging` those never answered."""

    visits = 0
    hanging = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        path = _PATH.match(data)
        if path is None:
            return
        if path[1].startswith(b"/slow/"):
            Site.hanging += 1
            return
        if path[1] == b"/robots.txt":
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        Site.visits += 1
        body = _PAGE % Site.visits
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b"
                             % (len(body), body))


async def measure(bench: Bench) -> list[Figures]:
    """Everything, in order: the hanging links come last."""
    loop = asyncio.get_running_loop()
    site = await loop.create_server(Site, "0.0.0.0", 0)
    port = site.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    await bench.sends(SENDS // 2, "warm up")
    figures = [
        await bench.sends(SENDS, "send_quiet"),
        await previews(bench, "links_different", [f"{url}/page/{number}" for number in range(LINKS)]),
        await previews(bench, "links_shared", [f"{url}/shared"] * LINKS)]
    await hang(bench, port)
    figures.append(await bench.sends(SENDS, "send_beside_slow_links"))
    figures[-1].values["links_hanging"] = Site.hanging
    site.close()
    return figures


async def previews(bench: Bench, name: str, urls: list[str]) -> Figures:
    """From the first of these messages to the last of their cards, as a client hears of them."""
    reader, sender = await Connection.open(bench.port, OWNER_ID), await Connection.open(bench.port, OWNER_ID + 1)
    queue = orjson.loads(await reader.call("POST", "/register", event_types='["update_message"]',
                                           fetch_event_types="[]", apply_markdown="true"))
    visits, spent, began = Site.visits, bench.meter.cpu_s(), time.perf_counter()
    for number, url in enumerate(urls):
        await sender.call("POST", "/messages", type="channel", to=CHANNEL, topic="links", content=f"{number} {url}")
    sent_s = time.perf_counter() - began
    last, cards = -1, 0
    while cards < len(urls):
        answer = await asyncio.wait_for(reader.call(
            "GET", "/events", queue_id=queue["queue_id"], last_event_id=last), PATIENCE_S)
        events = orjson.loads(answer)["events"]
        last = events[-1]["id"]
        cards += sum("message_embed" in event.get("rendered_content", "") for event in events)
    done_s, used = time.perf_counter() - began, bench.meter.cpu_s() - spent
    reader.close()
    sender.close()
    return Figures(name, {
        "messages": len(urls), "sent_s": sent_s, "all_cards_s": done_s, "visits": Site.visits - visits,
        "cpu_ms_server": used.server / len(urls) * 1e3, "cpu_ms_database": used.database / len(urls) * 1e3})


async def hang(bench: Bench, port: int) -> None:
    """A thousand messages with a link each that is never answered, each at another site (all of 127.0.0.0/8 is this
    machine)."""
    senders = [await Connection.open(bench.port, OWNER_ID + number) for number in range(4)]

    async def send(sender: Connection, first: int) -> None:
        for number in range(first, SLOW_LINKS, len(senders)):
            await sender.call("POST", "/messages", type="channel", to=CHANNEL, topic="slow",
                              content=f"slow http://127.1.{number // 250}.{number % 250 + 1}:{port}/slow/{number}")

    await asyncio.gather(*(send(sender, first) for first, sender in enumerate(senders)))
    for sender in senders:
        sender.close()


def page(figures: dict[str, dict[str, float]]) -> str:
    """The table of docs/performance.md."""
    quiet, beside = figures["send_quiet"], figures["send_beside_slow_links"]
    different, shared = figures["links_different"], figures["links_shared"]
    return "\n".join((
        "| send | CPU | latency p50 | p99 | messages a second |", "| --- | ---: | ---: | ---: | ---: |",
        *(f"| {title} | {one['cpu_ms']:.1f} ms | {one['p50_ms']:.1f} ms | {one['p99_ms']:.0f} ms | "
          f"{one['per_second']:.0f} |" for title, one in (
              ("nothing else going on", quiet), (f"while {SLOW_LINKS:,} slow links are waited for", beside))), "",
        "| messages with links | visits | last card after | CPU a message, server | PostgreSQL |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(f"| {title} | {one['visits']:.0f} | {one['all_cards_s']:.1f} s | {one['cpu_ms_server']:.1f} ms | "
          f"{one['cpu_ms_database']:.1f} ms |" for title, one in (
              (f"{LINKS}, each another", different), (f"{LINKS}, all the same", shared)))))


@contextmanager
def _server() -> Iterator[Bench]:
    folder = make_folder()
    try:
        make_organisation(folder / "data", PEOPLE)
        options = ["--unlimited", "--allowed-networks", "127.0.0.0/8"]
        with RunningServer(folder / "data", options, port=free_port(), owns_data=False) as server:
            server.start()
            yield Bench(server.port, Meter(server.pid), 0)
    finally:
        remove_folder(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.links", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--name", default="unnamed", help="what to call this machine in the record")
    parser.add_argument("--json", type=Path, default=Path("var/bench/links.json"), help="where to write the record")
    options = parser.parse_args()
    with _server() as bench:
        figures = asyncio.run(measure(bench))
    recorded = record(figures, options.name, PEOPLE, datetime.now(UTC).isoformat(timespec="seconds"))
    write(options.json, recorded)
    for one in figures:
        print(f"{one.name}: {', '.join(f'{key} {value:.4g}' for key, value in one.values.items())}", file=sys.stderr)
    print(page(recorded["figures"]))


if __name__ == "__main__":
    main()
