"""Who may be visited by programs: the robots.txt of each site, asked for once an hour.

A site without one is open; one that forbids asking, or does not answer, is closed (RFC 9309). Knows nothing of why we
visit.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from twisted.python.failure import Failure

from chat.deferreds import Clock, Observable, spawn
from chat.outbound import Fetched, Outbound

NAME = "Plait"
LIFETIME_S = 3600.0
MAX_SITES = 1_000
MAX_BYTES = 100_000
FETCH_LIMIT_S = 5.0


class Robots:
    def __init__(self, outbound: Outbound, clock: Clock) -> None:
        self._outbound = outbound
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, RobotFileParser]] = OrderedDict()
        self._asking: dict[str, Observable[RobotFileParser]] = {}

    async def may_visit(self, url: str) -> bool:
        """Whether `url` is open to us; its site is asked once, however many want to know. Raises OutboundError where
        it cannot be asked."""
        scheme, host = urlsplit(url)[:2]
        site = f"{scheme}://{host}"
        until, rules = self._known.get(site, (0.0, None))
        if rules is None or until <= self._clock.seconds():
            rules = await self._ask(site)
        return rules.can_fetch(NAME, url)

    async def _ask(self, site: str) -> RobotFileParser:
        asking = self._asking.get(site)
        if asking is None:
            asking = self._asking[site] = Observable()
            spawn("asking for a robots.txt", self._fetch(site))
        return await asking.wait()

    async def _fetch(self, site: str) -> None:
        outcome: RobotFileParser | Failure
        try:
            outcome = _rules(await self._outbound.fetch(
                "GET", f"{site}/robots.txt", max_bytes=MAX_BYTES, timeout_s=FETCH_LIMIT_S, cuts=True))
            self._known[site] = self._clock.seconds() + LIFETIME_S, outcome
            if len(self._known) > MAX_SITES:
                self._known.popitem(last=False)
        except Exception:  # whoever waits hears of it
            outcome = Failure()
        self._asking.pop(site).fire(outcome)


def _rules(answer: Fetched) -> RobotFileParser:
    rules = RobotFileParser()
    if answer.status == 200:
        rules.parse(answer.body.decode("utf-8", "replace").splitlines()[:2000])
    elif answer.status in (401, 403) or answer.status >= 500:
        rules.parse(["User-agent: *", "Disallow: /"])
    else:
        rules.parse([])
    return rules
