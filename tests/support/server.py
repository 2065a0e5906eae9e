"""The real server in a process of its own: `twistd -n chat` on a free port, with a data folder for itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from chat.database.cluster import Cluster
from tests.support.folders import make_folder, remove_folder, remove_folders_of_the_dead

ROOT = Path(__file__).resolve().parents[2]
TWISTD = Path(sys.executable).parent / "twistd"
READY_LINE = "Plait is ready at "
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 60.0


class ServerFailed(AssertionError):
    """The server did not do what it was started for; the text holds its log."""


class RunningServer:
    """A server process. Leaving the context (or `close`) ends it and removes a folder made for it."""

    def __init__(
        self,
        data: Path,
        options: Sequence[str],
        *,
        port: int,
        owns_data: bool,
        twistd: Path = TWISTD,
        folder: Path = ROOT,
    ) -> None:
        self.data = data
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.options = list(options)
        self._owns_data = owns_data
        self._twistd = twistd
        self._folder = folder
        self._log_path = data.parent / f"{data.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    @property
    def log(self) -> str:
        """All that the server has printed, over all its starts."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def start(self) -> None:
        """Start the process and wait until it takes connections."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PLAIT_")}
        printed_before = len(self.log)
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._twistd), "-n", "--pidfile=", "chat", *self.options,
                    "--listen", f"tcp:{self.port}:interface=127.0.0.1", "--data", str(self.data),
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, env=environment,
            )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT_S
        while READY_LINE not in self.log[printed_before:]:
            if self._process.poll() is not None:
                raise ServerFailed(f"the server ended with {self._process.returncode}:\n{self.log}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerFailed(f"the server was not ready after {START_TIMEOUT_S} s:\n{self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server with SIGTERM; ServerFailed when it does not end in good order."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            code = process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise ServerFailed(f"the server did not end within {STOP_TIMEOUT_S} s:\n{self.log}") from None
        if code != 0:
            raise ServerFailed(f"the server ended with {code}:\n{self.log}")

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash would. Its PostgreSQL stays behind, as after a crash."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Stop the server where it runs, and start it anew on the same port and data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End everything; a data folder made for this server is removed."""
        try:
            self.stop()
        finally:
            if self._owns_data:
                Cluster(self.data / "postgres").stop_leftover()
                remove_folder(self.data.parent)

    def __enter__(self) -> RunningServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            with suppress(ServerFailed):  # what the test found is the news
                self.close()


def start_server(
    *,
    demo: bool = True,
    data: Path | None = None,
    database: str | None = None,
    options: Sequence[str] = (),
    port: int | None = None,
    limited: bool = False,
) -> RunningServer:
    """A server that takes connections. Use it in a `with`, or call `close`. Only a `limited` one has rate limits."""
    remove_folders_of_the_dead()
    given = ["--demo"] if demo else []
    given += [] if limited else ["--unlimited"]
    given += ["--database", database] if database else []
    server = RunningServer(
        data or make_folder() / "data",
        [*given, *options],
        port=port or free_port(),
        owns_data=data is None,
    )
    try:
        server.start()
    except BaseException:
        server.close()
        raise
    return server


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
