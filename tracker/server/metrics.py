"""`Metrics`: the tracker's numbers and the pace of the fan-out, for Prometheus.

    Stats ──> collected when asked ┐
    broadcast ──> observe_...      ┴──> exposition ──> GET /metrics

All of it belongs to the event loop in which the server runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import numpy as np
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from tracker.server.dialects import SPOKEN
from tracker.state.stats import Stats

DELAYS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.08, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""The bounds of `tracker_publish_to_socket_seconds`, s."""
TICKS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""The bounds of `tracker_tick_seconds`, s."""
SIZES = (128.0, 256.0, 512.0, *(1024.0 * 4**power for power in range(8)))
"""The bounds of `tracker_frame_bytes`: 128 B to 16 MiB."""

_MOST_WAITING = 1_000
"""How many values are counted together: a live stream brings one or two at a time, and counting those costs as much."""

_COUNTERS = {
    "received": "Valid reports read, duplicates and late ones included.",
    "rejected": "Values or elements refused.",
    "duplicates": "Reports with the key and event time of one already held.",
    "late": "Reports older than their aircraft's newest.",
    "outside_window": "Reports older than the window.",
    "tombstones": "Records without a value.",
    "reconnects": "How often the broker was found again.",
    "logs_replaced": "Partitions found to hold another log than before.",
    "evicted": "Rows that left the window before their time, as it was full.",
    "truncated": "Records that retention removed before they could be read.",
}
_GAUGES = {
    "rate": ("received_per_second", "Valid reports a second over the last five seconds."),
    "lag": ("lag_records", "Records in the log that are not read yet; absent before that is known."),
    "rows": ("window_rows", "Reports in the window."),
    "aircraft": ("aircraft", "Aircraft that are not lost."),
    "stale": ("stale_aircraft", "Aircraft among them that were not heard for a while."),
    "clock_correction": ("clock_correction_seconds", "How far this machine's clock was found to be behind, s."),
    "connected": ("connected", "1 while the broker answers."),
}


class Histogram:
    """Counts by size; cheaper than prometheus_client's own, which takes one value at a time under locks.

    Args:
        bounds: Upper limits of the buckets, ascending; what is above the last is counted too.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._limits = np.array(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self._waiting: list[float] = []  # to be counted
        self._sum = 0.0

    def observe(self, value: float, times: int = 1) -> None:
        """Count a value, or one that came several times."""
        self._counts[bisect_left(self._bounds, value)] += times
        self._sum += value * times

    def observe_all(self, values: Iterable[float]) -> None:
        """Count each of many values; those below 0 count as 0."""
        self._waiting.extend(values)
        if len(self._waiting) >= _MOST_WAITING:
            self._count()

    def _count(self) -> None:
        values = np.maximum(self._waiting, 0.0)
        self._waiting.clear()
        places = self._limits.searchsorted(values)
        for place, count in enumerate(np.bincount(places, minlength=len(self._counts)).tolist()):
            self._counts[place] += count
        self._sum += float(values.sum())

    def buckets(self) -> tuple[list[tuple[str, float]], float]:
        """Return the number of values up to each bound, by the name it has in Prometheus, and the sum of all values."""
        self._count()
        names = [*map(str, self._bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self._counts)), strict=True)), self._sum


class Metrics:
    """The metrics of one server, in a registry of their own.

    Args:
        stats: Returns the tracker's numbers of this moment.
    """

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self.registry = CollectorRegistry()
        self.clients = Gauge("tracker_clients", "WebSockets that are open.", ["dialect"], registry=self.registry)
        for dialect in SPOKEN.values():
            self.clients.labels(dialect.name)  # shown from the start, as 0
        self.skipped = Counter(
            "tracker_frames_skipped", "Frames not sent, as the client had not drained.", registry=self.registry
        )
        self.ticks = Histogram(TICKS)
        """How long a turn of the fan-out took, s."""
        self._delays = Histogram(DELAYS)
        self._frames: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._sizes: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(SIZES))
        self.registry.register(_Numbers(stats))
        self.registry.register(_FanOut(self._frames, self._sizes, self._delays, self.ticks))

    def observe_frames(self, dialect: str, kind: str, frames: int, size: int, clients: int = 1) -> None:
        """Count frames, of so many bytes together, that were sent at once to each of some clients."""
        if frames:
            self._frames[dialect, kind] += frames * clients
            self._sizes[dialect].observe(size / frames, frames * clients)

    def observe_delays(self, delays: Iterable[float]) -> None:
        """Count reports by how many seconds after the publishing of their records they went out, one value each."""
        self._delays.observe_all(delays)  # below 0 the broker's clock is ahead of ours

    def exposition(self) -> tuple[bytes, str]:
        """Return all of it as text, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _Numbers(Collector):
    """Collects the tracker's numbers when they are asked for."""

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        stats = self._stats()
        for field, text in _COUNTERS.items():
            yield CounterMetricFamily(f"tracker_{field}", text, value=getattr(stats, field))
        refused = CounterMetricFamily("tracker_refused", "Values or elements refused, by reason.", labels=["reason"])
        for refusal in stats.refused:
            refused.add_metric([refusal.reason], refusal.count)
        repaired = CounterMetricFamily("tracker_repaired", "Values that were mended, by field.", labels=["field"])
        for field, count in stats.repaired.items():
            repaired.add_metric([field], count)
        unused = CounterMetricFamily(
            "tracker_unused",
            "Records of a sample (one in 61) with a field that nobody reads, by name.",
            labels=["field"],
        )
        for field, count in stats.unused.items():
            unused.add_metric([field], count)
        yield from (refused, repaired, unused)
        for field, (name, text) in _GAUGES.items():
            value = getattr(stats, field)
            if value is not None:
                yield GaugeMetricFamily(f"tracker_{name}", text, value=float(value))
        if stats.newest is not None:
            text = "The newest event time, s since 1970."
            yield GaugeMetricFamily("tracker_newest_timestamp_seconds", text, value=stats.newest.timestamp())


class _FanOut(Collector):
    """Collects what was sent to the viewers."""

    def __init__(
        self, frames: dict[tuple[str, str], int], sizes: dict[str, Histogram], delays: Histogram, ticks: Histogram
    ) -> None:
        self._frames, self._sizes, self._delays, self._ticks = frames, sizes, delays, ticks

    def collect(self) -> Iterable[Metric]:
        sent = CounterMetricFamily("tracker_frames", "Frames sent.", labels=["dialect", "kind"])
        for labels, count in self._frames.items():
            sent.add_metric(labels, count)
        yield sent
        sizes = HistogramMetricFamily(
            "tracker_frame_bytes", "Sizes of frames; of several that went at once, their mean.", labels=["dialect"]
        )
        for dialect, histogram in self._sizes.items():
            sizes.add_metric([dialect], *histogram.buckets())
        yield sizes
        for name, text, histogram in (
            (
                "publish_to_socket",
                "From a record's timestamp to the end of the turn in which it is sent to all.",
                self._delays,
            ),
            ("tick", "How long a turn of the fan-out took.", self._ticks),
        ):
            buckets, total = histogram.buckets()
            yield HistogramMetricFamily(f"tracker_{name}_seconds", text, buckets=buckets, sum_value=total)


def metrics_routes(metrics: Metrics) -> APIRouter:
    """`GET /metrics`."""
    router = APIRouter(tags=["server"])

    @router.get("/metrics", summary="Metrics", response_class=_Exposition)
    async def read_metrics() -> Response:
        """Return the numbers of the server in the text format of Prometheus."""
        body, content_type = metrics.exposition()
        return Response(body, media_type=content_type)

    return router


class _Exposition(Response):
    media_type = "text/plain"
