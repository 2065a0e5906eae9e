"""`/metrics`, for a Prometheus on this machine and nobody else."""

from __future__ import annotations

import ipaddress
from typing import Any

from klein import Klein

from chat.errors import NotFound
from chat.metrics import Metrics

_FORWARDED = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"via")


class MetricsPage:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def mount(self, app: Klein) -> None:
        """Add the route to `app`."""
        app.route("/metrics", endpoint="metrics", methods=["GET", "HEAD"])(self.metrics)

    def metrics(self, request: Any) -> bytes:
        """The figures. Whoever is elsewhere, or was passed on by another server, finds nothing here."""
        if not _is_from_here(request):
            raise NotFound("There is nothing at this address.")
        request.setHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        request.setHeader("Cache-Control", "no-store")
        return self._metrics.text()


def _is_from_here(request: Any) -> bool:
    if any(request.requestHeaders.hasHeader(name) for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client_host).is_loopback
    except ValueError:
        return False
