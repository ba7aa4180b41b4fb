"""Replays a recording: when each report is due, and at what event time.

    Recording ──> schedule ──> (state, due) ──> Replay.batches ──> pacing.run

`schedule` is pure.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Protocol, Self

import msgspec

from producer.sources.counts import Tally
from producer.sources.source import Batch
from producer.stop import Stop
from producer.wire import StateVector

_LONE_GAP = 1.0  # s, between two rounds of a recording of a single moment


class Recorded(Tally, Protocol):
    """Reports of the past in the order of time; each iteration begins anew."""

    def __iter__(self) -> Generator[StateVector, None, None]: ...


class Replay:
    """A recording as a `Source`: its reports one by one, at a multiple of the pace at which they were made."""

    label = "replay"

    def __init__(
        self,
        recording: Recorded,
        *,
        speed: float = 1.0,
        from_now: bool = False,
        loop: bool = False,
        limit: int | None = None,
        attribution: str | None = None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Choose how to replay.

        Args:
            recording: Read when the replay is entered.
            speed: Seconds of the recording a second; `inf` is as fast as possible.
            from_now: Shift event times so that the first report is of the moment at which the replay begins; otherwise
                they stay as recorded.
            loop: Begin again at the end, for ever; event times go on.
            limit: The most reports to yield.
            attribution: Who is to be named beside the reports.
            wall: Seconds since 1970.
        """
        self._recording = recording
        self._speed = speed
        self._from_now = from_now
        self._loop = loop
        self._limit = limit
        self.attribution = attribution
        self._wall = wall
        self._first_round: Iterable[StateVector] = ()
        self._opened = ExitStack()

    @property
    def name(self) -> str:
        """The file, as the user gave it."""
        return self._recording.name

    @property
    def refused(self) -> int:
        """Rows that were not reports, over all rounds."""
        return self._recording.refused

    @property
    def repaired(self) -> Mapping[str, int]:
        """By field of the wire: how many values were dropped, as they could not be understood."""
        return self._recording.repaired

    def __enter__(self) -> Self:
        """Open the recording and read its first report.

        Raises:
            SourceError: It cannot be read, or does not begin with reports.
        """
        states = self._opened.enter_context(closing(iter(self._recording)))
        self._first_round = itertools.chain([next(states)], states)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def batches(self, stop: Stop) -> Iterator[Batch]:
        """Yield the reports one by one, each when it is due; as `Source.batches`.

        Raises:
            SourceError: The recording can no longer be read.
        """
        later_rounds = itertools.repeat(self._recording) if self._loop else ()
        scheduled = schedule(
            itertools.chain([self._first_round], later_rounds),
            speed=self._speed,
            start=self._wall() if self._from_now else None,
        )
        for state, due in itertools.islice(scheduled, self._limit):
            if stop.is_set():
                return
            yield Batch((state,), due)


def schedule(
    rounds: Iterable[Iterable[StateVector]], *, speed: float, start: float | None = None
) -> Iterator[tuple[StateVector, float]]:
    """Tell when each report is due.

    A report that runs back in time is due at once. Rounds after the first go on in time: each is shifted by the span of
    the recording and its mean step. An empty round ends it.

    Args:
        rounds: The reports of a recording, once for each time that it is replayed; each has a `time`, and they are in
            time order.
        speed: Seconds of the recording a second; `inf` is as fast as possible.
        start: Event time of the first report, s since 1970; None leaves the recorded times as they are.

    Yields:
        A report with its event time, and when it is due, in seconds after the first; never before its predecessor.
    """
    first: float | None = None
    shift = latest_due = offset = 0.0
    for states in rounds:
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
        if first is None or newest is None:
            return
        span = newest - first
        offset += span + (span / steps if steps else _LONE_GAP)
