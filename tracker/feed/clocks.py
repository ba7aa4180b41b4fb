"""Which clock of a report is believed: the broker's, the producer's, or our own; pure.

    record timestamp, event time, our clock ──> Clocks ──> taken as it is, mended, or refused (`future`)

Where the broker stamped the record (`LogAppendTime`) its timestamp is when the record was published. Otherwise
(`CreateTime`) the producer's clock made it, which may lie, so that the earlier of it and our own clock at arrival
counts. An event time may lie ahead of that by a little, for clocks differ; one that is further ahead is mended or
refused, so that one bad clock can neither empty the window nor freeze an aircraft.

Our own clock may be the one that is wrong: then everybody else agrees with each other, and nobody with us.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tracker.arrays import Rows
from tracker.feed.batch import Batch

TOLERATED = 5.0
"""s. An event time so far ahead of its record's publishing is taken as it is."""
MENDED = 60.0
"""s. One so far ahead is taken as of its record's publishing; one further ahead is refused."""
WITNESSES = 3
"""Keys that must lead our clock alike before it is our clock that is believed to be behind."""
SPAN = 5.0
"""s. They must do so within this time, and their leads may differ by as much."""
TOLD = 60.0
"""s. How long a report that was refused for its clock is counted in `Clocks.ahead`."""

MOST_KEYS = 1_000
"""Keys that are remembered as being ahead; beyond that the oldest are forgotten."""

LOG_APPEND_TIME = 1
"""`timestamp_type` of a record that the broker stamped."""


class Stamped(Protocol):
    """What is read of a Kafka record here."""

    @property
    def timestamp(self) -> int:
        """When it was published, ms since 1970; -1 where the record does not say."""

    @property
    def timestamp_type(self) -> int | None:
        """`LOG_APPEND_TIME`, or 0 where the producer made the timestamp; None where the record is too old to say."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Reports that were refused lately, as their clocks are ahead."""

    keys: int
    """How many aircraft sent them."""
    seconds: float
    """How far ahead the newest of them was, s."""


class Clocks:
    """The clocks of one topic.

    All moments are s since 1970, UTC; `now` is our own clock when the records arrived.
    """

    def __init__(self) -> None:
        self.correction = 0.0
        """How far our clock was found to be behind, s."""
        self._agreed_at = -math.inf  # when a live report last agreed with our clock
        self._leads: dict[str, tuple[float, float]] = {}  # by key: when its live report led our clock last, by how much
        self._refused: dict[str, tuple[float, float]] = {}  # by key: when a report was refused last, how far ahead

    def published(self, records: Sequence[Stamped], now: float) -> list[float]:
        """Return when each record was published."""
        clock = now + self.correction
        return [
            clock
            if record.timestamp < 0
            else record.timestamp / 1000
            if record.timestamp_type == LOG_APPEND_TIME
            else min(record.timestamp / 1000, clock)
            for record in records
        ]

    def watch(self, records: Sequence[Stamped], batch: Batch, now: float) -> bool:
        """Compare live reports with our clock; begin a correction of it, or end one.

        Reports whose records the broker stamped tell nothing of our clock.

        Args:
            records: The record of each report.
            batch: The reports.
            now: Our clock.

        Returns:
            Whether the correction has changed.
        """
        before = self.correction
        for record, key, dated, time in zip(records, batch.key, batch.dated.tolist(), batch.time.tolist(), strict=True):
            if record.timestamp_type == LOG_APPEND_TIME:
                continue
            lead = (time if dated or record.timestamp < 0 else record.timestamp / 1000) - now
            if abs(lead) <= MENDED:
                self.correction, self._agreed_at = 0.0, now
            elif lead > MENDED:
                _remember(self._leads, key, (now, lead))
        if self._leads:
            self._believe(now)
        return self.correction != before

    def mend(self, batch: Batch, now: float) -> tuple[Batch, Rows]:
        """Replace event times that are ahead of their record's publishing by up to `MENDED` seconds.

        Args:
            batch: The reports, `published` as this object said.
            now: Our clock.

        Returns:
            The batch, mended where that was needed, and the positions of the reports that are to be refused, ascending.
        """
        ahead = batch.time - batch.published
        (future,) = np.nonzero(ahead > MENDED)
        for row in future.tolist():
            _remember(self._refused, batch.key[row], (now, float(ahead[row])))
        mended = (ahead > TOLERATED) & (ahead <= MENDED)
        return (batch.with_times(np.where(mended, batch.published, batch.time)) if mended.any() else batch), future

    def ahead(self, now: float) -> Ahead | None:
        """Return what was refused in the last `TOLD` seconds; None: nothing. Any thread may ask."""
        lately = [lead for moment, lead in list(self._refused.values()) if abs(now - moment) <= TOLD]
        return Ahead(len(lately), lately[-1]) if lately else None

    def trouble(self, now: float) -> str | None:
        """Say which clocks lie, in a sentence; None: none does. Any thread may ask."""
        ahead, correction = self.ahead(now), self.correction
        if ahead is not None:
            whose = "an aircraft" if ahead.keys == 1 else f"{ahead.keys:,} aircraft"
            return f"reports of {whose} are refused, as their clocks are ahead by {ahead.seconds:,.0f} s"
        if correction:
            return f"this machine's clock is behind by {correction:,.0f} s"
        return None

    def _believe(self, now: float) -> None:
        """Correct our clock by the least lead on which enough live reports agree, if none agrees with our clock."""
        self._leads = {key: seen for key, seen in self._leads.items() if abs(now - seen[0]) <= SPAN}
        if abs(now - self._agreed_at) <= SPAN:
            return
        leads = sorted(lead for _, lead in self._leads.values())
        for low, high in zip(leads, leads[WITNESSES - 1 :], strict=False):
            if high - low <= SPAN:
                self.correction = min(self.correction or math.inf, low)
                return


def _remember(seen: dict[str, tuple[float, float]], key: str, what: tuple[float, float]) -> None:
    """Note what was seen of a key as the newest, and forget the oldest where there are too many."""
    seen.pop(key, None)
    seen[key] = what
    if len(seen) > MOST_KEYS:
        del seen[next(iter(seen))]
