"""Recordings out of order, such as those that hold one flight after the other: sorted before they are replayed.

    recording ──> times: does time run back? ──┬─ no ───────────────────────────────────────┬──> states in time order
                                               └─ yes ──> sorted, by way of temporary files ┘

A report or two that come late belong to a recording: by up to `LATE` they stay where they are.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from typing import IO

import msgspec

from producer.sources.recording import Recording
from producer.wire import StateVector

logger = logging.getLogger(__name__)

LATE = 15.0
"""s. A report that is older than one before it by no more than this is late; by more, the recording is out of order."""

MOST = 5_000_000
"""Reports of the longest recording that is looked through and sorted."""

_RUN = 50_000  # states that are sorted in memory: 40 MB


class InOrder:
    """A recording in the order of time; each iteration begins anew.

    Args:
        recording: In any order. What can be read once, such as standard input, is neither looked through nor sorted.
        most: Reports of it that are looked through and sorted; of a longer one the first that runs back is told.
    """

    def __init__(self, recording: Recording, most: int = MOST) -> None:
        self._recording = recording
        self._most = most
        self._is_looked_through = self._sorts = self._told = False
        self._oldest = -math.inf

    def begin(self) -> float:
        """Return a moment before which it has no report, s since 1970: its first one, where it can be looked through.

        Raises:
            SourceError: The recording cannot be read.
        """
        self._look_through()
        return self._oldest

    def __iter__(self) -> Generator[StateVector, None, None]:
        """Yield the reports; those that are late by up to `LATE` may come so.

        Raises:
            SourceError: The recording cannot be read, or holds no reports.
        """
        self._look_through()
        with closing(iter(self._recording)) as states:
            yield from sort_states(states) if self._sorts else self._watch(states)

    def _look_through(self) -> None:
        if self._is_looked_through or not self._recording.is_repeatable:
            return
        self._is_looked_through = True
        oldest, newest, told = math.inf, -math.inf, ""
        with closing(self._recording.times()) as times:
            for line, time in itertools.islice(times, self._most):
                if time < newest - LATE and not told:
                    told = f"line {line}: {newest - time:.0f} s older than a report before it"
                oldest, newest = min(oldest, time), max(newest, time)
            is_all = next(times, None) is None
        self._oldest = oldest if oldest < math.inf else -math.inf
        self._sorts = bool(told) and is_all
        if self._sorts:
            logger.info("%s, %s; the recording is sorted by time first", self._recording.name, told)

    def _watch(self, states: Iterable[StateVector]) -> Iterator[StateVector]:
        newest = -math.inf
        for number, state in enumerate(states, 1):
            time = time_of(state)
            if time < newest - LATE and not self._told:
                self._told = True
                logger.warning(
                    "%s, report %d: %.0f s older than one before it; the recording is not in time order, and too long "
                    "to be sorted here: such reports are sent at once",
                    self._recording.name, number, newest - time,
                )  # fmt: skip
            newest = max(newest, time)
            yield state


def sort_states(states: Iterable[StateVector], run: int = _RUN) -> Iterator[StateVector]:
    """Sort states by event time; those of one moment stay as they are.

    Args:
        states: Each with a `time`.
        run: How many are held in memory at once; all lie in temporary files meanwhile.
    """
    source = iter(states)
    with ExitStack() as opened:
        runs = []
        while part := sorted(itertools.islice(source, run), key=time_of):
            file = opened.enter_context(tempfile.TemporaryFile())
            _write(file, part)
            runs.append(_read(file))
        yield from heapq.merge(*runs, key=time_of)


def time_of(state: StateVector) -> float:
    """Return the event time of a recorded report, which has one."""
    if state.time is None:
        raise ValueError("a report without a time has no place in a recording")
    return state.time


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StateVector).decode


def _write(file: IO[bytes], states: Iterable[StateVector]) -> None:
    for state in states:
        data = _encode(state)
        file.write(len(data).to_bytes(2, "little"))
        file.write(data)
    file.flush()


def _read(file: IO[bytes]) -> Iterator[StateVector]:
    file.seek(0)
    while size := file.read(2):
        yield _decode(file.read(int.from_bytes(size, "little")))
