"""Figures about the running server, in the form that Prometheus reads. Parts are asked when somebody looks.

Owns the names and labels of the figures; who may look is chat.resources.figures' business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

_LATENCIES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
Figures = Mapping[tuple[str, ...], float]
"""The values of a gauge by the values of its labels."""


class Metrics:
    """`request` counts; `gauge` adds a figure that is asked for when needed."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._gauges = _Gauges()
        self._registry.register(self._gauges)
        self._requests = Counter(
            "plait_requests", "Requests answered, by what was asked for and how it ended.",
            ("door", "method", "route", "status"), registry=self._registry)
        self._counters: dict[tuple[str, str, str, int], Counter] = {}
        """Those of `_requests` that there are: to look one up by its labels costs more than to count."""
        self._seconds = Histogram(
            "plait_request_seconds", "How long answers took; polls that wait for an event are not among them.",
            ("door", "route"), buckets=_LATENCIES_S, registry=self._registry)
        self._statements = Counter(
            "plait_request_statements", "Statements that requests ran on the database.", ("route",),
            registry=self._registry)

    def request(self, door: str, method: str, route: str, status: int, *, seconds: float | None = None,
                statements: int = 0) -> None:
        """One request was answered; `seconds` is None for one that waited on purpose."""
        counter = self._counters.get((door, method, route, status))
        if counter is None:
            counter = self._requests.labels(door, method, route, str(status))
            self._counters[(door, method, route, status)] = counter
        counter.inc()
        if seconds is not None:
            self._seconds.labels(door, route).observe(seconds)
        if statements:
            self._statements.labels(route).inc(statements)

    def page(self, method: str, what: str, status: int, seconds: float) -> None:
        """One page or file was answered; `what` is the start of its path."""
        self.request("pages", method if method in _METHODS else "other", what, status, seconds=seconds)

    def gauge(self, name: str, words: str, read: Callable[[], Figures | float], labels: Iterable[str] = ()) -> None:
        """Add a figure. `read` gives one number, or numbers by the values of `labels`."""
        self._gauges.add(name, words, tuple(labels), read)

    def text(self) -> bytes:
        """Everything, in Prometheus' text form."""
        return generate_latest(self._registry)


class _Gauges:
    """Figures that exist only when they are read."""

    def __init__(self) -> None:
        self._declared: list[tuple[str, str, tuple[str, ...], Callable[[], Figures | float]]] = []

    def add(self, name: str, words: str, labels: tuple[str, ...], read: Callable[[], Figures | float]) -> None:
        self._declared.append((name, words, labels, read))

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        for name, words, labels, read in self._declared:
            family = GaugeMetricFamily(name, words, labels=labels)
            found = read()
            for values, figure in found.items() if isinstance(found, Mapping) else [((), found)]:
                family.add_metric(values, figure)
            yield family
