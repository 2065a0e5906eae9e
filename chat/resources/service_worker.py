"""`/service_worker.js`: the client's service worker, at the root of the site, because it is for all of it."""

from __future__ import annotations

from typing import Any

from klein import Klein

from chat.settings import static_folder


class ServiceWorkerPage:
    def mount(self, app: Klein) -> None:
        """Add the route to `app`."""
        app.route("/service_worker.js", endpoint="service_worker", methods=["GET", "HEAD"])(self.worker)

    def worker(self, request: Any) -> bytes:
        """Browsers ask for it anew each time: what it does changes with the server."""
        request.setHeader("Content-Type", "text/javascript; charset=utf-8")
        request.setHeader("Cache-Control", "no-cache")
        return (static_folder() / "service_worker.js").read_bytes()
