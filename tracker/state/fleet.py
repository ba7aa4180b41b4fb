"""The latest state of each aircraft: NumPy columns, one slot an aircraft, a sequence number a slot.

    fresh reports ──> Fleet.apply ──> slots ──> Fleet.picture(now) ──> screens (map, table, status)
    broker ──> Fleet.silence, Fleet.resume: the clock of the ages stands still, and goes on

Pure: the clock comes in as `now`, seconds of a monotonic clock. Staleness is about when we last *heard* of an
aircraft, never about its event time: for live reports that is the moment of arrival; for the backlog that is read at
the start, how far a record lies behind the newest one of the log. While nothing can be heard, nobody ages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from producer.wire import POSITION_SOURCES
from tracker.arrays import Flags, Floats, Rows
from tracker.feed.batch import FLOATS, TEXTS, Batch
from tracker.state.descriptions import Descriptions


@dataclass(frozen=True, slots=True)
class Picture:
    """What a screen draws: the aircraft that are not lost, one row each; arrays of shape (n,), in the wire's SI units.

    A number that is not known is NaN, a text that is not known is None.
    """

    key: list[str]
    """`icao24`, else `cs:` and the callsign, else `id:` and the id."""
    icao24: list[str | None]
    callsign: list[str | None]
    squawk: list[str | None]
    floats: Floats
    """Shape (len(FLOATS), n); each row has a property of its name."""
    on_ground: npt.NDArray[np.int8]
    """1 on the ground, 0 in the air, -1 not known."""
    age: Floats
    """How long ago the aircraft was last heard, without the time in which nothing could be heard, s."""
    stale: npt.NDArray[np.bool_]
    """Not heard for a while, or nothing can be heard; still drawn, in grey."""
    seq: npt.NDArray[np.int64]
    """The fleet's sequence number at the aircraft's last change."""
    position_source: list[str | None]
    """How the position was had, one of `producer.wire.POSITION_SOURCES`."""
    kind: list[str]
    """What it is, one of `producer.wire.KINDS`; this and what follows is the newest that was ever reported."""
    typecode: list[str | None]
    registration: list[str | None]
    category: list[str | None]

    def __len__(self) -> int:
        return len(self.key)

    def find(self, name: str) -> int | None:
        """Return the row of the aircraft with this key, else callsign, in either case, else id; None: not there."""
        known = ((self.key, name), (self.key, name.lower()), (self.callsign, name.upper()), (self.key, f"id:{name}"))
        for names, wanted in known:
            if wanted in names:
                return names.index(wanted)
        return None

    @property
    def id(self) -> list[str | None]:
        """The id, where it is the key."""
        return list(map(id_of, self.key))

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


def id_of(key: str) -> str | None:
    """Return the id that a key holds; None: it holds an address or a callsign."""
    return key.removeprefix("id:") if key.startswith("id:") else None


_SMALLEST = 64  # slots
_TEXTS = ("key", *TEXTS)
_SOURCES = (*POSITION_SOURCES, None)  # the last is that of the code -1
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
        descriptions: What is known of the aircraft beside their reports; only read.
    """

    def __init__(
        self, stale_after: float = 15.0, lost_after: float = 60.0, descriptions: Descriptions | None = None
    ) -> None:
        self.stale_after = stale_after
        self.lost_after = lost_after
        self.seq = 0
        """Counts the changes: one a call of `apply` or `expire` that changed something."""
        self.silent_since: float | None = None
        """Since when nothing can be heard, by the clock of `now`, s; None: we hear."""
        self._descriptions = Descriptions() if descriptions is None else descriptions
        self._missed = 0.0  # s of all silences that are over
        self._slots = _Slots()
        self._columns: dict[str, npt.NDArray[Any]] = {  # a slot each; floats and texts in blocks, one row a name
            "floats": np.zeros((len(FLOATS), _SMALLEST)),
            "texts": np.zeros((len(_TEXTS), _SMALLEST), np.object_),
            "on_ground": np.zeros(_SMALLEST, np.int8),
            "position_source": np.zeros(_SMALLEST, np.int8),
            "heard_at": np.zeros(_SMALLEST),  # by the clock that stands still in a silence
            "seq": np.zeros(_SMALLEST, np.int64),
            "taken": np.zeros(_SMALLEST, np.bool_),
            "backlog": np.zeros(_SMALLEST, np.bool_),
        }
        self._newest_backlog = -np.inf

    def __len__(self) -> int:
        return len(self._slots)

    def keys(self) -> Collection[str]:
        """Return the keys of the aircraft that were not expired yet."""
        return self._slots.keys()

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
        columns["position_source"][slots] = news.position_source
        columns["taken"][slots] = True
        self.seq += 1
        columns["seq"][slots] = self.seq
        columns["heard_at"][slots] = self._clock(now)
        columns["backlog"][slots] = backlog
        if backlog:
            self._newest_backlog = max(self._newest_backlog, float(batch.published.max()))
            self._age_backlog(now)

    def hear(self, keys: Sequence[str], now: float) -> None:
        """Note that these aircraft were heard at `now`, by reports that say nothing new of them."""
        slots = [self._slots[key] for key in keys if key in self._slots]
        if slots:
            self.seq += 1
            self._columns["seq"][slots] = self.seq
            self._columns["heard_at"][slots] = self._clock(now)
            self._columns["backlog"][slots] = False

    def silence(self, now: float) -> None:
        """Note that from `now` on nothing can be heard: all are stale, nobody ages and nobody is lost until `resume`.

        In a silence that has begun already it changes nothing.
        """
        if self.silent_since is None:
            self.silent_since = now

    def resume(self, now: float) -> None:
        """Note that from `now` on we hear again: everybody is as old as when the silence began."""
        if self.silent_since is not None:
            self._missed += now - self.silent_since
            self.silent_since = None

    def expire(self, now: float) -> list[str]:
        """Forget the aircraft that are lost, and return their keys; in a silence there are none."""
        columns = self._columns
        lost = np.flatnonzero(columns["taken"] & ~self._held(self._ages(now)))
        keys: list[str] = columns["texts"][0, lost].tolist()
        for key in keys:
            self._slots.free.append(self._slots.pop(key))
        columns["taken"][lost] = False
        columns["texts"][:, lost] = None
        self.seq += bool(keys)
        return keys

    def count(self, now: float) -> tuple[int, int]:
        """Return how many aircraft a picture would show, and how many of them as stale."""
        ages = self._ages(now)
        ages = ages[self._columns["taken"] & self._held(ages)]
        return len(ages), int(self._stale(ages).sum())

    def picture(self, now: float) -> Picture:
        """Return a copy of the state of all aircraft that are not lost; their ages are counted up to `now`."""
        ages = self._ages(now)
        shown = np.flatnonzero(self._columns["taken"] & self._held(ages))
        return self._picture(shown, ages[shown])

    def changes(self, now: float, after: int, until: int) -> Picture:
        """Return a copy of the state of the aircraft that changed between two sequence numbers, the later included.

        Those that were expired are not among them. In a silence their ages go on, to tell when they were heard: a
        client counts down itself how long the silence lasts.
        """
        columns = self._columns
        seq = columns["seq"]
        (changed,) = (columns["taken"] & (seq > after) & (seq <= until)).nonzero()
        return self._picture(changed, now - self._missed - columns["heard_at"][changed])

    def _clock(self, now: float) -> float:
        """Return the time by which ages are counted: it stands still in a silence."""
        return (now if self.silent_since is None else self.silent_since) - self._missed

    def _ages(self, now: float) -> Floats:
        ages: Floats = self._clock(now) - self._columns["heard_at"]
        return ages

    def _held(self, ages: Floats) -> Flags:
        return (ages <= self.lost_after) | (self.silent_since is not None)

    def _stale(self, ages: Floats) -> Flags:
        return (ages > self.stale_after) | (self.silent_since is not None)

    def _picture(self, shown: Rows, ages: Floats) -> Picture:
        columns = self._columns
        keys, callsigns, squawks = columns["texts"].take(shown, axis=1).tolist()
        kind, typecode, registration, category = self._descriptions.of(keys)
        return Picture(
            key=keys,
            icao24=[None if ":" in key else key for key in keys],
            callsign=callsigns,
            squawk=squawks,
            floats=columns["floats"].take(shown, axis=1),
            on_ground=columns["on_ground"].take(shown),
            age=ages,
            stale=self._stale(ages),
            seq=columns["seq"].take(shown),
            position_source=[_SOURCES[code] for code in columns["position_source"].take(shown).tolist()],
            kind=kind,
            typecode=typecode,
            registration=registration,
            category=category,
        )

    def _make_room(self) -> None:
        """Lengthen the columns until every slot that was given out lies in them."""
        size, used = len(self._columns["taken"]), self._slots.made
        if used > size:
            for name, column in self._columns.items():
                larger = np.zeros((*column.shape[:-1], max(used, 2 * size)), column.dtype)
                larger[..., :size] = column
                self._columns[name] = larger

    def _age_backlog(self, now: float) -> None:
        """Reckon anew when the aircraft of the backlog were heard: its newest record counts as heard now."""
        columns = self._columns
        old = np.flatnonzero(columns["taken"] & columns["backlog"])
        behind = self._newest_backlog - columns["floats"][_PLACES["published"], old]
        columns["heard_at"][old] = self._clock(now) - behind
