"""`StateVector`: what one report says of one aircraft, with the limits of its numbers and the aliases of its names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

MAX_TIME = 4_102_444_800.0
"""The latest event time, s since 1970: the start of the year 2100. An earlier limit tells seconds from milliseconds."""

MAX_MAGNITUDE = 1e9
"""The largest speed (m/s) or altitude (m): nothing that flies comes near, and no conversion of units overflows."""

LIMITS: Mapping[str, tuple[float, float]] = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "velocity": (0.0, MAX_MAGNITUDE),
    "track": (0.0, 360.0),
    "altitude": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "geo_altitude": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "vertical_rate": (-MAX_MAGNITUDE, MAX_MAGNITUDE),
    "time": (0.0, MAX_TIME),
}
"""The least and greatest value of each number, in the unit of its field."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "callsign": ("flight",),
    "lat": ("latitude",),
    "lon": ("longitude",),
    "track": ("true_track", "heading"),
    "altitude": ("baro_altitude",),
    "time": ("timestamp",),
}
"""Names that `decode` takes, in this order, where the field's own name is absent or null."""


def _within(name: str) -> msgspec.Meta:
    low, high = LIMITS[name]
    return msgspec.Meta(ge=low, le=high)


class StateVector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All that one report says of one aircraft; it replaces what was known of it.

    Built by `decode` or `validate` it is canonical and within its limits; the constructor itself checks nothing.
    """

    icao24: str | None = None
    """24-bit address, 6 hex digits in lower case, `~` before them where it is no ICAO address."""
    callsign: str | None = None
    """1-16 characters, trimmed, upper case, no formula of a spreadsheet; the identity where there is no `icao24`."""
    lat: Annotated[float, _within("lat")]
    """WGS84 latitude, degrees, -90..90."""
    lon: Annotated[float, _within("lon")]
    """WGS84 longitude, degrees, -180..180."""
    velocity: Annotated[float, _within("velocity")] | None = None
    """Ground speed, m/s, >= 0."""
    track: Annotated[float, msgspec.Meta(ge=0.0, lt=360.0)] | None = None
    """Direction of motion over ground, degrees clockwise from true north, [0, 360)."""
    altitude: Annotated[float, _within("altitude")] | None = None
    """Barometric altitude, metres."""
    geo_altitude: Annotated[float, _within("geo_altitude")] | None = None
    """Geometric altitude above the WGS84 ellipsoid, metres."""
    vertical_rate: Annotated[float, _within("vertical_rate")] | None = None
    """Vertical rate, m/s, up is positive."""
    on_ground: bool | None = None
    """Whether the aircraft is on the ground."""
    squawk: str | None = None
    """Transponder code, 4 octal digits."""
    time: Annotated[float, _within("time")] | None = None
    """Event time: when this was true, s since 1970, UTC; absent: the Kafka record's timestamp."""

    @property
    def key(self) -> str:
        """Identity of the aircraft: `icao24`, else `cs:` and the callsign."""
        return self.icao24 or f"cs:{self.callsign}"


FIELDS = StateVector.__struct_fields__
"""The names on the wire, in order."""

NAMES = tuple(name for field in FIELDS for name in (field, *ALIASES.get(field, ())))
"""Every name that a field may come under."""
