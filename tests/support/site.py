"""Somebody else's web site, in threads of the test's process: pages and pictures, and a note of who asked for them."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Site:
    """`bodies` are (type, content) by path; `slow` are the paths that are answered after `pause_s`."""

    def __init__(self, bodies: dict[str, tuple[str, bytes]], *, slow: frozenset[str] = frozenset(),
                 pause_s: float = 0) -> None:
        self.bodies = bodies
        self.slow = slow
        self.pause_s = pause_s
        self.asked: list[tuple[str, str]] = []
        """(path, User-Agent) of each request, in order."""
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, self.headers.get("User-Agent", "")))
                if self.path in site.slow:
                    time.sleep(site.pause_s)
                kind, body = site.bodies.get(self.path, ("text/plain", b""))
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked == path for asked, _ in self.asked)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self.close()
