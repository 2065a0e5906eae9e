"""Rate limits: what is spent comes back steadily, nothing is remembered for ever."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chat import ratelimit
from chat.errors import RateLimitHit
from chat.ratelimit import RateLimits, Standing
from chat.settings import Settings


class RateLimitsTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        self.limits = RateLimits(self.clock, Settings(requests_per_minute=3, sign_in_failures=2))

    def spend(self, key: object = 1) -> Standing:
        standing = self.limits.spend(self.limits.person, key)
        assert standing is not None
        return standing

    def refusal_s(self, key: object = 1) -> float:
        with pytest.raises(RateLimitHit) as caught:
            self.spend(key)
        return caught.value.retry_after_s

    def test_at_once_and_then_no_more(self) -> None:
        """The whole right may be spent at once; each answer tells what is left."""
        standings = [self.spend() for _ in range(3)]
        assert [standing.remaining for standing in standings] == [2, 1, 0]
        assert {standing.limit for standing in standings} == {3}
        assert standings[-1].headers() == {
            "X-RateLimit-Limit": "3", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700000060"}
        assert self.refusal_s() == pytest.approx(20)

    def test_comes_back_steadily(self) -> None:
        """A third of the right is back after a third of the time; a refusal costs nothing."""
        for _ in range(3):
            self.spend()
        for _ in range(10):
            self.refusal_s()
        self.clock.advance(20)
        assert self.spend().remaining == 0
        self.refusal_s()
        self.clock.advance(1000)
        assert self.spend().remaining == 2

    def test_the_refusal_says_when(self) -> None:
        """Whoever waits as long as they are told to, succeeds."""
        for _ in range(3):
            self.spend()
        self.clock.advance(7.3)
        with pytest.raises(RateLimitHit) as caught:
            self.spend()
        error = caught.value
        assert (error.status, error.envelope()["code"]) == (429, "RATE_LIMIT_HIT")
        assert error.headers()["Retry-After"] == "13"
        self.clock.advance(error.envelope()["retry-after"])
        self.spend()

    def test_each_for_themselves(self) -> None:
        """Keys and rules do not spend each other's rights."""
        for _ in range(3):
            self.spend(1)
        self.spend(2)
        self.limits.spend(self.limits.polls, 1)

    def test_given_back(self) -> None:
        """What turned out not to count is there again."""
        for _ in range(50):
            self.limits.spend(self.limits.sign_in, "a")
            self.limits.give_back(self.limits.sign_in, "a")
        self.limits.spend(self.limits.sign_in, "a")

    def test_no_limit(self) -> None:
        """0 is no limit, and `unlimited` lifts all."""
        for settings in (Settings(requests_per_minute=0), Settings(unlimited=True)):
            limits = RateLimits(self.clock, settings)
            assert [limits.spend(limits.person, 1) for _ in range(2000)] == [None] * 2000
            assert len(limits) == 0

    def test_is_bounded(self) -> None:
        """However many addresses come, memory does not grow past its bound; who is over stays over."""
        self.patch(ratelimit, "MAX_KEYS", 100)
        for _ in range(3):
            self.spend("over")
        for number in range(1000):
            self.spend(number)
            assert len(self.limits) <= 100
        self.refusal_s("over")
        self.clock.advance(61)
        for number in range(100):
            self.spend(("later", number))
        assert len(self.limits) <= 101
