"""`Reports`: what some aircraft say, as columns, and as the state vectors that are published."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producer.wire import StateVector

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Reports:
    """What some aircraft say, each at its own time, as columns of n reports, rounded as they are published.

    Attributes:
        time: s after the start, (n,) float64, rising.
        icao24: (n,) str objects.
        callsign: (n,) str objects.
        squawk: (n,) str objects.
        lat: Degrees, (n,) float64.
        lon: Degrees, (n,) float64.
        velocity: m/s, (n,) float64.
        track: Degrees, [0, 360), (n,) float64.
        altitude: m, (n,) float64.
        vertical_rate: m/s, (n,) float64.
        on_ground: (n,) bool.
    """

    time: _Floats
    icao24: NDArray[np.object_]
    callsign: NDArray[np.object_]
    squawk: NDArray[np.object_]
    lat: _Floats
    lon: _Floats
    velocity: _Floats
    track: _Floats
    altitude: _Floats
    vertical_rate: _Floats
    on_ground: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.time)

    def states(self, start: float) -> list[StateVector]:
        """Give state vectors, with event times from `start`, s since 1970, on."""
        columns = (getattr(self, field.name) for field in dataclasses.fields(self)[1:])
        return [
            StateVector(
                icao24=icao24,
                callsign=callsign,
                lat=lat,
                lon=lon,
                velocity=velocity,
                track=track,
                altitude=altitude,
                vertical_rate=vertical_rate,
                on_ground=on_ground,
                squawk=squawk,
                time=when,
            )
            for (
                when,
                icao24,
                callsign,
                squawk,
                lat,
                lon,
                velocity,
                track,
                altitude,
                vertical_rate,
                on_ground,
            ) in zip(np.round(start + self.time, 3).tolist(), *(column.tolist() for column in columns), strict=True)
        ]
