"""The answers of the HTTP API as OpenAPI describes them: the wire's names, in SI units; null is a value not known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from producer.wire.state import Kind, PositionSource

_DESCRIBED = ConfigDict(use_attribute_docstrings=True)

Longitude = Annotated[float, Field(ge=-180, le=180, examples=[-73.7789])]
Latitude = Annotated[float, Field(ge=-90, le=90, examples=[40.6398])]


class State(BaseModel):
    """What is known of an aircraft, or of what else the topic tells, but for its key and its place."""

    model_config = _DESCRIBED

    icao24: Annotated[str | None, Field(examples=["a1b2c3"])]
    """24-bit address, 6 hex digits; `~` before them where it is no ICAO address."""
    callsign: Annotated[str | None, Field(examples=["JBU123"])]
    velocity: Annotated[float | None, Field(ge=0, examples=[231.5])]
    """Ground speed, m/s."""
    track: Annotated[float | None, Field(ge=0, lt=360, examples=[271.0])]
    """Direction of motion over ground, deg clockwise from true north."""
    altitude: Annotated[float | None, Field(examples=[10668.0])]
    """Barometric, m."""
    geo_altitude: Annotated[float | None, Field(examples=[10972.8])]
    """Above the WGS84 ellipsoid, m."""
    vertical_rate: Annotated[float | None, Field(examples=[-3.25])]
    """m/s, up is positive."""
    on_ground: Annotated[bool | None, Field(examples=[False])]
    squawk: Annotated[str | None, Field(examples=["0421"])]
    """Transponder code, 4 octal digits."""
    id: Annotated[str | None, Field(examples=["TRUCK-7"])]
    """Identity of what has no other, where it is the key."""
    kind: Annotated[Kind, Field(examples=["aircraft"])]
    """What it is; this and the three that follow are the newest that was ever reported."""
    typecode: Annotated[str | None, Field(examples=["A320"])]
    """ICAO type designator."""
    registration: Annotated[str | None, Field(examples=["F-GKXA"])]
    category: Annotated[str | None, Field(examples=["A3"])]
    """Emitter category of ADS-B, `A0` to `D7`."""
    position_source: Annotated[PositionSource | None, Field(examples=["adsb"])]
    """How the position was had."""
    time: Annotated[float, Field(examples=[1700000000.0])]
    """When this was true, s since 1970, UTC."""
    heard: Annotated[float, Field(ge=0, examples=[0.412])]
    """How long ago the server last heard of it, s, whatever its clock says; while the broker is away this stands
    still."""
    stale: Annotated[bool, Field(examples=[False])]
    """Not heard of for a while; all are while the broker cannot be reached."""


class Flight(State):
    """An aircraft, or what else the topic tells of: `kind` says which."""

    key: Annotated[str, Field(examples=["a1b2c3"])]
    """Its name everywhere here: `icao24`, else `cs:` and the callsign, else `id:` and the id; the id comes before the
    callsign where `kind` is no aircraft."""
    lat: Latitude
    """deg, WGS84."""
    lon: Longitude
    """deg, WGS84."""


class Flights(BaseModel):
    """The aircraft that are not lost, and that the filters let pass."""

    model_config = _DESCRIBED

    time: Annotated[float, Field(examples=[1700000000.5])]
    """The server's clock, s since 1970, UTC."""
    connected: Annotated[bool, Field(examples=[True])]
    """Whether the broker answers; if not, all are stale."""
    flights: list[Flight]


class Point(BaseModel):
    """A place (RFC 7946)."""

    model_config = _DESCRIBED

    type: Literal["Point"]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=3, examples=[[-73.7789, 40.6398, 10972.8]])]
    """Longitude and latitude, deg; then the height above the WGS84 ellipsoid (`geo_altitude`), m, where it is known."""


class Feature(BaseModel):
    """An aircraft (RFC 7946)."""

    model_config = _DESCRIBED

    type: Literal["Feature"]
    id: Annotated[str, Field(examples=["a1b2c3"])]
    """The key."""
    geometry: Point
    properties: State


class FeatureCollection(BaseModel):
    """The aircraft that are not lost, and that the filters let pass (RFC 7946)."""

    model_config = _DESCRIBED

    type: Literal["FeatureCollection"]
    features: list[Feature]


class TrackColumns(BaseModel):
    """Lists of one length, a report a place, in the order of time; units as in `Flight`."""

    model_config = _DESCRIBED

    time: list[float]
    """When it was true, s since 1970, UTC."""
    lat: list[Latitude]
    lon: list[Longitude]
    velocity: list[float | None]
    track: list[float | None]
    altitude: list[float | None]
    geo_altitude: list[float | None]
    vertical_rate: list[float | None]
    on_ground: list[bool | None]
    callsign: list[str | None]
    squawk: list[str | None]
    position_source: list[PositionSource | None]


class Track(BaseModel):
    """The reports of one aircraft that the window holds, and what it is."""

    model_config = _DESCRIBED

    key: Annotated[str, Field(examples=["a1b2c3"])]
    kind: Kind
    typecode: str | None
    registration: str | None
    category: str | None
    columns: TrackColumns


class Healthy(BaseModel):
    """The process answers."""

    ok: Literal[True]


class Ready(BaseModel):
    """What the log held at the start has been read."""

    model_config = _DESCRIBED

    ready: Literal[True]
    connected: bool
    """Whether the broker answers at this moment; what is held is served in any case."""
    lag: int | None
    """Records in the log that are not read yet."""
    degraded: bool
    """Whether what is served may be stale or incomplete, because the broker is away or most reports are refused. A
    balancer should keep the server: all others read the same topic."""
    reason: str | None
    """Why it is degraded, in a sentence."""


class Refused(BaseModel):
    """Why there is no answer."""

    model_config = _DESCRIBED

    detail: Annotated[str, Field(examples=["bbox: west = 200.0: -180 to 180 is allowed"])]
    """A sentence that names the value and its limit."""
