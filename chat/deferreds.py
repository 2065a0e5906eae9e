"""Small tools between coroutines and Deferreds. They know nothing of chat.

Inside we write `async def`; at the rims Twisted wants Deferreds. A client that hangs up cancels the Deferred of its
request: `shielded` keeps that from reaching a write that is under way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.logger import Logger

T = TypeVar("T")
_log = Logger("chat.deferreds")


class Clock(Protocol):
    """What a class that waits is given: the reactor, or a fake clock in tests."""

    def seconds(self) -> float: ...

    def callLater(self, delay: float, callable: Callable[..., object],  # noqa: A002
                  *args: object, **kwargs: object) -> Any: ...  # an IDelayedCall


def spawn(what: str, coroutine: Coroutine[Any, Any, Any]) -> Deferred[None]:
    """Start work that nobody awaits; a failure is logged with `what`, never lost. Fires when the work has ended."""
    work: Deferred[Any] = Deferred.fromCoroutine(coroutine)
    ended: Deferred[None] = Deferred()

    def failed(failure: Any) -> None:
        if failure.check(CancelledError) is None:
            _log.failure("{what} failed", failure, what=what)

    work.addErrback(failed)
    work.addBoth(lambda _: ended.callback(None))
    return ended


def shielded(coroutine: Coroutine[Any, Any, T], what: str = "a request whose client left") -> Deferred[T]:
    """Run `coroutine` to its end whatever happens to the returned Deferred.

    Cancelling the returned Deferred only stops the waiting: the work goes on, and its failure is logged.
    """
    work: Deferred[T] = Deferred.fromCoroutine(coroutine)
    waiting: Deferred[T] = Deferred(lambda _: None)

    def relay(result: Any) -> None:
        if not waiting.called:
            waiting.callback(result)
        elif getattr(result, "check", None) and result.check(CancelledError) is None:
            _log.failure("{what} failed", result, what=what)

    work.addBoth(relay)
    return waiting


class Lanes:
    """Locks by name: whoever holds the same lane goes one after the other, in the order of asking.

    Several lanes at once are taken in sorted order, so two holders can never wait for each other.
    A lane costs memory only while someone is in it.
    """

    def __init__(self) -> None:
        self._locks: dict[tuple[Hashable, ...], DeferredLock] = {}

    @asynccontextmanager
    async def hold(self, *names: tuple[Hashable, ...]) -> Any:
        ordered = sorted(set(names), key=repr)
        held: list[tuple[Hashable, ...]] = []
        try:
            for name in ordered:
                lock = self._locks.setdefault(name, DeferredLock())
                await lock.acquire()
                held.append(name)
            yield
        finally:
            for name in reversed(held):
                lock = self._locks[name]
                lock.release()
                # Who waited may have run to its end within `release`, and another have come since.
                if not lock.locked and not lock.waiting and self._locks.get(name) is lock:
                    del self._locks[name]


class Observable(Generic[T]):
    """One outcome that many may await; each waiter can leave without disturbing the others."""

    def __init__(self) -> None:
        self._waiting: list[Deferred[T]] = []
        self._outcome: list[Any] = []

    def wait(self) -> Deferred[T]:
        """A Deferred of its own for each caller."""
        deferred: Deferred[T] = Deferred(self._waiting_left)
        if self._outcome:
            deferred.callback(self._outcome[0])
        else:
            self._waiting.append(deferred)
        return deferred

    def fire(self, outcome: Any) -> None:
        """Give everyone the outcome (a value or a Failure), now and later."""
        self._outcome.append(outcome)
        waiting, self._waiting = self._waiting, []
        for deferred in waiting:
            deferred.callback(outcome)

    def _waiting_left(self, deferred: Deferred[T]) -> None:
        self._waiting.remove(deferred)


def sleep(clock: Clock, seconds: float) -> Deferred[None]:
    """Fires after `seconds`; cancellable."""
    deferred: Deferred[None] = Deferred(lambda _: call.cancel())
    call = clock.callLater(seconds, deferred.callback, None)
    return deferred


async def within(clock: Clock, seconds: float, awaitable: Awaitable[T]) -> T:
    """The outcome of a Deferred, or CancelledError after `seconds` (the Deferred is cancelled then)."""
    assert isinstance(awaitable, Deferred)
    call = clock.callLater(seconds, awaitable.cancel)
    try:
        return await awaitable
    finally:
        if call.active():
            call.cancel()
