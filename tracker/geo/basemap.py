"""Land and borders without a network: Natural Earth's 1:110 million outlines, cut so that they can be drawn on a plane.

    data/natural_earth/countries-110m.json (TopoJSON) ──> land(), borders() ──> geojson() ──> the live map
                                                                           └──> the still picture

The file's rings run across the antimeridian and around the pole; drawn as they are they lay bars across the map. Here
each ring is unrolled into one that never jumps, and cut from 270 degrees west to 270 degrees east, so that a map has
land to both sides wherever its middle is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Ring = list[Point]
"""Points of longitude and latitude, deg; closed: the last is the first."""

EDGE = 270.0
"""How far to the west and the east the outlines reach, deg."""

SEA_COLOUR = "#d4e4ee"
LAND_COLOUR = "#f4f1ea"
BORDER_COLOUR = "#b9b2a6"


@cache
def _topology() -> Any:  # noqa: ANN401 - JSON
    file = resources.files("tracker") / "data" / "natural_earth" / "countries-110m.json"
    return json.loads(file.read_text(encoding="utf-8"))


@cache
def _arcs() -> list[Ring]:
    """Return the file's arcs: each is stored as differences of whole numbers, to be scaled and moved."""
    topology = _topology()
    (x_scale, y_scale), (x_shift, y_shift) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for deltas in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((x * x_scale + x_shift, y * y_scale + y_shift))
        arcs.append(arc)
    return arcs


def _join(indices: list[int]) -> Ring:
    """Return one ring from the arcs that it consists of; `~i` means arc i backwards."""
    ring: Ring = []
    for index in indices:
        arc = _arcs()[index] if index >= 0 else _arcs()[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def unroll(ring: Ring) -> Ring:
    """Remove a ring's jump at the antimeridian: longitudes may exceed 180. One around a pole is led over it."""
    flat: Ring = []
    turn, before = 0.0, ring[0][0]
    for x, y in ring:
        step = x - before
        turn += -360.0 if step > 180 else 360.0 if step < -180 else 0.0
        before = x
        flat.append((x + turn, y))
    if abs(flat[-1][0] - flat[0][0]) > 300:
        pole = -90.0 if flat[0][1] < 0 else 90.0
        flat += [(flat[-1][0], pole), (flat[0][0], pole), flat[0]]
    return flat


def _cut_side(ring: Ring, edge: float, sign: int) -> Ring:
    """Return the part of a ring on one side of a meridian (Sutherland and Hodgman); `sign` is 1 to keep the west."""
    kept: Ring = []
    for (x0, y0), (x1, y1) in pairwise(ring):
        inside, next_inside = sign * x0 <= sign * edge, sign * x1 <= sign * edge
        if inside:
            kept.append((x0, y0))
        if inside != next_inside:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
    return [*kept, kept[0]] if kept else []


def cut(ring: Ring) -> Ring:
    """Return the part of an unrolled ring between the two edges; empty where nothing of it is."""
    west = _cut_side(ring, EDGE, 1)
    return _cut_side(west, -EDGE, -1) if west else []


def _polygons() -> Iterator[list[list[int]]]:
    for geometry in _topology()["objects"]["land"]["geometries"]:
        yield from geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]


@cache
def land() -> tuple[tuple[Ring, ...], ...]:
    """Every piece of land: its outline, then the outlines of the seas within."""
    pieces = []
    for polygon in _polygons():
        rings = [unroll(_join(indices)) for indices in polygon]
        for shift in (-360.0, 0.0, 360.0):
            moved = [cut([(x + shift, y) for x, y in ring]) for ring in rings]
            if moved[0]:
                pieces.append(tuple(ring for ring in moved if ring))
    return tuple(pieces)


@cache
def borders() -> tuple[Ring, ...]:
    """Return the lines where two countries meet; not closed."""
    neighbours: defaultdict[int, set[int]] = defaultdict(set)
    for number, geometry in enumerate(_topology()["objects"]["countries"]["geometries"]):
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for index in (index for polygon in polygons for ring in polygon for index in ring):
            neighbours[index if index >= 0 else ~index].add(number)
    lines = []
    for index in sorted(index for index, countries in neighbours.items() if len(countries) > 1):
        line = unroll(_arcs()[index])
        moved = ([(x + shift, y) for x, y in line] for shift in (-360.0, 0.0, 360.0))
        lines += [points for points in moved if all(abs(x) <= EDGE for x, _ in points)]
    return tuple(lines)


def _rounded(line: Ring) -> list[list[float]]:
    # A hundredth of a degree is a tenth of the outlines' own precision.
    return [[round(x, 2), round(y, 2)] for x, y in line]


def _feature(kind: str, coordinates: list[Any], style: dict[str, Any]) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"style": style}, "geometry": geometry}


def geojson(pane: str) -> dict[str, Any]:
    """Sea, land and borders as three GeoJSON features, each with its Leaflet style in `properties.style`.

    Args:
        pane: The Leaflet pane to draw in. None of the features reacts to the mouse.
    """
    quiet = {"pane": pane, "interactive": False}
    sea = [[[-EDGE, -90], [EDGE, -90], [EDGE, 90], [-EDGE, 90], [-EDGE, -90]]]
    pieces = [[_rounded(ring) for ring in piece] for piece in land()]
    fill = {"stroke": False, "fillOpacity": 1, **quiet}
    features = [
        _feature("Polygon", sea, {"fillColor": SEA_COLOUR, **fill}),
        _feature("MultiPolygon", pieces, {"fillColor": LAND_COLOUR, **fill}),
        _feature(
            "MultiLineString",
            [_rounded(line) for line in borders()],
            {"color": BORDER_COLOUR, "weight": 1, "fill": False, **quiet},
        ),
    ]
    return {"type": "FeatureCollection", "features": features}
