"""Who is due what: a cursor for each viewer instead of a queue; pure.

    fleet ──> advance(now, lost): exits ──> due(viewer): encoded once for each (dialect, cursor, tiles)

What is due to a viewer is every aircraft in its tiles that changed after its cursor, and every key that left them
since. So one who is slow gets fewer, newer frames, costs no memory, and holds the truth after each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from tracker.arrays import Rows
from tracker.feed.batch import FLOATS
from tracker.geo.boxes import Box, Tiles, tile_of
from tracker.state.fleet import Fleet, Picture
from tracker.stream.protocol import DIALECT, Columns, Delta, Resume, Snapshot, Subscribe, encode, prepare

EXITS_KEPT = 60.0
"""How long removals are remembered, s: a client that was away for longer is sent a snapshot."""

PLAIN = "plain"
"""The dialect without a name, as in metrics."""
_SENT = FLOATS[1:]  # all but `published`


@dataclass(slots=True, eq=False)
class Viewer:
    """What is known of one that looks on."""

    columns: bool
    """Whether it speaks `flights.v1.json`, and not the plain dialect."""
    wants: bool = False
    """Whether it has asked for frames; a plain viewer does by coming."""
    box: Box | None = None
    """None: the world."""
    tiles: Tiles | None = None
    max_hz: float | None = None
    cursor: int | None = None
    """The sequence number up to which it was sent all; None: a snapshot is due."""

    @property
    def dialect(self) -> str:
        """As in metrics."""
        return DIALECT if self.columns else PLAIN


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """What is to be sent, as it goes over the wire; one object for all viewers to whom the same is due."""

    data: bytes
    dialect: str
    kind: str
    """`snapshot` or `delta`."""
    frames: int
    rows: int


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
        fleet: What viewers are shown.
        epoch: Names this run.
    """

    def __init__(self, fleet: Fleet, epoch: str) -> None:
        self.epoch = epoch
        self.seq = 0
        """Of the fleet, at the last `advance`."""
        self._fleet = fleet
        self._tiles: dict[str, int] = {}  # key: where it is
        self._exits: deque[_Exit] = deque()
        self._forgotten = 0  # exits up to here are not remembered
        self._dues: dict[tuple[bool, int | None, Tiles | None], Due | None] = {}
        self._changes: dict[int, tuple[Picture, Rows]] = {}

    def advance(self, now: float, lost: Iterable[str] = ()) -> Picture:
        """Take note of what the fleet has become, and of the keys that it lost; what has changed since."""
        before, self.seq = self.seq, self._fleet.seq
        self._dues.clear()
        self._changes.clear()
        changes, tiles = self._changed(before, now)  # what nearly all viewers are due, so it is looked up once
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
        """Do as a viewer wishes from now on.

        Raises:
            ValueError: The box is none.
        """
        box = None if wish.bbox is None else Box(*wish.bbox)
        same = viewer.wants and viewer.box == box
        if not same:
            cursor = None if viewer.wants or wish.resume is None else self._place(wish.resume)
            viewer.wants, viewer.box, viewer.cursor = True, box, cursor
            viewer.tiles = None if box is None else box.tiles()
        viewer.max_hz = wish.max_hz

    def due(self, viewer: Viewer, now: float) -> Due | None:
        """What a viewer is to be sent to be up to date, which it then counts as; None: it is already."""
        cursor = viewer.cursor
        if cursor is not None and cursor < self._forgotten:
            cursor = None
        viewer.cursor = self.seq
        if cursor == self.seq:
            return None
        wanted = (viewer.columns, cursor, viewer.tiles)
        if wanted not in self._dues:
            self._dues[wanted] = self._encode(*wanted, now)
        return self._dues[wanted]

    def _place(self, resume: Resume) -> int | None:
        known = resume.epoch == self.epoch and self._forgotten <= resume.seq <= self.seq
        return resume.seq if known else None

    def _encode(self, columns: bool, cursor: int | None, tiles: Tiles | None, now: float) -> Due | None:
        picture, rows = self._rows(-1 if cursor is None else cursor, tiles, now)
        if not columns:
            frames = [prepare(payload) for payload in _plain(picture, rows)]
            return Due(b"".join(frames), PLAIN, "delta", len(frames), len(rows)) if frames else None
        body = _columns(picture, rows)
        if cursor is None:
            return Due(prepare(encode(Snapshot(self.seq, body))), DIALECT, "snapshot", 1, len(rows))
        removed = self._removed(cursor, tiles)
        if not len(rows) and not removed:
            return None
        return Due(prepare(encode(Delta(self.seq, body, removed))), DIALECT, "delta", 1, len(rows))

    def _changed(self, after: int, now: float) -> tuple[Picture, Rows]:
        """The aircraft that changed after a sequence number, and the tile of each."""
        if after not in self._changes:
            picture = self._fleet.changes(now, after, self.seq)  # what came after `advance` is for the next one
            self._changes[after] = picture, tile_of(picture.lat, picture.lon)
        return self._changes[after]

    def _rows(self, after: int, tiles: Tiles | None, now: float) -> tuple[Picture, list[int]]:
        """The aircraft that changed after a sequence number, and which of them lie in the tiles."""
        picture, places = self._changed(after, now)
        if tiles is None:
            return picture, list(range(len(picture)))
        return picture, np.flatnonzero(np.isin(places, list(tiles))).tolist()

    def _removed(self, cursor: int, tiles: Tiles | None) -> list[str]:
        """The keys that left the tiles after a sequence number and are not back."""
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


def _columns(picture: Picture, rows: Sequence[int]) -> Columns:
    """Rows of a picture as lists; columns without a value are left out."""
    if not rows:
        return {}
    texts = {name: [getattr(picture, name)[row] for row in rows] for name in ("key", "callsign", "squawk")}
    floats = zip(_SENT, picture.floats[1:].take(rows, axis=1).tolist(), strict=True)
    ground = [None if one < 0 else bool(one) for one in picture.on_ground[rows].tolist()]
    return (
        {name: values for name, values in texts.items() if any(values)}
        | {name: values for name, values in floats if any(value == value for value in values)}  # NaN is not
        | ({"on_ground": ground} if any(one is not None for one in ground) else {})
        | {"heard": np.maximum(0.0, picture.age[rows]).round(2).tolist()}
    )


def _plain(picture: Picture, rows: Sequence[int]) -> Iterator[bytes]:
    """Each row as a state vector of the wire, with its key."""
    floats = picture.floats[1:].take(rows, axis=1).T.tolist()
    for row, values in zip(rows, floats, strict=True):
        vector: dict[str, Any] = {"key": picture.key[row]}
        for name in ("icao24", "callsign", "squawk"):
            if text := getattr(picture, name)[row]:
                vector[name] = text
        vector |= {name: value for name, value in zip(_SENT, values, strict=True) if value == value}  # NaN is not
        if picture.on_ground[row] >= 0:
            vector["on_ground"] = bool(picture.on_ground[row])
        yield msgspec.json.encode(vector)
