"""The fleet as rows: which aircraft are asked for, and what an answer says of each; pure.

Picture ──> Filter.rows ──> flights / features ──> msgspec.json
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from producer.wire import ICAO24, MAX_CALLSIGN
from tracker.arrays import Rows
from tracker.feed.batch import NUMBERS, TEXTS
from tracker.geo.boxes import Box, parse_box
from tracker.server.schemas import State
from tracker.state.fleet import Picture
from tracker.state.window import Reports

_SHOWN = 60  # characters of a refused value

_STATE = tuple(State.model_fields)
_TRACK = ("time", *NUMBERS, "on_ground", *TEXTS)
_KNOWN = np.array([False, True, None], np.object_)  # by `on_ground`: 0, 1, and -1, which is the last

# Rows as the models of `tracker.server.schemas` describe them, in a form that is made and encoded 10,000 at a time.
_Flight = msgspec.defstruct("_Flight", ["key", "lat", "lon", *_STATE], gc=False)
_Properties = msgspec.defstruct("_Properties", _STATE, gc=False)
_Point = msgspec.defstruct("_Point", ["coordinates"], tag="Point", gc=False)
_Feature = msgspec.defstruct("_Feature", ["id", "geometry", "properties"], tag="Feature", gc=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which aircraft are asked for: those that pass all of it."""

    box: Box | None = None
    callsign: str = ""
    """What the callsign begins with, in upper case."""
    icao24: frozenset[str] | None = None

    def rows(self, picture: Picture) -> Rows:
        """Return where in a picture they stand, ascending."""
        wanted = np.ones(len(picture), np.bool_)
        if self.box is not None:
            wanted &= self.box.contains(picture.lat, picture.lon)
        if self.callsign:
            begins = [text is not None and text.startswith(self.callsign) for text in picture.callsign]
            wanted &= np.array(begins, np.bool_)
        if self.icao24 is not None:
            wanted &= np.array([key in self.icao24 for key in picture.key], np.bool_)
        return np.flatnonzero(wanted)


def parse_filter(bbox: str = "", callsign: str = "", icao24: str = "") -> Filter:
    """Return a filter out of what a client wrote, which OpenAPI describes alike; what is empty filters nothing.

    Args:
        bbox: `west,south,east,north`, deg; where west is above east it crosses the antimeridian.
        callsign: What it begins with, in either case.
        icao24: Addresses in either case, separated by commas.

    Raises:
        ValueError: One of them can match nothing, with a sentence that names the value and the limit.
    """
    if len(callsign) > MAX_CALLSIGN:
        raise ValueError(f"callsign = {callsign[:_SHOWN]!r}: at most {MAX_CALLSIGN} characters are allowed")
    addresses = [address.strip(" ").lower() for address in icao24.split(",")] if icao24.strip(" ") else []
    for address in addresses:
        if not ICAO24.fullmatch(address):
            raise ValueError(
                f"icao24 = {address[:_SHOWN]!r}: 6 hex digits are needed, after a ~ where it is no ICAO address; "
                "several are separated by commas"
            )
    return Filter(
        box=parse_box(bbox) if bbox.strip(" ") else None,
        callsign=callsign.strip().upper(),
        icao24=frozenset(addresses) if addresses else None,
    )


def flights(picture: Picture, rows: Rows) -> list[msgspec.Struct]:
    """Return these rows as `schemas.Flight` describes them; a number that is not known is NaN, in JSON null."""
    return _structs(_Flight, picture, rows)


def features(picture: Picture, rows: Rows) -> list[msgspec.Struct]:
    """Return these rows as `schemas.Feature` describes them."""
    places = zip(*(_column(picture, name, rows) for name in ("lon", "lat", "geo_altitude")), strict=True)
    points = [_Point((lon, lat) if height != height else (lon, lat, height)) for lon, lat, height in places]  # NaN
    return list(map(_Feature, _column(picture, "key", rows), points, _structs(_Properties, picture, rows)))


def track_columns(reports: Reports) -> dict[str, list[Any]]:
    """Return a copy of the columns as `schemas.TrackColumns` describes them."""
    columns: dict[str, list[Any]] = {}
    for name in _TRACK:
        values = reports.columns[name]
        if name in reports.categories:
            texts = [*reports.categories[name].by_code, None]  # ABSENT is the last
            columns[name] = [texts[code] for code in values.tolist()]
        else:
            columns[name] = _plain(name, values)
    return columns


def _structs(kind: type[msgspec.Struct], picture: Picture, rows: Rows) -> list[msgspec.Struct]:
    return list(map(kind, *(_column(picture, name, rows) for name in kind.__struct_fields__)))


def _column(picture: Picture, name: str, rows: Rows) -> list[Any]:
    if name == "heard":
        return np.maximum(picture.age[rows], 0.0).round(3).tolist()  # type: ignore[no-any-return]
    values = getattr(picture, name)
    if isinstance(values, list):
        return values if len(rows) == len(values) else [values[row] for row in rows.tolist()]
    return _plain(name, values[rows])


def _plain(name: str, values: npt.NDArray[Any]) -> list[Any]:
    plain: list[Any] = (_KNOWN[values] if name == "on_ground" else values).tolist()
    return plain
