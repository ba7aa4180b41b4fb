"""Reports as they came ──> a row at each tick of a clock, of each flight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from tracker.analysis.columns import numbers
from tracker.analysis.sequences import FLIGHT, Sequences, in_order
from tracker.arrays import ABSENT, Flags, Floats, Rows, Ticks
from tracker.errors import BadOption
from tracker.spans import parse_span

ANGLES = ("track", "heading", "longitude")
"""The columns that go round a circle of 360 degrees."""


def resample(
    frame: pd.DataFrame,
    every: str | float | timedelta = "1s",
    limit: str | float | timedelta = "60s",
    by: str | None = None,
) -> pd.DataFrame:
    """Have one row of each flight at each tick of a clock, such as at each full second.

    Ticks are the multiples of `every` since 1970, from the first report of a flight to its last, but none inside a
    silence that is longer than `limit`. Numbers are interpolated linearly in time between the last value known before
    and the first one known after (at most `limit` apart, else NaN); `track`, `heading` and `longitude` the short way
    round the circle. Texts and flags are the last ones known (not longer than `limit` ago, else missing). Values are
    taken as they were received, wild ones too.

    The library `traffic` does the same (`Flight.resample`) with these differences: there a value goes to the beginning
    of its time bin rather than to where it belongs, silences within a flight are filled whatever their length, and
    longitudes are interpolated across the whole world. A minute is after how long without a report the screens take an
    aircraft for lost; a straight line through a turn is wrong by miles then.

    Args:
        frame: Needs `timestamp` and `flight` (or else `key` or `icao24`); all other columns are resampled.
        every: The distance of two rows: s, a timedelta, or text such as "10s"; at least a microsecond.
        limit: The longest time to interpolate or fill across.
        by: The column that tells flights apart, in place of `flight`.

    Returns:
        A new frame with the columns of the old one and a RangeIndex, sorted by flight and time. `timestamp` is of
        microseconds, UTC; numbers are float64. Rows without a flight or a timestamp are left out, and a flight that
        has no tick between its first and last report has no row.

    Raises:
        MissingColumn: The frame lacks one of these columns.
        BadOption: `every` or `limit` is no span above zero.
    """
    step, reach = round(parse_span("every", every) * 1e6), parse_span("limit", limit)
    if not step:
        raise BadOption("every", every, "at least a microsecond is needed")
    sequences = in_order(frame, by, FLIGHT)
    clock = _Clock.of(sequences, step, reach)
    columns = {name: clock.column(frame, name) for name in frame.columns if name != "timestamp"}
    stamps = pd.DatetimeIndex(clock.time.view("datetime64[us]")).tz_localize("UTC")
    data = {name: stamps if name == "timestamp" else columns[name] for name in frame.columns}
    return pd.DataFrame(data, index=pd.RangeIndex(len(stamps)))


@dataclass(frozen=True, slots=True)
class _Clock:
    """The ticks of all flights, and the reports that they lie among.

    `place` and `report` are times on one common line, us, on which the flights lie one behind the other, so that one
    binary search finds the neighbours of all ticks.
    """

    sequences: Sequences
    reach: float
    """us"""
    group: npt.NDArray[np.int64]
    time: Ticks
    place: Ticks
    report: Ticks

    @classmethod
    def of(cls, sequences: Sequences, step: int, reach: float) -> _Clock:
        """Lay the ticks, `step` us apart, between the reports that are no more than `reach` seconds apart."""
        starts = np.flatnonzero(sequences.begins(reach))
        ends = np.append(starts[1:], len(sequences.rows))[: len(starts)] - 1
        begin, end = -(-sequences.time[starts] // step), sequences.time[ends] // step
        count = np.maximum(end - begin + 1, 0)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        time = (np.repeat(begin, count) + within) * step
        group = np.repeat(sequences.group[starts], count)
        shift = _shifts(sequences)
        return cls(sequences, reach * 1e6, group, time, time + shift[group], sequences.time + shift[sequences.group])

    def column(self, frame: pd.DataFrame, name: str) -> object:
        """Return a column of the frame at the ticks."""
        kind = frame[name].dtype
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
            values = self._interpolated(numbers(frame, name)[self.sequences.rows], circular=name in ANGLES)
            return _round_the_circle(values, 180 if name == "longitude" else 360) if name in ANGLES else values
        known = np.flatnonzero(frame[name].notna().to_numpy()[self.sequences.rows])
        left, recent, _, _ = self._neighbours(known)
        source = np.full(len(self.time), ABSENT)
        source[recent] = self.sequences.rows[left[recent]]
        return frame[name].set_axis(pd.RangeIndex(len(frame))).reindex(source).array  # no row is called -1: missing

    def _interpolated(self, values: Floats, *, circular: bool) -> Floats:
        known = np.flatnonzero(np.isfinite(values))
        left, recent, right, close = self._neighbours(known)
        if not len(known):
            return np.full(len(self.time), np.nan)
        span = self.report[right] - self.report[left]
        bridged = close & (span > 0)
        share = np.where(bridged, (self.place - self.report[left]) / np.where(bridged, span, 1), 0)
        change = values[right] - values[left]
        if circular:
            change = (change + 180) % 360 - 180
        exact = recent & (self.report[left] == self.place)
        return np.where(bridged | exact, values[left] + share * change, np.nan)

    def _neighbours(self, known: Rows) -> tuple[Rows, Flags, Rows, Flags]:
        """Return the known reports around each tick.

        Returns:
            The last one at or before each tick; whether it is of the tick's flight and within reach; the first one
            after it; whether both are of the tick's flight and within reach of each other.
        """
        if not len(known):
            nothing, never = np.zeros(len(self.time), np.intp), np.zeros(len(self.time), np.bool_)
            return nothing, never, nothing, never
        after = np.searchsorted(self.report[known], self.place, side="right")
        left, right = known[np.maximum(after - 1, 0)], known[np.minimum(after, len(known) - 1)]
        mine = (after > 0) & (self.sequences.group[left] == self.group)
        recent = mine & (self.place - self.report[left] <= self.reach)
        close = mine & (self.sequences.group[right] == self.group)
        return left, recent, right, close & (self.report[right] - self.report[left] <= self.reach)


def _round_the_circle(degrees: Floats, top: float) -> Floats:
    """Bring angles that left the circle back; longitudes (top 180) may be 180 itself, tracks never 360."""
    degrees = np.where(degrees < top - 360, degrees + 360, degrees)
    return np.where(degrees > top if top == 180 else degrees >= top, degrees - 360, degrees)


def _shifts(sequences: Sequences) -> Ticks:
    """Return what added to the times of each group lays the groups one behind the other, a microsecond apart."""
    first = sequences.first
    last = np.append(first[1:], True)[: len(first)]
    begin, end = sequences.time[first], sequences.time[last]
    lengths = end - begin + 1
    shifts = np.zeros(len(sequences.names), np.int64)
    shifts[sequences.group[first]] = np.cumsum(lengths) - lengths - begin
    return shifts
