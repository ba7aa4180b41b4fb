"""Which objects a map shows, and as what; pure.

Picture, view, limit ──> choose: rows ──> looks: where each stands, how it is turned, which symbol it has
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tracker.arrays import Floats
from tracker.geo.mercator import project
from tracker.jupyter.map.shapes import shape_of, turns
from tracker.jupyter.map.symbols import Scale, Symbol, classify
from tracker.jupyter.words import EMERGENCIES, emergency
from tracker.state.fleet import Picture

STEP = 1.0
"""A marker that would move by less than this is left where it is, px; at zoom 7 a jet flies three seconds for it."""


def choose(
    picture: Picture,
    lon: Floats,
    drawn: Collection[str],
    bounds: tuple[Any, ...],
    limit: int,
    followed: int | None = None,
) -> npt.NDArray[np.int64]:
    """Return the rows of `picture` to draw, at most `limit`; see `LiveMap` for which come first.

    Args:
        picture: The objects; those without a finite position are never drawn.
        lon: Their longitudes as drawn, deg, shape (n,); may lie beyond 180.
        drawn: The keys that are drawn now.
        bounds: ((south, west), (north, east)) of the view, deg; empty or without an area where it is not known.
        limit: Rows at most.
        followed: The row that comes before all others, if any.
    """
    known = np.isfinite(picture.lat) & np.isfinite(lon)
    seen = known
    if bounds and bounds[0][0] < bounds[1][0] and bounds[0][1] < bounds[1][1]:
        (south, west), (north, east) = bounds
        with np.errstate(invalid="ignore"):
            seen = (picture.lat >= south) & (picture.lat <= north) & ((lon - west) % 360.0 <= east - west)
    held = np.fromiter((key in drawn for key in picture.key), np.bool_, len(picture))
    rank = np.where(known, np.where(seen, 0, 2) + np.where(held, 0, 1), 4)
    for row, squawk in enumerate(picture.squawk):
        if squawk in EMERGENCIES and seen[row] and known[row] and picture.kind[row] == "aircraft":
            rank[row] = -1
    if followed is not None and known[followed]:
        rank[followed] = -2
    first = np.argsort(rank, kind="stable")[: max(limit, 0)]
    return first[rank[first] < 4]


class Look(NamedTuple):
    """How one object is to be drawn."""

    row: int
    """In the picture."""
    location: list[float]
    """Latitude and longitude, deg."""
    pixel: tuple[float, float]
    """The same in pixels of the world at the zoom of the map."""
    angle: float
    """Clockwise from north, whole degrees; 0 for a symbol that has no direction."""
    symbol: Symbol
    zoom: float


def looks(picture: Picture, lon: Floats, rows: npt.NDArray[np.int64], zoom: float, scale: Scale) -> dict[str, Look]:
    """Return how to draw these rows, by key, in their order; `lon` are the longitudes as drawn, deg."""
    lat, lon, track = picture.lat[rows], lon[rows], picture.track[rows]
    x, y = project(lat, lon, zoom)
    angle = np.round(np.where(np.isfinite(track), track, 0.0)) % 360.0
    classes = classify(picture, scale)[rows]
    columns = zip(
        rows.tolist(), lat.tolist(), lon.tolist(), x.tolist(), y.tolist(), angle.tolist(), classes.tolist(), strict=True
    )  # fmt: skip
    looks = {}
    for row, a, b, c, d, turn, colour in columns:
        symbol = symbol_of(picture, row, colour)
        looks[picture.key[row]] = Look(row, [a, b], (c, d), turn if turns(symbol.shape) else 0.0, symbol, zoom)
    return looks


def symbol_of(picture: Picture, row: int, colour: int) -> Symbol:
    """Return the symbol of an object whose colour class is known."""
    shape = shape_of(picture.kind[row], picture.category[row], pointing=bool(np.isfinite(picture.track[row])))
    return Symbol(colour, shape, emergency(picture, row) is not None)
