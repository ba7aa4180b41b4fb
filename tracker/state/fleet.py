"""The latest state of each aircraft: NumPy columns, one slot an aircraft, a sequence number a slot.

    fresh reports ──> Fleet.apply ──> slots ──> Fleet.picture(now) ──> screens (map, table, status)

Pure: the clock comes in as `now`, seconds of a monotonic clock. Staleness is about when we last *heard* of an
aircraft, never about its event time: for live reports that is the moment of arrival; for the backlog that is read at
the start, how far a record lies behind the newest one of the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.arrays import Floats, Rows
from tracker.feed.batch import FLOATS, TEXTS, Batch


@dataclass(frozen=True, slots=True)
class Picture:
    """What a screen draws: the aircraft that are not lost, one row each; arrays of shape (n,), in the wire's SI units.

    A number that is not known is NaN, a text that is not known is None.
    """

    key: list[str]
    """`icao24`, else `cs:` and the callsign."""
    icao24: list[str | None]
    callsign: list[str | None]
    squawk: list[str | None]
    floats: Floats
    """Shape (len(FLOATS), n); each row has a property of its name."""
    on_ground: npt.NDArray[np.int8]
    """1 on the ground, 0 in the air, -1 not known."""
    age: Floats
    """How long ago the aircraft was last heard, s."""
    stale: npt.NDArray[np.bool_]
    """Not heard for a while; still drawn, in grey."""
    seq: npt.NDArray[np.int64]
    """The fleet's sequence number at the aircraft's last change."""

    def __len__(self) -> int:
        return len(self.key)

    @property
    def published(self) -> Floats:
        """When the record of its newest report was published, s since 1970, UTC."""
        return self._row("published")

    @property
    def time(self) -> Floats:
        """Event time, s since 1970, UTC."""
        return self._row("time")

    @property
    def lat(self) -> Floats:
        """deg, WGS84."""
        return self._row("lat")

    @property
    def lon(self) -> Floats:
        """deg, WGS84."""
        return self._row("lon")

    @property
    def velocity(self) -> Floats:
        """Ground speed, m/s."""
        return self._row("velocity")

    @property
    def track(self) -> Floats:
        """Direction of motion over ground, deg clockwise from true north, [0, 360)."""
        return self._row("track")

    @property
    def altitude(self) -> Floats:
        """Barometric, m."""
        return self._row("altitude")

    @property
    def geo_altitude(self) -> Floats:
        """Above the WGS84 ellipsoid, m."""
        return self._row("geo_altitude")

    @property
    def vertical_rate(self) -> Floats:
        """m/s, up is positive."""
        return self._row("vertical_rate")

    def _row(self, name: str) -> Floats:
        row: Floats = self.floats[_PLACES[name]]
        return row


_SMALLEST = 64  # slots
_TEXTS = ("key", *TEXTS)
_PLACES = {name: place for place, name in enumerate(FLOATS)}


class _Slots(dict[str, int]):
    """key -> slot; a key that is asked for the first time gets one that is free."""

    def __init__(self) -> None:
        super().__init__()
        self.free: list[int] = []
        self.made = 0
        """How many there are, free or not."""

    def __missing__(self, key: str) -> int:
        if not self.free:
            self.free.append(self.made)
            self.made += 1
        slot = self[key] = self.free.pop()
        return slot


class Fleet:
    """The aircraft that are not lost.

    Args:
        stale_after: Not heard for so long, s: stale. Infinite: never.
        lost_after: Not heard for so long, s: lost, which frees the slot. Infinite: never.
    """

    def __init__(self, stale_after: float = 15.0, lost_after: float = 60.0) -> None:
        self.stale_after = stale_after
        self.lost_after = lost_after
        self.seq = 0
        """Counts the changes: one a call of `apply` or `expire` that changed something."""
        self._slots = _Slots()
        self._columns: dict[str, npt.NDArray[Any]] = {  # a slot each; floats and texts in blocks, one row a name
            "floats": np.zeros((len(FLOATS), _SMALLEST)),
            "texts": np.zeros((len(_TEXTS), _SMALLEST), np.object_),
            "on_ground": np.zeros(_SMALLEST, np.int8),
            "heard": np.zeros(_SMALLEST),
            "seq": np.zeros(_SMALLEST, np.int64),
            "taken": np.zeros(_SMALLEST, np.bool_),
            "backlog": np.zeros(_SMALLEST, np.bool_),
        }
        self._newest_backlog = -np.inf

    def __len__(self) -> int:
        return len(self._slots)

    def apply(self, batch: Batch, fresh: Rows, now: float, *, backlog: bool = False) -> None:
        """Replace the state of the aircraft that a batch tells news of.

        Args:
            batch: The reports.
            fresh: Positions in it of those that are their aircraft's newest so far, ascending.
            now: When they arrived.
            backlog: The reports were in the log before we came.
        """
        if not len(fresh):
            return
        news = batch if len(fresh) == len(batch) else batch.take(fresh)
        slots = np.fromiter(map(self._slots.__getitem__, news.key), np.intp, len(news))
        self._make_room()
        columns = self._columns
        columns["texts"][:, slots] = np.array([news.key, news.callsign, news.squawk], np.object_)
        columns["floats"][:, slots] = news.floats  # of reports for one slot the last stays
        columns["on_ground"][slots] = news.on_ground
        columns["taken"][slots] = True
        self.seq += 1
        columns["seq"][slots] = self.seq
        columns["heard"][slots] = now
        columns["backlog"][slots] = backlog
        if backlog:
            self._newest_backlog = max(self._newest_backlog, float(batch.published.max()))
            self._age_backlog(now)

    def expire(self, now: float) -> list[str]:
        """Forget the aircraft that are lost; their keys."""
        columns = self._columns
        lost = np.flatnonzero(columns["taken"] & (now - columns["heard"] > self.lost_after))
        keys: list[str] = columns["texts"][0, lost].tolist()
        for key in keys:
            self._slots.free.append(self._slots.pop(key))
        columns["taken"][lost] = False
        columns["texts"][:, lost] = None
        self.seq += bool(keys)
        return keys

    def pause(self, seconds: float) -> None:
        """Leave out a time in which nothing could be heard: nobody ages by an outage of the broker."""
        self._columns["heard"] += seconds

    def picture(self, now: float, *, unheard: bool = False) -> Picture:
        """A copy of the state of all aircraft that are not lost.

        Args:
            now: The age of each is counted up to here.
            unheard: The broker cannot be reached: all are stale, and none is lost.
        """
        columns = self._columns
        age = now - columns["heard"]
        shown = np.flatnonzero(columns["taken"] & (unheard | (age <= self.lost_after)))
        return self._picture(shown, age[shown], unheard=unheard)

    def changes(self, now: float, after: int, until: int) -> Picture:
        """A copy of the state of the aircraft whose last change lies between two sequence numbers, the later included.

        Those that were expired are not among them.
        """
        columns = self._columns
        seq = columns["seq"]
        (changed,) = (columns["taken"] & (seq > after) & (seq <= until)).nonzero()
        return self._picture(changed, now - columns["heard"][changed], unheard=False)

    def _picture(self, shown: Rows, age: Floats, *, unheard: bool) -> Picture:
        columns = self._columns
        keys, callsigns, squawks = columns["texts"].take(shown, axis=1).tolist()
        return Picture(
            key=keys,
            icao24=[None if key.startswith("cs:") else key for key in keys],
            callsign=callsigns,
            squawk=squawks,
            floats=columns["floats"].take(shown, axis=1),
            on_ground=columns["on_ground"].take(shown),
            age=age,
            stale=(age > self.stale_after) | unheard,
            seq=columns["seq"].take(shown),
        )

    def _make_room(self) -> None:
        """See to it that every slot that was given out lies in the columns."""
        size, used = len(self._columns["taken"]), self._slots.made
        if used > size:
            for name, column in self._columns.items():
                larger = np.zeros((*column.shape[:-1], max(used, 2 * size)), column.dtype)
                larger[..., :size] = column
                self._columns[name] = larger

    def _age_backlog(self, now: float) -> None:
        """Reckon when the aircraft of the backlog were heard: the newest record of it counts as heard now."""
        columns = self._columns
        old = np.flatnonzero(columns["taken"] & columns["backlog"])
        columns["heard"][old] = now - (self._newest_backlog - columns["floats"][_PLACES["published"], old])
