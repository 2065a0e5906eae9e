"""The pool of PostgreSQL connections, and what a transaction promises. No SQL of any noun lives here.

A write runs in `transaction` (BEGIN ... COMMIT) or `single` (one statement, which is a transaction by itself). Both are
one unit: what was handed to `after_commit` runs once, in order, when and only when the write is committed. A write
never stops half-way because someone stopped waiting for it: callers shield it (chat.deferreds.shielded).

Connections come back by themselves (txpostgres' DeadConnectionDetector). When one dies under a COMMIT, PostgreSQL is
asked afterwards whether that transaction took place (pg_xact_status), so its outcome is never guessed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

import psycopg2
from twisted.internet.defer import Deferred, FirstError
from twisted.logger import Logger
from txpostgres import txpostgres
from txpostgres.reconnection import ConnectionDead, DeadConnectionDetector
from txpostgres.retrying import simpleBackoffIterator

from chat.deferreds import Lanes, Observable, sleep
from chat.errors import ServiceUnavailable

T = TypeVar("T")
Row = tuple[Any, ...]
_log = Logger("chat.database")

CONNECTION_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError, ConnectionDead, txpostgres.RollbackFailed)
STATEMENT_TIMEOUT_S = 60
"""How long PostgreSQL works on one statement before it gives up."""

PATIENCE_S = 15.0
"""How long a request waits for a database that is away before it is refused."""

_BEGUN = "SELECT pg_current_xact_id()::text"
_STATUS = "SELECT pg_xact_status(%s::xid8)"


class Count:
    """How many statements one request has run so far."""

    __slots__ = ("statements",)

    def __init__(self) -> None:
        self.statements = 0


_counting: ContextVar[Count | None] = ContextVar("counting", default=None)


class OutcomeUnknown(Exception):
    """The connection died under a single statement: it may or may not have been carried out."""


class _Connection(txpostgres.Connection):
    """A connection that reconnects, and prepares the hot statements each time it is opened."""

    prepare: Sequence[str] = ()

    def connect(self, *args: Any, **kwargs: Any) -> Deferred[Any]:
        opened: Deferred[Any] = super().connect(*args, **kwargs)

        async def with_statements(_: Any) -> _Connection:
            for statement in self.prepare:
                await self.cursor().execute(statement)
            return self

        return opened.addCallback(lambda _: Deferred.fromCoroutine(with_statements(_)))

    def _runQuery(self, *args: Any, **kwargs: Any) -> Deferred[Sequence[Row]]:
        """The rows; none for a statement that returns none."""
        cursor = self.cursor()
        ran: Deferred[Any] = cursor.execute(*args, **kwargs)
        return ran.addCallback(lambda _: cursor.fetchall() if cursor.description else ())


class _Idle:
    """The connections nobody uses just now, of which the pool takes the one used last: its process of PostgreSQL has
    everything at hand, and the others stay small. A dead one is taken last. (txpostgres keeps a set, and goes round.)
    """

    def __init__(self, connections: Iterable[_Connection]) -> None:
        self._stack = list(connections)

    def __iter__(self) -> Iterator[_Connection]:
        return iter(self._stack)

    def pop(self) -> _Connection:
        return self._stack.pop()

    def add(self, connection: _Connection) -> None:
        self._stack.insert(0 if connection.detector.connectionIsDead else len(self._stack), connection)


class Transaction:
    """One unit of writing, alive until its commit."""

    def __init__(self, run: Callable[..., Deferred[Sequence[Row]]]) -> None:
        self._run = run
        self.hooks: list[Callable[[], None]] = []

    async def query(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> Sequence[Row]:
        """Run one statement; its rows, none for a statement that returns none."""
        return await self._run(sql, params)

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` once this unit is committed, in the order of registration. It must not raise."""
        self.hooks.append(hook)


class Database:
    """All access to PostgreSQL. `statements` counts round trips, for tests and the request log."""

    def __init__(self, reactor: Any, dsn: str, *, size: int = 4, prepare: Sequence[str] = ()) -> None:
        self._reactor = reactor
        self.dsn = dsn
        self.statements = 0
        self._size = size
        self.lanes = Lanes()
        self._in_flight: set[Observable[None]] = set()
        self._closed = False
        self._takes_writes = True

        def connection(reactor: Any, cooperator: Any) -> _Connection:
            made = _Connection(reactor, cooperator, DeadConnectionDetector(
                deathChecker=_is_death, reactor=reactor,
                reconnectionIterator=lambda: simpleBackoffIterator(
                    initialDelay=0.1, maxDelay=2.0, factor=1.7, maxRetries=0, now=True)))
            made.prepare = prepare
            return made

        class Pool(txpostgres.ConnectionPool):
            connectionFactory = staticmethod(connection)

        Pool.reactor = reactor
        self._pool = Pool(None, dsn, min=size, application_name="plait",
                          options=f"-c statement_timeout={STATEMENT_TIMEOUT_S}s")
        self._pool.connections = _Idle(self._pool.connections)

    async def start(self) -> None:
        """Open the connections. Raises psycopg2.OperationalError where the database does not answer."""
        try:
            await self._pool.start()
        except FirstError as error:
            raise error.subFailure.value from None  # type: ignore[misc]

    async def end_writes(self) -> None:
        """Wait for the writes under way; no other begins from now on: it is refused."""
        self._takes_writes = False
        await self.settled()

    async def stop(self) -> None:
        """Wait for the writes under way, then close."""
        await self.end_writes()
        self._closed = True
        for connection in self._pool.connections:
            connection.detector.connectionIsDead = True  # a closed pool does not reconnect
            if connection.pollable() is not None:
                connection.close()

    async def query(self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> Sequence[Row]:
        """Read. Tried again while the database is away, for PATIENCE_S at most; then ServiceUnavailable."""
        return await self._patiently(lambda: self._run_query(sql, params))

    async def ask(self) -> None:
        """Ends once the database has answered anything. Raises ServiceUnavailable where it is away for long."""
        await self.query("SELECT 1")

    async def single(self, work: Callable[[Transaction], Awaitable[T]], *lanes: tuple[Hashable, ...]) -> T:
        """Run `work`, which executes one statement, as a unit of its own.

        Raises OutcomeUnknown when the connection died under the statement, ServiceUnavailable when it never got one.
        `lanes` are held from before the statement until its after_commit hooks ran.
        """
        async with self.lanes.hold(*lanes):
            with self._flight():
                unit = Transaction(self._run_once)
                result = await work(unit)
                _run_hooks(unit)
                return result

    async def transaction(self, work: Callable[[Transaction], Awaitable[T]], *lanes: tuple[Hashable, ...]) -> T:
        """Run `work` between BEGIN and COMMIT. What it raises rolls back and reaches the caller.

        When the connection dies before COMMIT, `work` is run anew from the start: apart from its statements and
        after_commit hooks it must have no effects.
        """
        async with self.lanes.hold(*lanes):
            with self._flight():
                return await self._patiently(lambda: self._attempt(work))

    def count(self) -> Count:
        """Count the statements of what is called from here, until it is done; whatever else runs meanwhile counts for
        itself."""
        count = Count()
        _counting.set(count)
        return count

    def figures(self) -> dict[str, int]:
        """How many connections there are, and what they do."""
        idle = len(list(self._pool.connections))
        return {"open": self._size, "idle": idle, "busy": self._size - idle, "writes_under_way": len(self._in_flight)}

    def _counted(self, statements: int, count: Count | None) -> None:
        self.statements += statements
        if count is not None:
            count.statements += statements

    def settled(self) -> Deferred[None]:
        """Fires when every write that is under way now has ended and has been published."""
        return Deferred.fromCoroutine(_all([flight.wait() for flight in self._in_flight]))

    def _flight(self) -> _Flight:
        if not self._takes_writes:
            raise ServiceUnavailable("The server is going away; try again shortly")
        return _Flight(self._in_flight)

    async def _attempt(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        unit: Transaction | None = None
        committing: list[Any] = []
        xid = ""

        async def interaction(cursor: Any) -> Any:
            nonlocal unit, xid

            async def run(sql: str, params: Any = None) -> Sequence[Row]:
                self._counted(1, count)
                await cursor.execute(sql, params)
                return cursor.fetchall() if cursor.description else ()

            unit = Transaction(lambda sql, params: Deferred.fromCoroutine(run(sql, params)))
            ((xid,),) = await run(_BEGUN)
            committing.append(await work(unit))
            return committing[0]

        count = _counting.get()  # asked here: the rest may run when somebody else's work has freed a connection
        self._counted(2, count)  # BEGIN and COMMIT
        try:
            result: T = await self._pool.runInteraction(lambda cursor: Deferred.fromCoroutine(interaction(cursor)))
        except txpostgres.RollbackFailed as failed:
            if not committing:
                original = failed.originalFailure.value
                raise original if not isinstance(original, CONNECTION_ERRORS) else ConnectionDead() from failed
            result = await self._outcome(xid, committing[0])
        except CONNECTION_ERRORS:
            if not committing:
                raise
            result = await self._outcome(xid, committing[0])
        assert unit is not None
        _run_hooks(unit)
        return result

    async def _outcome(self, xid: str, result: T) -> T:
        """`result` where the transaction took place; ConnectionDead (try again) where it did not."""
        while True:
            try:
                ((status,),) = await self._run_query(_STATUS, (xid,))
            except CONNECTION_ERRORS:
                await sleep(self._reactor, 0.2)
                continue
            if status == "in progress":
                await sleep(self._reactor, 0.05)
                continue
            if status == "committed":
                return result
            raise ConnectionDead

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        deadline = self._reactor.seconds() + PATIENCE_S
        while True:
            try:
                return await attempt()
            except CONNECTION_ERRORS as error:
                if self._closed or _is_refusal(error) or self._reactor.seconds() >= deadline:
                    _log.error("the database did not answer: {error}", error=error)
                    raise ServiceUnavailable from error
            await sleep(self._reactor, 0.1)

    async def _run_query(self, sql: str, params: Any) -> Sequence[Row]:
        self._counted(1, _counting.get())
        rows: Sequence[Row] = await self._pool.runQuery(sql, params)
        return rows

    def _run_once(self, sql: str, params: Any) -> Deferred[Sequence[Row]]:
        async def run() -> Sequence[Row]:
            try:
                return await self._patiently_connected(sql, params)
            except CONNECTION_ERRORS as error:
                raise OutcomeUnknown from error

        return Deferred.fromCoroutine(run())

    async def _patiently_connected(self, sql: str, params: Any) -> Sequence[Row]:
        """Wait only for a connection: a statement that was sent is not sent again."""

        async def attempt() -> Sequence[Row] | BaseException:
            try:
                return await self._run_query(sql, params)
            except ConnectionDead:
                raise
            except CONNECTION_ERRORS as error:
                return error

        outcome = await self._patiently(attempt)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class _Flight:
    """Marks a write as under way."""

    def __init__(self, flights: set[Observable[None]]) -> None:
        self._flights = flights
        self._flight: Observable[None] = Observable()

    def __enter__(self) -> None:
        self._flights.add(self._flight)

    def __exit__(self, *_: object) -> None:
        self._flights.discard(self._flight)
        self._flight.fire(None)


async def _all(deferreds: list[Deferred[None]]) -> None:
    for deferred in deferreds:
        await deferred


def _run_hooks(unit: Transaction) -> None:
    for hook in unit.hooks:
        try:
            hook()
        except Exception:
            _log.failure("an after-commit hook failed")


def _is_refusal(error: Exception) -> bool:
    """A statement that PostgreSQL itself refused (a time-out, a lock not had), on a connection that lives."""
    return isinstance(error, psycopg2.OperationalError) and error.pgcode is not None and not _is_shutdown(error)


def _is_shutdown(error: psycopg2.Error) -> bool:
    return (error.pgcode or "").startswith(("57P", "08"))


def _is_death(failure: Any) -> bool:
    error = failure.value
    return isinstance(error, CONNECTION_ERRORS) and not _is_refusal(error)
