"""Boxes of latitude and longitude, and the coarse tiles that they are widened to; pure.

Viewers whose boxes touch the same tiles are sent the same frames, which are therefore encoded once.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TILE = 10.0
"""Width and height of a tile, deg."""
_COLUMNS, _ROWS = round(360 / TILE), round(180 / TILE)
TILES = _COLUMNS * _ROWS

_NUMBER = r" *-?\d{1,3}(\.\d+)? *"
BOX_PATTERN = rf"{_NUMBER}(,{_NUMBER}){{3}}"
"""A box as text, `"west,south,east,north"`: a regular expression in the syntax of Python and of OpenAPI."""
_is_box = re.compile(BOX_PATTERN, re.ASCII).fullmatch

Tiles = frozenset[int]
"""Numbers of tiles, 0 to `TILES` - 1."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the map, edges included, deg; where west is above east it crosses the antimeridian.

    Raises:
        ValueError: A number is outside its limits, with a sentence that names it.
    """

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        limits = {"west": 180.0, "south": 90.0, "east": 180.0, "north": 90.0}
        for name, limit in limits.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and -limit <= value <= limit):
                raise ValueError(f"bbox: {name} = {value!r}: {-limit:g} to {limit:g} is allowed")
        if self.south > self.north:
            raise ValueError(f"bbox: south = {self.south!r}: at most north ({self.north!r}) is allowed")

    @property
    def width(self) -> float:
        """From west to east, deg."""
        return self.east - self.west + (360.0 if self.east < self.west else 0.0)

    def contains(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Return whether positions lie inside: bool of their common shape."""
        lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
        inside: npt.NDArray[np.bool_] = (lat >= self.south) & (lat <= self.north) & self._spans(lon)
        return inside

    def tiles(self) -> Tiles:
        """Return the tiles that it touches."""
        # From the edges themselves: west + width may round to just below an east that begins a tile.
        first = math.floor((self.west + 180.0) / TILE)
        last = math.floor((self.east + 180.0) / TILE) + (_COLUMNS if self.east < self.west else 0)
        columns = {column % _COLUMNS for column in range(first, last + 1)}
        rows = range(_row(self.south), _row(self.north) + 1)
        return frozenset(row * _COLUMNS + column for row in rows for column in columns)

    def _spans(self, lon: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return whether longitudes lie between west and east; by comparison, so that nothing is rounded."""
        crosses = self.east < self.west
        east_of_west, west_of_east = lon >= self.west, lon <= self.east
        spans: npt.NDArray[np.bool_] = east_of_west | west_of_east if crosses else east_of_west & west_of_east
        if crosses or 180.0 in (-self.west, self.west, self.east):
            spans = spans | (np.abs(lon) == 180.0)  # 180 and -180 are one meridian
        return spans


def parse_box(text: str) -> Box:
    """Read a box from `"west,south,east,north"`, deg, in decimal notation.

    Raises:
        ValueError: The text is not four such numbers, or one is outside its limits, with a sentence that says which.
    """
    if not _is_box(text):  # `float` takes more, such as 1_0, 1e1 and nan
        raise ValueError(f"bbox = {text[:60]!r}: four numbers are needed: west,south,east,north in degrees")
    west, south, east, north = map(float, text.split(","))
    return Box(west, south, east, north)


def tile_of(lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the number of the tile in which each position lies, shape (n,)."""
    rows = np.minimum(((lat + 90.0) / TILE).astype(np.intp), _ROWS - 1)
    columns = ((lon + 180.0) / TILE).astype(np.intp) % _COLUMNS
    tiles: npt.NDArray[np.intp] = rows * _COLUMNS + columns
    return tiles


def _row(lat: float) -> int:
    return min(math.floor((lat + 90.0) / TILE), _ROWS - 1)
