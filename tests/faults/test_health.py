"""/health says whether people can work, and /compatibility takes clients that say who they are."""

from __future__ import annotations

import pytest
import requests
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from chat.resources.health import PATIENCE_S, HealthPages
from tests.clients.visitors import DEADLINE_S, wait_until
from tests.faults.postgres import backends
from tests.support.server import RunningServer


def health(server: RunningServer) -> tuple[int, str | None]:
    answer = requests.get(server.url + "/health", timeout=DEADLINE_S)
    return answer.status_code, answer.json().get("code")


class HealthTests:
    def test_a_database_that_hangs_is_told_of_and_then_all_is_well(self, demo_server: RunningServer) -> None:
        assert health(demo_server) == (200, None)
        frozen = backends(demo_server)
        for process in frozen:
            process.suspend()
        try:
            assert health(demo_server) == (500, "SERVER_NOT_READY")
        finally:
            for process in frozen:
                process.resume()
        wait_until("it is well again", lambda: health(demo_server) == (200, None))

    @pytest.mark.parametrize(("agent", "status"), [
        ("ZulipMobile/27.0", 200), ("anything", 200), ("ZulipInvalid/1.0", 400), ("", 400)])
    def test_compatibility(self, demo_server: RunningServer, agent: str, status: int) -> None:
        answer = requests.get(demo_server.url + "/compatibility", timeout=DEADLINE_S, headers={"User-Agent": agent})
        assert (answer.status_code, answer.json()["result"]) == (status, "success" if status == 200 else "error")


class ManyAskersTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.asked: list[Deferred[object]] = []
        self.pages = HealthPages(self._ask, self.clock)

    def _ask(self) -> Deferred[object]:
        self.asked.append(Deferred())
        return self.asked[-1]

    def test_the_database_is_asked_once_however_many_ask(self) -> None:
        answers = [self.pages.is_well() for _ in range(100)]
        self.assertEqual(1, len(self.asked))
        self.asked[0].callback(None)
        self.assertEqual([True] * 100, [self.successResultOf(answer) for answer in answers])
        again = self.pages.is_well()
        self.asked[1].errback(OSError("gone"))
        self.assertFalse(self.successResultOf(again))

    def test_nobody_waits_long(self) -> None:
        first = self.pages.is_well()
        self.clock.advance(PATIENCE_S)
        self.assertFalse(self.successResultOf(first))
        second = self.pages.is_well()
        self.assertEqual(1, len(self.asked))
        self.asked[0].callback(None)
        self.assertTrue(self.successResultOf(second))
        self.assertEqual([], self.clock.getDelayedCalls())
