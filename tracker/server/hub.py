"""What each viewer is due: a cursor for each instead of a queue; pure.

    fleet ──> advance(now, lost): exits ──> due(viewer): encoded once for each (dialect, cursor, tiles)

A viewer is due every aircraft in its tiles that changed after its cursor, and every key that left them since. So a
slow viewer gets fewer, newer frames, costs no memory, and holds the truth after each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tracker.arrays import Rows
from tracker.geo.boxes import Box, Tiles, tile_of
from tracker.server.dialects import Dialect, Due, News
from tracker.state.fleet import Fleet, Picture
from tracker.stream.protocol import Resume, Subscribe

EXITS_KEPT = 60.0
"""How long removals are remembered, s: a client that was away for longer is sent a snapshot."""


@dataclass(slots=True, eq=False)
class Viewer:
    """A client, as far as frames depend on it."""

    dialect: Dialect
    subscribed: bool = False
    """Whether frames are due; a viewer whose dialect has no `subscribe` is subscribed when it comes."""
    box: Box | None = None
    """None: the world."""
    tiles: Tiles | None = None
    """The tiles that the box touches; None: all."""
    max_hz: float | None = None
    """Frames a second at most; None: as often as there is news."""
    cursor: int | None = None
    """The sequence number up to which it was sent everything; None: a snapshot is due."""


@dataclass(frozen=True, slots=True)
class _Exit:
    """An aircraft left a tile, by flying on or by being lost."""

    seq: int
    at: float
    key: str
    tile: int


class Hub:
    """The frames of a fleet.

    Args:
        fleet: The aircraft that viewers are shown.
        epoch: A name for this run of the server.
    """

    def __init__(self, fleet: Fleet, epoch: str) -> None:
        self.epoch = epoch
        self.seq = 0
        """The fleet's sequence number at the last `advance`."""
        self._fleet = fleet
        self._tiles: dict[str, int] = {}  # key: the tile in which it is
        self._exits: deque[_Exit] = deque()
        self._forgotten = 0  # exits up to here are not remembered
        self._dues: dict[tuple[Dialect, int | None, Tiles | None], Due | None] = {}
        self._changes: dict[int, tuple[Picture, Rows]] = {}

    def advance(self, now: float, lost: Iterable[str] = ()) -> Picture:
        """Take note of how the fleet has changed since the last call, and return the aircraft that did.

        Args:
            now: Monotonic clock, s.
            lost: Keys of the aircraft that the fleet has expired meanwhile.
        """
        before, self.seq = self.seq, self._fleet.seq
        self._dues.clear()
        self._changes.clear()
        changes, tiles = self._changed(before, now)  # nearly all viewers are due these, so they are looked up once
        for key in lost:
            self._exits.append(_Exit(self.seq, now, key, self._tiles.pop(key, -1)))
        for key, tile in zip(changes.key, tiles.tolist(), strict=True):
            left = self._tiles.get(key, tile)
            self._tiles[key] = tile
            if left != tile:
                self._exits.append(_Exit(self.seq, now, key, left))
        while self._exits and self._exits[0].at < now - EXITS_KEPT:
            self._forgotten = self._exits.popleft().seq
        return changes

    def subscribe(self, viewer: Viewer, wish: Subscribe) -> None:
        """Change what a viewer is sent from now on.

        Raises:
            ValueError: The box is outside its limits; the subscription is as it was.
        """
        box = None if wish.bbox is None else Box(*wish.bbox)
        same = viewer.subscribed and viewer.box == box
        if not same:
            cursor = None if viewer.subscribed or wish.resume is None else self._place(wish.resume)
            viewer.subscribed, viewer.box, viewer.cursor = True, box, cursor
            viewer.tiles = None if box is None else box.tiles()
        viewer.max_hz = wish.max_hz

    def due(self, viewer: Viewer, now: float) -> Due | None:
        """Return what brings a viewer up to date, and count it as sent; None where the viewer is up to date."""
        cursor = viewer.cursor
        if cursor is not None and cursor < self._forgotten:
            cursor = None
        viewer.cursor = self.seq
        if cursor == self.seq:
            return None
        wanted = (viewer.dialect, cursor, viewer.tiles)
        if wanted not in self._dues:
            self._dues[wanted] = self._encode(*wanted, now)
        return self._dues[wanted]

    def _place(self, resume: Resume) -> int | None:
        known = resume.epoch == self.epoch and self._forgotten <= resume.seq <= self.seq
        return resume.seq if known else None

    def _encode(self, dialect: Dialect, cursor: int | None, tiles: Tiles | None, now: float) -> Due | None:
        picture, rows = self._rows(-1 if cursor is None else cursor, tiles, now)
        removed = [] if cursor is None else self._removed(cursor, tiles)
        return dialect.encode(News(picture, rows, removed, self.seq, cursor))

    def _changed(self, after: int, now: float) -> tuple[Picture, Rows]:
        """Return the aircraft that changed after a sequence number, and the tile of each."""
        if after not in self._changes:
            picture = self._fleet.changes(now, after, self.seq)  # what came after `advance` is for the next one
            self._changes[after] = picture, tile_of(picture.lat, picture.lon)
        return self._changes[after]

    def _rows(self, after: int, tiles: Tiles | None, now: float) -> tuple[Picture, list[int]]:
        """Return the aircraft that changed after a sequence number, and which of them lie in the tiles."""
        picture, places = self._changed(after, now)
        if tiles is None:
            return picture, list(range(len(picture)))
        return picture, np.flatnonzero(np.isin(places, list(tiles))).tolist()

    def _removed(self, cursor: int, tiles: Tiles | None) -> list[str]:
        """Return the keys that left the tiles after a sequence number and are not back."""
        removed: dict[str, None] = {}
        for one in reversed(self._exits):
            if one.seq <= cursor:
                break
            if tiles is None:
                gone = one.key not in self._tiles
            else:
                gone = one.tile in tiles and self._tiles.get(one.key) not in tiles
            if gone:
                removed[one.key] = None
        return list(removed)
