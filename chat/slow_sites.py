"""Sites that do not answer: after some silences in a row nobody waits for them for a while.

Whoever posts a thousand links to one silent site must not have everybody else's previews wait behind them.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import urlsplit

from chat.deferreds import Clock
from chat.outbound import OutboundError

SILENCES = 8
AVOIDED_S = 300.0
MAX_SITES = 1_000


class SlowSites:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._silences: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """How often in a row, and when last, by host and port."""

    def check(self, url: str) -> None:
        """Raises OutboundError where it is not worth waiting for."""
        count, last = self._silences.get(_site(url), (0, 0.0))
        if count >= SILENCES and self._clock.seconds() < last + AVOIDED_S:
            raise OutboundError("The site was silent too often lately.")

    def was_silent(self, url: str) -> None:
        site = _site(url)
        count, last = self._silences.pop(site, (0, 0.0))
        now = self._clock.seconds()
        self._silences[site] = (1 if now >= last + AVOIDED_S else count + 1), now
        if len(self._silences) > MAX_SITES:
            self._silences.popitem(last=False)

    def answered(self, url: str) -> None:
        self._silences.pop(_site(url), None)


def _site(url: str) -> str:
    return urlsplit(url).netloc.lower()
