"""`Batch`: validated reports as columns, on their way from the feed into window and fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from producer.wire import StateVector

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

NUMBERS = ("lat", "lon", "velocity", "track", "altitude", "geo_altitude", "vertical_rate")
"""The wire's numbers but for `time`, each a float64 column in SI units, NaN where not known."""
TEXTS = ("callsign", "squawk")
"""The wire's texts but for `icao24`, which the key holds."""
UNKNOWN = -1
"""In the int8 column `on_ground`: not known (1 on the ground, 0 in the air)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports in the order of the log: n keys, and columns of shape (n,)."""

    key: list[str]
    callsign: list[str | None]
    squawk: list[str | None]
    time: Floats
    """Event time, s since 1970, UTC; where a report gave none, when its record was published."""
    dated: npt.NDArray[np.bool_]
    """Whether the report gave its event time itself."""
    published: Floats
    """The record's timestamp, s since 1970, UTC."""
    on_ground: npt.NDArray[np.int8]
    lat: Floats
    lon: Floats
    velocity: Floats
    track: Floats
    altitude: Floats
    geo_altitude: Floats
    vertical_rate: Floats

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Rows) -> Batch:
        """The rows at these positions, as a batch of their own."""
        columns: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        for name, column in columns.items():
            columns[name] = [column[row] for row in rows.tolist()] if isinstance(column, list) else column[rows]
        return Batch(**columns)


def collect(vectors: Sequence[StateVector], published: Sequence[float] | Floats) -> Batch:
    """Turn state vectors into columns.

    Args:
        vectors: The reports, at least one.
        published: When the record of each was published, s since 1970.
    """
    # A list a field, not a tuple a report: a million of those would keep the garbage collector busy.
    on_ground = [UNKNOWN if vector.on_ground is None else vector.on_ground for vector in vectors]
    stamps = np.asarray(published, np.float64)
    times = np.fromiter([vector.time for vector in vectors], np.float64)
    dated = ~np.isnan(times)
    return Batch(
        key=[vector.icao24 or f"cs:{vector.callsign}" for vector in vectors],
        callsign=[vector.callsign for vector in vectors],
        squawk=[vector.squawk for vector in vectors],
        time=np.where(dated, times, stamps),
        dated=dated,
        published=stamps,
        on_ground=np.array(on_ground, np.int8),
        lat=np.fromiter([vector.lat for vector in vectors], np.float64),
        lon=np.fromiter([vector.lon for vector in vectors], np.float64),
        velocity=np.fromiter([vector.velocity for vector in vectors], np.float64),
        track=np.fromiter([vector.track for vector in vectors], np.float64),
        altitude=np.fromiter([vector.altitude for vector in vectors], np.float64),
        geo_altitude=np.fromiter([vector.geo_altitude for vector in vectors], np.float64),
        vertical_rate=np.fromiter([vector.vertical_rate for vector in vectors], np.float64),
    )
