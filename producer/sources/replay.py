"""Replays a recording: when each report is due, and at what event time.

    Recording ──> schedule ──> (state, due) ──> run: waits, publishes ──> Publisher

`schedule` is pure; `run` is the shell that reads the clock and sleeps.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from producer.stop import Stop
from producer.wire import StateVector

logger = logging.getLogger(__name__)

_TICK = 0.5  # s, between two looks at the progress
_LONG_WAIT = 60.0  # s, that are worth a word
_LONE_GAP = 1.0  # s, between two rounds of a recording of a single moment


class Sink(Protocol):
    """Where reports go: `publish.Publisher`, as far as a replay needs it."""

    @property
    def in_flight(self) -> int:
        """Reports that were taken, and not yet delivered."""

    def publish(self, state: StateVector) -> bool:
        """Takes a report; False where it was stopped before it could."""

    def poll(self) -> None:
        """Looks what was delivered meanwhile."""


def schedule(
    states: Iterable[StateVector], *, speed: float, start: float | None = None, loop: bool = False
) -> Iterator[tuple[StateVector, float]]:
    """Says when each report is due.

    A report that runs back in time is due at once. Rounds after the first go on in time: each is shifted by the span of
    the recording and its mean step.

    Args:
        states: Reports with a `time`, in time order; iterated over once a round.
        speed: Seconds of the recording a second; `inf` is as fast as possible.
        start: Event time of the first report, s since 1970; None leaves the recorded times as they are.
        loop: Goes on for ever.

    Yields:
        A report with its event time, and when it is due, in seconds after the first; never before its predecessor.
    """
    first: float | None = None
    shift = latest_due = offset = 0.0
    while True:
        newest = None
        steps = 0
        for state in states:
            recorded = state.time
            if recorded is None:
                raise ValueError("a report without a time has no place in a schedule")
            if first is None:
                first = recorded
                shift = 0.0 if start is None else round(start - first, 3)
            if newest is None or recorded > newest:
                steps += newest is not None
                newest = recorded
            latest_due = max(latest_due, (recorded + offset - first) / speed)
            moved = shift + offset
            yield (msgspec.structs.replace(state, time=recorded + moved) if moved else state), latest_due
        if not loop or first is None or newest is None:
            return
        span = newest - first
        offset += span + (span / steps if steps else _LONE_GAP)


def run(
    due_states: Iterable[tuple[StateVector, float]],
    sink: Sink,
    stop: Stop,
    *,
    limit: int | None = None,
    progress: Callable[[float], None] = lambda _lag: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Publishes each report when it is due, then waits until all are delivered; returns early when stopped.

    Args:
        due_states: From `schedule`.
        sink: Takes the reports; it may make this wait.
        stop: Ends every wait at once.
        limit: The most reports to send.
        progress: Called about twice a second, with the seconds that sending lags behind the schedule.
        clock: Seconds, monotonic.
    """
    begin = clock()
    tick = begin
    lag = 0.0
    for state, due in itertools.islice(due_states, limit):
        now = clock()
        if begin + due - now > _LONG_WAIT:
            logger.info("the next report is due in %.0f s", begin + due - now)
        while (delay := begin + due - now) > 0 and not stop.wait(min(delay, _TICK)):
            now = clock()
            if now >= tick:
                sink.poll()
                progress(0.0)
                tick = now + _TICK
        if stop.is_set() or not sink.publish(state):
            return
        if now >= tick:
            lag = max(0.0, clock() - begin - due)
            sink.poll()
            progress(lag)
            tick = now + _TICK
    while sink.in_flight and not stop.wait(0.02):  # an outage at the end is waited for like any other
        sink.poll()
        if clock() >= tick:
            progress(lag)
            tick = clock() + _TICK
