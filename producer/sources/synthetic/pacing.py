"""When each report comes, and the shell that publishes it then.

    Fleet ──> batches ──> Reports, in time order ──> run: waits, publishes ──> Publisher

`batches` is pure. Its times are seconds after the start of the stream; only `run` knows when that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from producer.sources.synthetic.fleet import Fleet, step
from producer.sources.synthetic.reports import Reports
from producer.stop import Stop
from producer.wire import StateVector

_TICK = 0.05  # s, of reports that are published together; nobody sees a twentieth of a second
_MAX_BATCH = 4096  # reports
_POLL = 0.5  # s, between two looks at the progress


class Sink(Protocol):
    """Where reports go: `publish.Publisher`, as far as it is needed here."""

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and not yet delivered."""

    def publish_batch(self, states: Sequence[StateVector]) -> bool:
        """Takes reports; False where it was stopped before it could take all."""

    def poll(self) -> None:
        """Looks what was delivered meanwhile."""


def batches(fleet: Fleet, rate: float, *, speed: float = 1.0, duration: float = np.inf) -> Iterator[Reports]:
    """Gives all reports of a fleet in time order, for ever or as long as is said.

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


def run(
    reports: Iterable[Reports],
    sink: Sink,
    stop: Stop,
    *,
    start: float | None,
    speed: float,
    progress: Callable[[float], None] = lambda _lag: None,
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> None:
    """Publishes each batch when its last report is due, then waits until all are delivered; early when stopped.

    Args:
        reports: From `batches`.
        sink: Takes the reports; it may make this wait.
        stop: Ends every wait at once.
        start: Event time of the first report, s since 1970; None is now. From a start in the past it goes on until
            event time has reached the present.
        speed: Seconds of event time a second; `inf` is as fast as possible.
        progress: Called about twice a second, with the seconds that sending lags behind.
        clock: Seconds, monotonic.
        wall: Seconds since 1970.
    """
    begin = tick = clock()
    wait_for_now = start is not None
    start = round(wall() if start is None else start, 3)

    def look(lag: float) -> None:
        nonlocal tick
        if clock() >= tick:
            sink.poll()
            progress(lag)
            tick = clock() + _POLL

    for batch in reports:
        due = begin + float(batch.time[-1]) / speed
        while (delay := due - clock()) > 0 and not stop.wait(min(delay, _POLL)):
            look(0.0)
        past = int(np.searchsorted(batch.time, wall() - start, side="right")) if wait_for_now else len(batch)
        if not sink.publish_batch(batch.states(start)[:past]):
            return
        if past < len(batch):
            break
        look(max(0.0, clock() - due))
    while sink.in_flight and not stop.wait(0.02):  # an outage at the end is waited for like any other
        look(0.0)
