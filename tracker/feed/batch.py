"""`Batch`: validated reports as columns, on their way from the feed into window and fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from producer.wire import POSITION_SOURCES, StateVector
from tracker.arrays import Floats, Rows

NUMBERS = ("lat", "lon", "velocity", "track", "altitude", "geo_altitude", "vertical_rate")
"""The wire's numbers but for `time`, each a float64 column in SI units, NaN where not known."""
TEXTS = ("callsign", "squawk")
"""The wire's texts of a report but for `icao24` and `id`, which the key holds."""
UNKNOWN = -1
"""In the int8 columns: not known. `on_ground` is 1 on the ground, 0 in the air; `position_source` is a place in
`POSITION_SOURCES`."""
DESCRIPTION = ("kind", "typecode", "registration", "category")
"""The wire's texts that hold of an aircraft, not of a moment, so that a report may leave them out."""

Description = tuple[str | None, str | None, str | None, str | None]
"""The values of `DESCRIPTION` in one report."""

_NOTHING: Description = (None, None, None, None)
_SOURCE_CODES: dict[str | None, int] = {None: UNKNOWN, **{source: code for code, source in enumerate(POSITION_SOURCES)}}

FLOATS = ("published", "time", *NUMBERS)
"""The float64 columns of a batch, in the order of the rows of its `floats`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports in the order of the log: n keys, and columns of shape (n,)."""

    key: list[str]
    callsign: list[str | None]
    squawk: list[str | None]
    floats: Floats
    """Shape (len(FLOATS), n). One block, as a live stream comes a report or two at a time: then it is the number of
    arrays that costs."""
    dated: npt.NDArray[np.bool_]
    """Whether `time` is what the report itself gave as its event time."""
    on_ground: npt.NDArray[np.int8]
    position_source: npt.NDArray[np.int8]
    description: list[Description] | None = None
    """None: no report of the batch says anything of it."""
    claimed: Floats | None = None
    """Event times as reported, s since 1970, where some were replaced; None: `time` is as reported."""

    def __len__(self) -> int:
        return len(self.key)

    @property
    def published(self) -> Floats:
        """When the record was published, s since 1970, UTC; `tracker.feed.clocks` says by which clock."""
        published: Floats = self.floats[0]
        return published

    @property
    def time(self) -> Floats:
        """Event time, s since 1970, UTC; where a report gave none, when its record was published."""
        time: Floats = self.floats[1]
        return time

    def take(self, rows: Rows) -> Batch:
        """Return the rows at these positions, as a batch of their own."""
        places = rows.tolist()
        return Batch(
            key=[self.key[place] for place in places],
            callsign=[self.callsign[place] for place in places],
            squawk=[self.squawk[place] for place in places],
            floats=self.floats.take(rows, axis=1),
            dated=self.dated[rows],
            on_ground=self.on_ground[rows],
            position_source=self.position_source[rows],
            description=None if self.description is None else [self.description[place] for place in places],
            claimed=None if self.claimed is None else self.claimed[rows],
        )

    def with_times(self, time: Floats) -> Batch:
        """Return the same reports with other event times; `claimed` keeps what was reported."""
        floats = self.floats.copy()
        floats[1] = time
        claimed = self.time if self.claimed is None else self.claimed
        return replace(self, floats=floats, dated=self.dated & (time == self.time), claimed=claimed)


def collect(vectors: Sequence[StateVector], published: Sequence[float]) -> Batch:
    """Turn state vectors into columns.

    Args:
        vectors: The reports, at least one.
        published: When the record of each was published, s since 1970.
    """
    # A list a field, not a tuple a report: a million of those would keep the garbage collector busy.
    on_ground = [UNKNOWN if vector.on_ground is None else vector.on_ground for vector in vectors]
    times = [vector.time for vector in vectors]
    sources = [vector.position_source for vector in vectors]
    description = [
        _NOTHING
        if vector.kind is None and vector.typecode is None and vector.registration is None and vector.category is None
        else (vector.kind, vector.typecode, vector.registration, vector.category)
        for vector in vectors
    ]
    floats = np.fromiter(
        [
            *published,
            *[stamp if time is None else time for time, stamp in zip(times, published, strict=True)],
            *[vector.lat for vector in vectors],
            *[vector.lon for vector in vectors],
            *[vector.velocity for vector in vectors],
            *[vector.track for vector in vectors],
            *[vector.altitude for vector in vectors],
            *[vector.geo_altitude for vector in vectors],
            *[vector.vertical_rate for vector in vectors],
        ],
        np.float64,
    ).reshape(len(FLOATS), len(vectors))
    return Batch(
        key=[vector.icao24 or vector.key for vector in vectors],
        callsign=[vector.callsign for vector in vectors],
        squawk=[vector.squawk for vector in vectors],
        floats=floats,
        dated=np.array([time is not None for time in times], np.bool_),
        on_ground=np.array(on_ground, np.int8),
        position_source=np.array([_SOURCE_CODES[source] for source in sources], np.int8)
        if any(sources)
        else np.full(len(vectors), UNKNOWN, np.int8),
        description=None if description.count(_NOTHING) == len(description) else description,
    )


def join(batches: Sequence[Batch]) -> Batch:
    """Return the rows of several batches, at least one, as one."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        key=[key for batch in batches for key in batch.key],
        callsign=[callsign for batch in batches for callsign in batch.callsign],
        squawk=[squawk for batch in batches for squawk in batch.squawk],
        floats=np.concatenate([batch.floats for batch in batches], axis=1),
        dated=np.concatenate([batch.dated for batch in batches]),
        on_ground=np.concatenate([batch.on_ground for batch in batches]),
        position_source=np.concatenate([batch.position_source for batch in batches]),
        description=[one for batch in batches for one in batch.description or [_NOTHING] * len(batch)]
        if any(batch.description is not None for batch in batches)
        else None,
        claimed=np.concatenate([batch.time if batch.claimed is None else batch.claimed for batch in batches])
        if any(batch.claimed is not None for batch in batches)
        else None,
    )
