"""What the program counts of itself, for Prometheus. One object a process; nothing global."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Mapping

# A tap should cost a few milliseconds; people notice from about 300.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._updates = Counter(
            "taphuan_updates", "Updates taken in", ("channel", "kind", "outcome"), registry=self.registry
        )
        self._handler = Histogram(
            "taphuan_handler_seconds", "An update, to its commit", ("kind",), buckets=_SECONDS, registry=self.registry
        )
        self._deliveries = Counter(
            "taphuan_deliveries", "Deliveries that came to an end", ("channel", "lane", "state"), registry=self.registry
        )
        self._queue = Gauge(
            "taphuan_queue_depth", "Deliveries that stand in a state now", ("lane", "state"), registry=self.registry
        )

    def took_update(self, channel: str, kind: str, outcome: str, seconds: float) -> None:
        """Count one update: its kind (such as "tap"), what became of it, and how long until its commit."""
        self._updates.labels(channel, kind, outcome).inc()
        self._handler.labels(kind).observe(seconds)

    def delivered(self, channel: str, lane: str, state: str, number: int = 1) -> None:
        """Count deliveries that ended in `state`."""
        self._deliveries.labels(channel, lane, state).inc(number)

    def set_queue(self, depth: Mapping[tuple[str, str], int]) -> None:
        """Set how many deliveries stand where, by lane and state; what is not named stands at nothing."""
        self._queue.clear()
        for (lane, state), number in depth.items():
            self._queue.labels(lane, state).set(number)

    def text(self) -> bytes:
        """Return the exposition format."""
        return generate_latest(self.registry)
