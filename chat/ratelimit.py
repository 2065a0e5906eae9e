"""How often something may be done: by a person, from an address, to an account. Kept in memory, and bounded.

A rule lets `count` things happen in `period_s`, spread or at once; what was spent comes back steadily (the generic cell
rate algorithm: one number a key). Who spends too much hears RateLimitHit, which says when to try again. Knows nothing
of requests; chat.resources and chat.actions say what is spent.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

from chat.deferreds import Clock
from chat.errors import RateLimitHit
from chat.settings import Settings

MAX_KEYS = 100_000
"""More than that are only under attack; those that are nearest to their full right are forgotten first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many in that time; 0 is no limit."""

    name: str
    count: int
    period_s: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a right."""

    limit: int
    remaining: int
    reset: float
    """When all of it is there again."""

    def headers(self) -> dict[str, str]:
        return {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Remaining": str(self.remaining),
                "X-RateLimit-Reset": str(math.ceil(self.reset))}


class RateLimits:
    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._spent: dict[tuple[str, Hashable], float] = {}
        """When each key will have its full right again."""
        on = 0 if settings.unlimited else 1
        per_person, per_address = settings.requests_per_minute * on, settings.address_requests_per_minute * on
        failures = settings.sign_in_failures * on
        self.person = Rule("person", per_person, 60)
        self.polls = Rule("polls", per_person * 4, 60)
        """GET /events has a right of its own: a busy hour may not keep anyone from writing."""
        self.address = Rule("address", per_address, 60)
        self.sign_in = Rule("sign_in", failures, 1800)
        self.sign_in_address = Rule("sign_in_address", failures * 10, 1800)
        self.mail = Rule("mail", failures, 3600)
        """Mails that anyone can have sent to an address: resetting a password, and such."""
        self.mail_address = Rule("mail_address", failures * 4, 3600)

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, rule: Rule, key: Hashable) -> Standing | None:
        """One more. Raises RateLimitHit, which costs nothing, where that is too much; None where there is no rule."""
        if not rule.count:
            return None
        now = self._clock.seconds()
        full_again = max(self._spent.get((rule.name, key), 0.0), now) + rule.period_s / rule.count
        over_s = full_again - now - rule.period_s
        if over_s > 1e-6:
            raise RateLimitHit(over_s, Standing(rule.count, 0, full_again).headers())
        if len(self._spent) >= MAX_KEYS:
            self._forget(now)
        self._spent[(rule.name, key)] = full_again
        return Standing(rule.count, int((rule.period_s - (full_again - now)) * rule.count / rule.period_s + 1e-6),
                        full_again)

    def give_back(self, rule: Rule, key: Hashable) -> None:
        """What was spent last turned out not to count."""
        if rule.count and (rule.name, key) in self._spent:
            self._spent[(rule.name, key)] -= rule.period_s / rule.count

    def _forget(self, now: float) -> None:
        """Make room: all who have their full right, and where that does not do, the half that is next to it."""
        self._spent = {key: full_again for key, full_again in self._spent.items() if full_again > now}
        if len(self._spent) > MAX_KEYS // 2:
            nearest = sorted(self._spent.items(), key=lambda item: item[1])
            self._spent = dict(nearest[len(nearest) // 2:])
