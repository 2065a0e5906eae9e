"""The spare process: answers in order, limits, and that its death is told to who waits and to nobody else."""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.trial.unittest import TestCase

from chat.line_process import BusyError, LineProcess, NoAnswerError

WORKER = """
import json, os, sys, time
print('{"ready":true}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("die"):
        os._exit(9)
    time.sleep(asked.get("sleep", 0))
    print(json.dumps({"pid": os.getpid(), "said": asked.get("say"), "long": "x" * asked.get("long", 0)}), flush=True)
"""


class LineProcessTests(TestCase):
    def make(self, program: str = WORKER, **options: Any) -> LineProcess:
        process = LineProcess(reactor, [sys.executable, "-c", program], **{"max_waiting": 5, **options})
        self.addCleanup(lambda: Deferred.fromCoroutine(process.stop()))
        return process

    def ask(self, process: LineProcess, limit_s: float = 30, **asked: Any) -> Deferred[dict[str, Any]]:
        return Deferred.fromCoroutine(process.ask(asked, limit_s))

    async def test_answers_in_order(self) -> None:
        """One process answers all, each its own."""
        process = self.make()
        answers = await gatherResults([self.ask(process, say=number) for number in range(5)])
        self.assertEqual([answer["said"] for answer in answers], [0, 1, 2, 3, 4])
        self.assertEqual(len({answer["pid"] for answer in answers}), 1)
        self.assertEqual(process.starts, 1)

    async def test_long_answers(self) -> None:
        """An answer may come in many pieces; one without end is none."""
        process = self.make()
        self.assertEqual(len((await self.ask(process, long=500_000))["long"]), 500_000)
        with self.assertRaises(NoAnswerError):
            await self.ask(process, long=3_000_000)
        self.assertEqual((await self.ask(process, say="next"))["said"], "next")

    async def test_too_slow(self) -> None:
        """Who takes too long is told, and the next is answered by another process."""
        process = self.make()
        slow, following = self.ask(process, 0.2, sleep=60), self.ask(process, say="next")
        with self.assertRaises(NoAnswerError):
            await slow
        self.assertEqual((await following)["said"], "next")
        self.assertEqual(process.starts, 2)

    async def test_death(self) -> None:
        """A process that dies fails one request, not those behind it."""
        process = self.make()
        dying, following = self.ask(process, die=True), self.ask(process, say="next")
        with self.assertRaises(NoAnswerError):
            await dying
        self.assertEqual((await following)["said"], "next")

    async def test_never_starting(self) -> None:
        """A program that ends before it is ready fails each request once, and is not started for ever."""
        process = self.make("raise SystemExit(1)")
        failed = [self.ask(process, say=number) for number in range(3)]
        for one in failed:
            with self.assertRaises(NoAnswerError):
                await one
        self.assertEqual(process.starts, 3)

    async def test_too_many(self) -> None:
        """Beyond the bound nobody is made to wait."""
        process = self.make(max_waiting=2)
        waiting = [self.ask(process, say=number) for number in range(2)]
        with self.assertRaises(BusyError):
            await self.ask(process, say="too many")
        await gatherResults(waiting)

    async def test_who_leaves_is_not_served(self) -> None:
        """A request whose asker has left before its turn is dropped."""
        process = self.make()
        first, left, last = self.ask(process, sleep=0.2), self.ask(process, die=True), self.ask(process, say="last")
        left.addErrback(lambda failure: None)
        left.cancel()
        await first
        self.assertEqual((await last)["said"], "last")
        self.assertEqual(process.starts, 1)

    async def test_idling(self) -> None:
        """After idling the process ends; the next request has a new one."""
        process = self.make(idle_s=0.1)
        first = (await self.ask(process))["pid"]
        ended = process._process
        assert ended is not None
        await ended.ended
        self.assertNotEqual((await self.ask(process))["pid"], first)

    async def test_stopping(self) -> None:
        """Whoever waits when the server stops is told; later ones as well."""
        process = self.make()
        waiting = [self.ask(process, sleep=60), self.ask(process)]
        await process.stop()
        for one in [*waiting, self.ask(process)]:
            with self.assertRaises(BusyError):
                await one
