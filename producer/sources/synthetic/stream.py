"""When each made-up report comes: a fleet as a source.

    Fleet ──> schedule ──> Reports, in time order ──> Synthetic.batches ──> pacing.run

`schedule` is pure. Its times are seconds after the start of the stream; `Synthetic` knows when that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

import numpy as np

from producer.sources.source import Batch
from producer.sources.synthetic.fleet import Fleet, step
from producer.sources.synthetic.reports import Reports
from producer.stop import Stop

_TICK = 0.05  # s, of reports that are published together; nobody sees a twentieth of a second
_MAX_BATCH = 4096  # reports


class Synthetic:
    """A fleet of made-up flights as a `Source`; each batch is due when its last report is."""

    name = "made-up flights"
    label = "synthetic"
    attribution: str | None = None
    refused = 0
    repaired: Mapping[str, int] = MappingProxyType({})

    def __init__(
        self,
        fleet: Fleet,
        rate: float,
        *,
        speed: float = 1.0,
        start: float | None = None,
        duration: float = np.inf,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Choose how the flights report.

        Args:
            fleet: From `launch`.
            rate: Reports per aircraft, 1/s of event time.
            speed: Seconds of event time a second; `inf` is as fast as possible.
            start: Event time of the first report, s since 1970; None: the moment at which the stream begins. From a
                start in the past the stream goes on until event time has reached the present.
            duration: The most event time to yield, s.
            wall: Seconds since 1970.
        """
        self._fleet = fleet
        self._rate = rate
        self._speed = speed
        self._start = start
        self._duration = duration
        self._wall = wall

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield the reports in time order, as `Source.batches`."""
        begin = self._wall()
        start = round(begin if self._start is None else self._start, 3)
        for reports in schedule(self._fleet, self._rate, speed=self._speed, duration=self._duration):
            if stop.is_set():
                return
            due = float(reports.time[-1]) / self._speed
            states = reports.states(start)
            if self._start is None:
                yield Batch(states, due)
                continue
            present = max(begin + due, self._wall())  # when they are published, be it on time or late
            past = int(np.searchsorted(reports.time, present - start, side="right"))
            yield Batch(states[:past], due)
            if past < len(states):
                return


def schedule(fleet: Fleet, rate: float, *, speed: float = 1.0, duration: float = np.inf) -> Iterator[Reports]:
    """Yield all reports of a fleet in time order, for ever or for a duration.

    Report m comes at m / (flights x rate), from slot m modulo flights: each aircraft reports at its rate, and no two at
    the same moment but for the rounding to ms.

    Args:
        fleet: From `launch`.
        rate: Reports per aircraft, 1/s.
        speed: At which they will be published, which tells how many make a batch.
        duration: s.
    """
    size = len(fleet)
    total = size * rate
    # No batch wraps around the fleet, so each is of neighbouring slots, and of each slot once.
    most = int(min(size, _MAX_BATCH, max(1.0, total * speed * _TICK)))
    report = 0
    while True:
        first = report % size
        times = np.arange(report, report + min(most, size - first)) / total
        times = np.round(times[times < duration], 3)
        if not len(times):
            return
        fleet, reports = step(fleet, times, first)
        yield reports
        report += len(times)
