"""The door for the operator's commands while the server runs: a Unix socket in the data folder.

A line of JSON each way:

    -> {"command": "create-user", "arguments": {"email": "...", ...}}
    <- {"say": "a line for the operator"}              any number of these
    <- {"done": true}  or  {"error": "one sentence"}   and the connection ends

Only the account that owns the data folder can open it.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver
from twisted.protocols.policies import TimeoutMixin

from chat.app import Application
from chat.commands.table import CommandError, run_command
from chat.deferreds import spawn

MAX_LINE = 64 * 1024
MAX_CONNECTIONS = 8
ASK_TIMEOUT_S = 10
_NAME, _POINTER = "control", "control.path"
_MAX_PATH_BYTES = 100


class _Operator(LineOnlyReceiver, TimeoutMixin):
    transport: Any
    delimiter = b"\n"
    MAX_LENGTH = MAX_LINE

    def __init__(self, app: Application) -> None:
        self._app = app
        self._asked = False

    def connectionMade(self) -> None:
        self.setTimeout(ASK_TIMEOUT_S)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self._asked:
            return
        self._asked = True
        self.setTimeout(None)  # type: ignore[no-untyped-call]
        spawn("a command of the operator", self._serve(line))

    async def _serve(self, line: bytes) -> None:
        try:
            asked = orjson.loads(line)
            await run_command(self._app, str(asked["command"]), dict(asked["arguments"]),
                              lambda text: self._tell({"say": text}))
        except CommandError as error:
            self._tell({"error": str(error)})
        except (ValueError, TypeError, KeyError):
            self._tell({"error": "That is no command."})
        except Exception:
            self._tell({"error": "The command failed in an unforeseen way; the server's log tells."})
            raise
        else:
            self._tell({"done": True})
        finally:
            self.transport.loseConnection()

    def _tell(self, answer: dict[str, Any]) -> None:
        if self.connected:
            self.sendLine(orjson.dumps(answer))  # type: ignore[no-untyped-call]


class ControlSocket:
    """The server's end."""

    def __init__(self, app: Application, reactor: Any, data: Path) -> None:
        self._app = app
        self._reactor = reactor
        self._data = data
        self._port: Any = None
        self._temporary: Path | None = None

    def start(self) -> None:
        """Listen. A socket that a killed server left is replaced (the data folder's lock is ours)."""
        path = self._data / _NAME
        pointer = self._data / _POINTER
        pointer.unlink(missing_ok=True)
        if len(os.fsencode(path)) > _MAX_PATH_BYTES:
            self._temporary = Path(tempfile.mkdtemp(prefix="plait-control-"))
            path = self._temporary / _NAME
            pointer.write_text(str(path))
        path.unlink(missing_ok=True)
        factory = Factory.forProtocol(partial(_Operator, self._app))
        factory.noisy = False
        self._port = self._reactor.listenUNIX(str(path), factory, backlog=MAX_CONNECTIONS, mode=0o600)

    async def stop(self) -> None:
        if self._port is not None:
            await self._port.stopListening()
            self._port = None
        if self._temporary is not None:
            (self._data / _POINTER).unlink(missing_ok=True)
            shutil.rmtree(self._temporary, ignore_errors=True)


def ask_server(data: Path, command: str, arguments: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Have the server that runs on `data` do a command; its answers as they come. Blocking; raises OSError where it
    cannot be reached."""
    path = data / _NAME
    with suppress(FileNotFoundError):
        path = Path((data / _POINTER).read_text())
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(path))
        connection.sendall(orjson.dumps({"command": command, "arguments": arguments}) + b"\n")
        with connection.makefile("rb") as answers:
            for line in answers:
                yield orjson.loads(line)
