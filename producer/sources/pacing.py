"""Publishes what a source reports, each batch when it is due.

Source ──> Batch(states, due) ──> run: waits, publishes ──> Sink
                                   └── progress: twice a second
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from producer.sources.source import Source
from producer.stop import Stop
from producer.wire import StateVector

logger = logging.getLogger(__name__)

_TICK = 0.5  # s, between two looks at the progress
_SETTLE = 0.02  # s, between two looks at what is still in flight at the end
_LONG_WAIT = 60.0  # s, that are worth a word


class Sink(Protocol):
    """What takes reports: `publish.publisher.Publisher`, as far as it is needed here."""

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and not yet delivered."""

    def publish_batch(self, states: Sequence[StateVector]) -> bool:
        """Take reports, and return False where the stop came before all could be taken."""

    def poll(self) -> None:
        """Count what was delivered meanwhile."""


def run(
    source: Source,
    sink: Sink,
    stop: Stop,
    *,
    progress: Callable[[float], None] = lambda _lag: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Publish each batch when it is due, then wait until all are delivered; return early when stopped.

    Args:
        source: Entered already.
        sink: Takes the reports; it may make this wait.
        stop: Ends every wait at once.
        progress: Called about twice a second with the seconds that publishing lags behind the source.
        clock: Seconds, monotonic.

    Raises:
        ProducerError: The source can no longer be read.
    """
    begin = tick = clock()
    lag = 0.0

    def look() -> None:
        nonlocal tick
        if clock() >= tick:
            sink.poll()
            progress(lag)
            tick = clock() + _TICK

    for states, due in source.batches(stop):
        now = clock()
        moment = now if due is None else begin + due
        if states and moment - now > _LONG_WAIT:
            logger.info("the next report is due in %.0f s", moment - now)
        while (delay := moment - clock()) > 0 and not stop.wait(min(delay, _TICK)):
            lag = 0.0
            look()
        if stop.is_set() or (states and not sink.publish_batch(states)):
            return
        lag = max(0.0, clock() - moment)
        look()
    while sink.in_flight and not stop.wait(_SETTLE):  # an outage at the end is waited for like any other
        sink.poll()
        look()
