"""`StateVector`: what one report says of one aircraft, with the limits of its numbers and the aliases of its names.

A vehicle, a vessel or a container is reported alike; only its `kind` and its identity differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

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

Kind = Literal["aircraft", "vehicle", "vessel", "container", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a report can be about; `aircraft` is meant where it does not say."""

PositionSource = Literal["adsb", "mlat", "tisb", "adsc", "flarm", "asterix", "other"]
POSITION_SOURCES: tuple[PositionSource, ...] = get_args(PositionSource)
"""How a position can have been had."""

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


# Texts as the parser takes them without a second look: a part of what is allowed, written as it is on the wire. What
# else is allowed is spelled by `producer.wire.fields`.
_Short = Annotated[str, msgspec.Meta(max_length=64)]  # its spelling is kept in memory, with the text
_Id = Annotated[
    str, msgspec.Meta(pattern=r"^(?!(?i:null|none|nan|n/a)\Z)[0-9A-Za-z](?:[0-9A-Za-z _.:/#-]{0,62}[0-9A-Za-z])?\Z")
]
_Typecode = Annotated[str, msgspec.Meta(pattern=r"^(?!(?:NULL|NONE|NAN)\Z)[0-9A-Z]{2,4}\Z")]
_Registration = Annotated[str, msgspec.Meta(pattern=r"^(?!(?:NULL|NONE|NAN)\Z)[0-9A-Z](?:[0-9A-Z-]{0,10}[0-9A-Z])?\Z")]
_Category = Annotated[str, msgspec.Meta(pattern=r"^[A-D][0-7]\Z")]


class StateVector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All that one report says of one aircraft; it replaces what was known of it.

    Built by `decode` or `validate` it is canonical and within its limits; the constructor itself checks nothing.
    """

    icao24: _Short | None = None
    """24-bit address, 6 hex digits in lower case, `~` before them where it is no ICAO address."""
    callsign: _Short | None = None
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
    squawk: _Short | None = None
    """Transponder code, 4 octal digits."""
    time: Annotated[float, _within("time")] | None = None
    """Event time: when this was true, s since 1970, UTC; absent: the Kafka record's timestamp."""
    id: _Id | None = None
    """1-64 printable characters; the identity of what has neither address nor callsign."""
    kind: Kind | None = None
    """What it is, one of `KINDS`; absent: as last reported, at first an aircraft."""
    position_source: PositionSource | None = None
    """How this position was had, one of `POSITION_SOURCES`."""
    typecode: _Typecode | None = None
    """ICAO type designator, 2-4 letters and digits, upper case."""
    registration: _Registration | None = None
    """1-12 printable characters, upper case."""
    category: _Category | None = None
    """Emitter category of ADS-B, `A0` to `D7`."""

    @property
    def key(self) -> str:
        """Identity: `icao24`, else `cs:` and the callsign, else `id:` and the id; the id first for what is no aircraft.

        A report without a `kind` is about an aircraft here, whatever others say: the key follows from it alone.
        """
        if self.icao24:
            return self.icao24
        if self.id and (self.callsign is None or self.kind not in (None, "aircraft")):
            return f"id:{self.id}"
        return f"cs:{self.callsign}"


FIELDS = StateVector.__struct_fields__
"""The names on the wire, in order."""

NAMES = tuple(name for field in FIELDS for name in (field, *ALIASES.get(field, ())))
"""Every name that a field may come under."""
