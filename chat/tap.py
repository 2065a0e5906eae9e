"""The twistd application: `twistd chat`. Wiring only: options, and the order in which parts start and stop.

Start: lock the data folder -> embedded PostgreSQL (unless --database) -> migrate -> Application -> listen
-> say so. Stop: the same backwards. Whatever keeps the server from starting is told in one sentence on
standard error, and the exit code is 1.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import psycopg2
from twisted.application.service import Service
from twisted.internet import endpoints
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError, ReactorNotRunning
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python import usage
from twisted.python.failure import Failure

from chat import __version__
from chat.app import Application
from chat.commands.control import ControlSocket
from chat.data_folder import FolderLock, lock_data_folder
from chat.database.embedded import EmbeddedPostgres
from chat.database.migrate import migrate, one_line
from chat.settings import Settings, StartError, listen_address, load_settings, options

MAX_OPEN_FILES = 1_048_576
STOP_TIMEOUT_S = 30.0
LARGE_BYTES = 1_048_576
_M_MMAP_THRESHOLD = -3
_log = Logger()


class Options(usage.Options):
    """The command line of `twistd chat`, made from the declaration in `chat.settings`."""

    longdesc = (
        "Plait is a team chat server. Every option can also be given in the environment (PLAIT_EXTERNAL_URL) "
        "and in a TOML file (external_url). The command line is stronger than the environment, and that is "
        "stronger than the file."
    )
    optFlags = [[item.flag[2:], None, item.help] for item in options() if item.kind is bool]
    optParameters = [
        ["config", None, None, "a TOML file with options"],
        *(
            [item.flag[2:], None, None, item.describe()]
            for item in options()
            if item.kind is not bool and not item.secret
        ),
    ]

    def parseOptions(self, options: Any = None) -> None:
        try:
            super().parseOptions(options)  # type: ignore[no-untyped-call]
        except usage.UsageError as error:
            _refuse(f"{error}; twistd chat --help tells the options.")

    def parseArgs(self, *words: str) -> None:
        if words:
            raise usage.UsageError(f"{words[0]!r} is not an option")

    def opt_version(self) -> None:
        """Display Plait's version and exit."""
        print(f"Plait {__version__}")  # noqa: T201
        raise SystemExit(0)

    def settings(self) -> Settings:
        """The settings in force. Raises SettingsError."""
        values = {item: self.get(item.flag[2:]) for item in options()}
        given = {item.name: (bool(value) or None) if item.kind is bool else value for item, value in values.items()}
        return load_settings(given, config_file=self["config"])


def makeService(options: Options) -> Service:
    """The server as a service. What can be refused before the process becomes a daemon is refused here."""
    from twisted.internet import reactor

    try:
        settings = options.settings()
        _check_port_is_free(settings.listen)
        service = ChatService(settings, reactor, lock_data_folder(settings.data), _speaker(options))
    except StartError as error:
        _refuse(str(error))
    return service


class ChatService(Service):
    """Everything that runs, from the data folder's lock to the open port."""

    def __init__(
        self, settings: Settings, reactor: Any, lock: FolderLock, say: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._reactor = reactor
        self._lock = lock
        self._say = say
        self._stopping = False
        self._started: Deferred[None] | None = None
        self._embedded: EmbeddedPostgres | None = None
        self._undo: list[Callable[[], Awaitable[Any]]] = []
        try:
            self._endpoint = endpoints.serverFromString(reactor, settings.listen)
        except (ValueError, TypeError, KeyError) as error:
            raise StartError(f"--listen {settings.listen!r} is not an endpoint: {error}.") from None

    def startService(self) -> None:
        super().startService()  # type: ignore[no-untyped-call]
        self._lock.name_holder()
        _allow_many_connections()
        _give_large_memory_back()
        self._reactor.callWhenRunning(_end_well_on_sigterm, self._reactor)
        self._started = Deferred.fromCoroutine(self._start()).addErrback(self._failed)

    def stopService(self) -> Deferred[None]:
        super().stopService()  # type: ignore[no-untyped-call]
        return Deferred.fromCoroutine(self._stop())

    async def _start(self) -> None:
        dsn = self._settings.database
        if dsn is None:
            self._embedded = EmbeddedPostgres(self._reactor, self._settings.data)
            self._undo.append(self._embedded.stop)
            dsn = await self._embedded.start()
        self._go_on()
        await deferToThreadPool(self._reactor, self._reactor.getThreadPool(), migrate, dsn)
        self._go_on()
        application = Application(self._settings, self._reactor, dsn)
        # A part that waits for others may not keep the whole from ending.
        self._undo.append(
            lambda: Deferred.fromCoroutine(application.stop()).addTimeout(STOP_TIMEOUT_S, self._reactor)
        )
        await application.start()
        self._go_on()
        try:
            port = await self._endpoint.listen(application.get_site())
        except (CannotListenError, OSError) as error:
            raise StartError(f"Cannot listen on {self._settings.listen}: {error}.") from error

        async def stop_listening() -> None:
            await port.stopListening()

        self._undo.append(stop_listening)
        control = ControlSocket(application, self._reactor, self._settings.data)
        control.start()
        self._undo.append(control.stop)
        self._go_on()
        _leave_in_peace()
        for line in (f"Plait is ready at {self._settings.external_url}", *application.greeting()):
            self._say(line)

    async def _stop(self) -> None:
        self._stopping = True
        if self._embedded is not None:
            self._embedded.abandon()
        if self._started is not None:
            await self._started
        while self._undo:
            try:
                await self._undo.pop()()
            except Exception:
                _log.failure("A part of the server did not stop in good order.")
                atexit.register(_end_with_failure)
        self._lock.release()

    def _go_on(self) -> None:
        """Between two steps of starting: not further, if we are to stop."""
        if self._stopping:
            raise _StoppedWhileStartingError

    def _failed(self, failure: Failure) -> None:
        if self._stopping:
            return
        error = failure.value
        if isinstance(error, StartError):
            sentence = str(error)
        elif isinstance(error, psycopg2.OperationalError):
            sentence = f"The database cannot be reached: {one_line(error)}."
        else:
            _log.failure("Starting failed.", failure)
            sentence = f"An unforeseen error, told in the log: {type(error).__name__}."
        _log.critical("Plait cannot start: {sentence}", sentence=sentence)
        print(f"Plait cannot start: {sentence}", file=sys.__stderr__, flush=True)
        # twistd has no way to end with a code of our choice once the reactor runs.
        atexit.register(_end_with_failure)
        self._reactor.stop()


class _StoppedWhileStartingError(Exception):
    """Not a failure: someone said stop."""


def _speaker(options: Options) -> Callable[[str], None]:
    """Where the ready line goes: bare to standard output, where a daemon has none to its log."""
    parent = options.parent
    if parent is not None and not parent.get("nodaemon"):
        return lambda line: _log.info("{line}", line=line)
    return lambda line: print(line, file=sys.__stdout__, flush=True)


def _check_port_is_free(endpoint: str) -> None:
    """Refuse a port in use before anything is started. Listening itself comes last, and decides."""
    host, port = listen_address(endpoint)
    if port is None:
        return
    family = socket.AF_INET6 if endpoint.startswith("tcp6") or ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            where = f"{host}:{port}" if host else f"port {port}"
            raise StartError(f"Cannot listen on {where}: {error.strerror}.") from error


def _end_well_on_sigterm(reactor: Any) -> None:
    """SIGTERM is how an operator says stop, and a server that stopped has done well: exit code 0.

    Twisted's own handler has the process die of the signal in the end, as if it had been killed.
    """
    def stop(number: int, frame: Any) -> None:
        reactor.callFromThread(_stop, reactor)

    signal.signal(signal.SIGTERM, stop)


def _stop(reactor: Any) -> None:
    with contextlib.suppress(ReactorNotRunning):  # told twice
        _log.info("Received SIGTERM: the server stops.")
        reactor.stop()


def _allow_many_connections() -> None:
    """Each connection is an open file; the customary soft limit of 1024 is for programs with few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _give_large_memory_back() -> None:
    """Have glibc return each large block when it is freed.

    Left alone it learns to keep them: one password hash would leave its 20 MB with the process for good.
    """
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such habit
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


def _leave_in_peace() -> None:
    """Spare what is there by now from the garbage collector: modules, routes and the organisation are there to stay,
    and to walk through all of them again and again would hold up everyone each time."""
    gc.collect()
    gc.freeze()


def _refuse(sentence: str) -> NoReturn:
    sys.exit(f"Plait cannot start: {sentence}")


def _end_with_failure() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
