"""Several people sending at once, each noting what was acknowledged; and what must be true of it afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests

from tests.clients.visitors import Program, wait_until
from tests.support.server import RunningServer

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make all calls at the same moment, each in a thread of its own; what they return, in their order."""
    results: dict[int, T] = {}
    failures: list[BaseException] = []
    start = threading.Barrier(len(calls))

    def run(place: int) -> None:
        try:
            start.wait(timeout=20)
            results[place] = calls[place]()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if failures:
        raise failures[0]
    assert len(results) == len(calls), "a call did not come back"
    return [results[place] for place in range(len(calls))]


@dataclass
class Sender:
    """A person who sends numbered messages, one after the other, under names of their own."""

    program: Program
    name: str
    topic: str
    count: int
    acknowledged: dict[str, int] = field(default_factory=dict)
    """Content to id, of what the server said it has."""
    refused: list[str] = field(default_factory=list)
    """What came back instead, where something did."""
    _next: int = 0
    _stopping: bool = False

    @property
    def contents(self) -> list[str]:
        """Everything that is to be sent, or was so far when the sending was stopped."""
        return [f"{self.name} {number}" for number in range(self._next if self._stopping else self.count)]

    def run(self) -> None:
        """Send until everything was tried or `stop` is called; what is not acknowledged is left for `retransmit`."""
        while self._next < self.count and not self._stopping:
            number, self._next = self._next, self._next + 1
            self._send(number)

    def stop(self) -> None:
        """Send no further ones."""
        self._stopping = True

    def retransmit(self) -> None:
        """Send again, under the same names, what was not acknowledged."""
        for number, content in enumerate(self.contents):
            if content not in self.acknowledged:
                self._send(number)

    def _send(self, number: int) -> None:
        content = f"{self.name} {number}"
        with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            answer = self.program.call(
                "POST", "/messages", type="stream", to="general", topic=self.topic, content=content,
                queue_id=f"{self.name}: {self.topic}", local_id=str(number))
            if answer.status_code == 200:
                self.acknowledged[content] = answer.json()["id"]
            else:
                self.refused.append(answer.text)


class Crowd:
    """Some senders at work."""

    def __init__(self, server: RunningServer, emails: Sequence[str], topic: str, count: int) -> None:
        self.topic = topic
        self.senders = [Sender(Program(server, email), email.split("@")[0], topic, count) for email in emails]
        self._threads = [threading.Thread(target=sender.run, daemon=True) for sender in self.senders]

    @property
    def acknowledged(self) -> int:
        """How many messages the server said it has."""
        return sum(len(sender.acknowledged) for sender in self.senders)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They send while the block runs, which ends with the last one's last message."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        except BaseException:
            for sender in self.senders:
                sender.stop()
            raise
        for thread in self._threads:
            thread.join(timeout=60)
            assert not thread.is_alive(), "a sender waits for an answer that does not come"

    def wait_for(self, count: int) -> None:
        """Until so many messages are acknowledged."""
        wait_until(f"{count} messages are acknowledged", lambda: self.acknowledged >= count)

    def retransmit(self) -> None:
        """Everyone sends again what was not acknowledged; now it must be."""
        for sender in self.senders:
            sender.retransmit()
            assert set(sender.acknowledged) == set(sender.contents), sender.refused

    def check(self, reader: Program) -> dict[str, int]:
        """Everything acknowledged is there once, under the id that was told; nothing is there twice.

        What is there, content to id.
        """
        messages = reader.messages(narrow=[["channel", "general"], ["topic", self.topic]])
        there = Counter(message["content"] for message in messages)
        assert [content for content, times in there.items() if times > 1] == []
        ids = {message["content"]: message["id"] for message in messages}
        for sender in self.senders:
            lost = {content: number for content, number in sender.acknowledged.items() if ids.get(content) != number}
            assert lost == {}, "acknowledged, and not there under the id that was told"
        return ids


class Listener:
    """Reads a queue in a thread, poll after poll, whatever happens meanwhile."""

    def __init__(self, program: Program, last_contents: Callable[[set[str]], bool]) -> None:
        self.program = program
        self.events: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self._is_complete = last_contents
        self._queue = program.register("message")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def contents(self) -> list[str]:
        """The texts of the messages heard so far, in order."""
        return [event["message"]["content"] for event in self.events if event["type"] == "message"]

    def finish(self) -> None:
        """Wait until everything was heard."""
        self._thread.join(timeout=30)
        assert not self.failures
        assert not self._thread.is_alive(), f"heard only {self.contents()}"

    def _run(self) -> None:
        try:
            while not self._is_complete(set(self.contents())):
                self.events += self._queue.poll()
        except BaseException as error:
            self.failures.append(repr(error))
