"""The fleet as rows: which aircraft are asked for, and what an answer says of each; pure.

Picture ──> Filter.rows ──> flights / features ──> msgspec.json
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from producer.wire import KINDS, MAX_CALLSIGN, POSITION_SOURCES
from tracker.arrays import Rows
from tracker.feed.batch import DESCRIPTION, NUMBERS, TEXTS
from tracker.geo.boxes import Box, parse_box
from tracker.server.schemas import State
from tracker.state.fleet import Picture, id_of
from tracker.state.window import Reports

ADDRESS, TYPECODE = "~?[0-9A-Fa-f]{6}", "[0-9A-Za-z]{2,4}"
"""Patterns of an `icao24` and a `typecode` that are asked for."""

_SHOWN = 60  # characters of a refused value

_STATE = tuple(State.model_fields)
_TRACK = ("time", *NUMBERS, "on_ground", *TEXTS, "position_source")
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
    kind: frozenset[str] | None = None
    """Some of `producer.wire.KINDS`."""
    typecode: frozenset[str] | None = None
    """In upper case."""
    position_source: frozenset[str] | None = None
    """Some of `producer.wire.POSITION_SOURCES`."""

    def rows(self, picture: Picture) -> Rows:
        """Return where in a picture they stand, ascending."""
        wanted = np.ones(len(picture), np.bool_)
        if self.box is not None:
            wanted &= self.box.contains(picture.lat, picture.lon)
        if self.callsign:
            begins = [text is not None and text.startswith(self.callsign) for text in picture.callsign]
            wanted &= np.array(begins, np.bool_)
        for values, allowed in (
            (picture.key, self.icao24),
            (picture.kind, self.kind),
            (picture.typecode, self.typecode),
            (picture.position_source, self.position_source),
        ):
            if allowed is not None:
                wanted &= np.array([value in allowed for value in values], np.bool_)
        return np.flatnonzero(wanted)


def parse_filter(
    bbox: str = "", callsign: str = "", icao24: str = "", kind: str = "", typecode: str = "", position_source: str = ""
) -> Filter:
    """Return a filter out of what a client wrote, which OpenAPI describes alike; what is empty filters nothing.

    Args:
        bbox: `west,south,east,north`, deg; where west is above east it crosses the antimeridian.
        callsign: What it begins with, in either case.
        icao24: Addresses in either case, separated by commas; so are the values of all that follow.
        kind: What it may be.
        typecode: ICAO type designators, in either case.
        position_source: How the position may have been had.

    Raises:
        ValueError: One of them can match nothing, with a sentence that names the value and the limit.
    """
    if len(callsign) > MAX_CALLSIGN:
        raise ValueError(f"callsign = {callsign[:_SHOWN]!r}: at most {MAX_CALLSIGN} characters are allowed")
    needed = "6 hex digits are needed, after a ~ where it is no ICAO address"
    return Filter(
        box=parse_box(bbox) if bbox.strip(" ") else None,
        callsign=callsign.strip().upper(),
        icao24=_parse_list("icao24", icao24, ADDRESS, needed, str.lower),
        kind=_parse_list("kind", kind, "|".join(KINDS), f"one of {', '.join(KINDS)} is needed"),
        typecode=_parse_list("typecode", typecode, TYPECODE, "2 to 4 letters and digits are needed", str.upper),
        position_source=_parse_list(
            "position_source",
            position_source,
            "|".join(POSITION_SOURCES),
            f"one of {', '.join(POSITION_SOURCES)} is needed",
        ),
    )


def _parse_list(
    name: str, text: str, pattern: str, needed: str, spell: Callable[[str], str] = str
) -> frozenset[str] | None:
    """Return texts that are separated by commas, each of which has to match the pattern; None: there are none."""
    if not text.strip(" "):
        return None
    values = [value.strip(" ") for value in text.split(",")]
    for value in values:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{name} = {value[:_SHOWN]!r}: {needed}; several are separated by commas")
    return frozenset(map(spell, values))


def flights(picture: Picture, rows: Rows) -> list[msgspec.Struct]:
    """Return these rows as `schemas.Flight` describes them; a number that is not known is NaN, in JSON null."""
    return _structs(_Flight, picture, rows)


def features(picture: Picture, rows: Rows) -> list[msgspec.Struct]:
    """Return these rows as `schemas.Feature` describes them."""
    places = zip(*(_column(picture, name, rows) for name in ("lon", "lat", "geo_altitude")), strict=True)
    points = [_Point((lon, lat) if height != height else (lon, lat, height)) for lon, lat, height in places]  # NaN
    return list(map(_Feature, _column(picture, "key", rows), points, _structs(_Properties, picture, rows)))


def describe(reports: Reports) -> dict[str, str | None]:
    """Return what is known of the aircraft of a track beside its reports, by field.

    Args:
        reports: At least one, all of one key.
    """
    key = reports.columns["key"][0]
    known = ((field, reports.descriptions[field]) for field in DESCRIPTION)
    return {field: [*coded.categories.by_code, None][coded.codes[key]] for field, coded in known}  # ABSENT is the last


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
    if name == "id":
        return [id_of(picture.key[row]) for row in rows.tolist()]  # of these rows alone: a list is made in short turns
    values = getattr(picture, name)
    if isinstance(values, list):
        return values if len(rows) == len(values) else [values[row] for row in rows.tolist()]
    return _plain(name, values[rows])


def _plain(name: str, values: npt.NDArray[Any]) -> list[Any]:
    plain: list[Any] = (_KNOWN[values] if name == "on_ground" else values).tolist()
    return plain
