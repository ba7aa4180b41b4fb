"""`Once`: keeps a source from handing on the same report twice.

A file that is polled shows a report until the next one comes, and two places that are asked share aircraft: what is the
same aircraft at the same moment in the same place is one report. Pure: the time comes in.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from producer.wire import StateVector

MEMORY = 120.0
"""Seconds for which a report is remembered after it was last seen: receivers show none for longer than a minute."""


class _Report(NamedTuple):
    key: str
    moment: float
    lat: float
    lon: float


class Once:
    """Remembers the reports of the last two minutes: as much as a source says in that time, and no more."""

    def __init__(self, memory: float = MEMORY, *, tolerance: float = 0.0) -> None:
        """Begin with nothing.

        Args:
            memory: How long a report is remembered after it was last seen, s.
            tolerance: By how much the event times of one report may differ, s: a sender that tells the age of a
                position in tenths of a second gives it another time in each of its answers.
        """
        self._memory = memory
        self._tolerance = tolerance
        self._held: dict[_Report, tuple[float, float]] = {}  # event time, when last seen; oldest seen first

    def is_new(self, state: StateVector, now: float) -> bool:
        """Return whether a report was not seen before, and remember it.

        Args:
            state: One without an event time is always new.
            now: s, never running back.
        """
        self._forget(now - self._memory)
        if state.time is None:
            return True
        key, time = state.key, state.time
        for moment in self._moments(time):
            report = _Report(key, moment, state.lat, state.lon)
            held = self._held.get(report)
            if held is not None and abs(held[0] - time) <= self._tolerance:
                del self._held[report]  # to the end: it is still shown
                self._held[report] = held[0], now
                return False
        report = _Report(key, self._moments(time)[0], state.lat, state.lon)
        self._held.pop(report, None)
        self._held[report] = time, now
        return True

    def __len__(self) -> int:
        """Return how many reports are remembered."""
        return len(self._held)

    def _moments(self, time: float) -> tuple[float, ...]:
        """Return the slot of an event time, and those in which the same report may lie."""
        if not self._tolerance:
            return (time,)
        slot = math.floor(time / self._tolerance)
        return slot, slot - 1, slot + 1

    def _forget(self, before: float) -> None:
        while self._held:
            oldest = next(iter(self._held))
            if self._held[oldest][1] >= before:
                return
            del self._held[oldest]
