"""The reports of the last N minutes of event time, as NumPy columns; pure.

    batch ──> judge: outside, late, duplicate, fresh ──> waiting ──> columns ──> reports, latest, track, paths

The columns are one buffer in order of arrival. New rows go behind the last; when the buffer is full, the rows that
have left the window are dropped and the rest moves to the front (or into a larger buffer), so that a row costs one
copy or two in its life, a view is one slice, and memory follows the number of rows held. A live stream brings a row
or two at a time, and to write one to thirteen columns costs as much as to write fifty: rows wait until that pays, or
until somebody asks.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from producer.wire import POSITION_SOURCES
from tracker.arrays import ABSENT, Codes, Floats, Rows
from tracker.feed.batch import FLOATS, NUMBERS, TEXTS, Batch, join
from tracker.state.claims import Claims
from tracker.state.descriptions import Coded, Descriptions
from tracker.state.interning import Categories, Interner, compact

_DTYPES: Mapping[str, type[Any]] = (
    {"time": np.float64, "serial": np.int64, "key": np.int32, "on_ground": np.int8, "position_source": np.int8}
    | dict.fromkeys(TEXTS, np.int32)
    | dict.fromkeys(NUMBERS, np.float64)
)
BYTES_PER_ROW = sum(np.dtype(dtype).itemsize for dtype in _DTYPES.values())
"""Bytes of a row in the columns. Where the buffer was moved, it has room for at most three times the rows held then."""

MAX_ROWS = 5_000_000
"""Half a gigabyte."""

_SOURCES = Categories(list(POSITION_SOURCES), np.argsort(POSITION_SOURCES))

_EVICTED = 8  # a window that is full makes room by an eighth at once, so that each row is moved eight times at most
_SLACK = 1.5  # capacity over rows held: room for half as many again before the next move
_MOST_IDLE_KEYS = 1 << 16
_MOST_WAITING = 64  # rows, whose writing holds the stream up for 0.2 ms


@dataclass(frozen=True, slots=True)
class Reports:
    """Rows of a window: columns of shape (n,), texts as codes into their categories.

    The columns may be views of the window itself: copy them to keep them beyond its next `add`.
    """

    columns: dict[str, npt.NDArray[Any]]
    """time, serial, key, callsign, squawk, position_source, on_ground and `NUMBERS`, in the wire's units."""
    categories: dict[str, Categories]
    """The texts that the codes of key, callsign, squawk and position_source stand for; `ABSENT` stands for None."""
    descriptions: Mapping[str, Coded]
    """By field of the description: the newest known value of each key."""

    def __len__(self) -> int:
        return len(self.columns["time"])


@dataclass(frozen=True, slots=True)
class Paths:
    """Positions of some aircraft, arrays of shape (n,); each aircraft's own in time order, others between them."""

    key: npt.NDArray[np.int32]
    """The place of each aircraft in the keys that were asked for, from 0."""
    time: Floats
    """Event time, s since 1970."""
    lat: Floats
    """deg."""
    lon: Floats
    """deg."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a batch: positions in it, ascending, and counts."""

    fresh: Rows
    """The reports that are their aircraft's newest so far."""
    accepted: Rows
    """The fresh ones and the late ones: those that entered the window."""
    outside: int
    """Older than the window."""
    duplicates: int
    """Of an aircraft and event time that the window holds."""
    evicted: int = 0
    """Rows within the window's reach that made room, as it holds no more than its `max_rows`."""

    @property
    def late(self) -> Rows:
        """Accepted, but older than their aircraft's newest."""
        late: Rows = np.setdiff1d(self.accepted, self.fresh, assume_unique=True)
        return late


class Window:
    """A rolling window of reports.

    Args:
        span: How far it reaches back from the newest event time, s.
        max_rows: How many rows it holds at most, beside those of the batch that came last; where event time stands
            still, nothing ever leaves by age. The oldest arrivals go first, an eighth of all at once.
        min_capacity: Rows for which the buffer always has room; below that, growing costs more than it saves.
    """

    def __init__(self, span: float, *, max_rows: int = MAX_ROWS, min_capacity: int = 4096) -> None:
        self.span = span
        self.max_rows = max_rows
        self._min_capacity = min_capacity
        self._claims = Claims()
        self.descriptions = Descriptions()
        """What is known of each aircraft beside its reports."""
        self._coded: tuple[int, Categories, Mapping[str, Coded]] | None = None  # version, keys, and what follows
        self.newest = -np.inf
        """The newest event time seen, s since 1970."""
        self.serial = 0
        """The number of the row that was taken in last; each row carries its own."""
        self._columns = _buffer(min_capacity)
        self._end = 0
        self._waiting: list[tuple[Batch, Codes]] = []  # rows, each with the code of its key, that belong at the end
        self._count_waiting = 0
        self._interners = {name: Interner() for name in ("key", *TEXTS)}
        self._last_time: Floats = np.empty(0)  # by key code: newest event time
        self._last_row: Rows = np.empty(0, np.intp)  # by key code: where that report lies

    def __len__(self) -> int:
        self._settle()
        return int(np.count_nonzero(self._held()))

    def keys(self) -> Collection[str]:
        """Return the keys that have a row, and some that had one lately."""
        return self._interners["key"].categories().by_code

    @property
    def nbytes(self) -> int:
        """Bytes of the columns."""
        return sum(column.nbytes for column in self._columns.values())

    def add(self, batch: Batch) -> Judgement:
        """Take in the reports of a batch, each where it belongs by event time."""
        again = self._claims.repeated(batch, self._holds)
        if not len(again):
            return self._add(batch)
        rest = np.delete(np.arange(len(batch)), again)
        if not len(rest):
            return Judgement(rest, rest, outside=0, duplicates=len(again))
        judged = self._add(batch.take(rest))
        return replace(
            judged,
            fresh=rest[judged.fresh],
            accepted=rest[judged.accepted],
            duplicates=judged.duplicates + len(again),
        )

    def _add(self, batch: Batch) -> Judgement:
        evicted = self._make_room(len(batch))
        key = self._interners["key"].codes(batch.key)
        self._know_keys()
        judgement = self._judge(key, batch)
        self.newest = max(self.newest, *batch.time.tolist())
        self._last_time[key[judgement.fresh]] = batch.time[judgement.fresh]
        self._append(batch, key, judgement.accepted)
        if len(judgement.fresh) < len(judgement.accepted):
            late = judgement.late
            self._put_in_order(np.unique(key[late]), float(batch.time[late].min()))
        return replace(judgement, evicted=evicted) if evicted else judgement

    def reports(self, last: float | None = None, after: int = 0) -> Reports:
        """Return the rows of the window, or of its last `last` seconds, or those after a serial number.

        Rows stand in the order of arrival, each aircraft's own rows in time order.
        """
        self._settle()
        held = self._held(last)
        if after:
            held &= self._columns["serial"][: self._end] > after
        return self._rows(slice(0, self._end) if held.all() else np.flatnonzero(held))

    def latest(self) -> Reports:
        """Return the newest row of each aircraft that has one in the window, sorted by key."""
        self._settle()
        held = self._last_time >= self.newest - self.span
        order = self._interners["key"].categories().order
        return self._rows(self._last_row[order[held[order]]])

    def track(self, name: str) -> Reports:
        """Return the rows of one aircraft, by key, callsign in either case, or id, in time order.

        By callsign they are those that have it; where several aircraft do, those of the one that was heard last.
        """
        self._settle()
        held, columns = self._held(), self._columns
        names = {"key": (name, name.lower(), f"id:{name}"), "callsign": (name, name.upper())}
        for column, wanted in ((column, wanted) for column, each in names.items() for wanted in each):
            code = self._interners[column].code(wanted)
            rows = np.flatnonzero(held & (columns[column][: self._end] == code) & (code != ABSENT))
            if len(rows):
                last = rows[np.argmax(columns["serial"][rows])]
                return self._rows(rows[columns["key"][rows] == columns["key"][last]])
        return self._rows(np.empty(0, np.intp))

    def paths(self, keys: Collection[str], last: float) -> Paths:
        """Return a copy of the positions of these aircraft in the last `last` seconds."""
        self._settle()
        places = np.full(len(self._interners["key"]) + 1, ABSENT, np.int32)
        places[[self._interners["key"].code(key) for key in keys]] = np.arange(len(keys))
        places[ABSENT] = ABSENT
        rows = np.flatnonzero(self._held(last))
        place = places[self._columns["key"][rows]]
        wanted = place != ABSENT
        rows = rows[wanted]
        return Paths(place[wanted], *(self._columns[name][rows] for name in ("time", "lat", "lon")))

    def times(self) -> Floats:
        """Return a copy of the event times, s since 1970, in the order of arrival."""
        self._settle()
        times: Floats = self._columns["time"][: self._end][self._held()]
        return times

    def _holds(self, key: str, time: float) -> bool:
        """Return whether there is a row of this key and event time."""
        self._settle()
        code = self._interners["key"].code(key)
        return bool(((self._columns["time"][: self._end] == time) & (self._columns["key"][: self._end] == code)).any())

    def _held(self, last: float | None = None) -> npt.NDArray[np.bool_]:
        span = self.span if last is None else min(last, self.span)
        held: npt.NDArray[np.bool_] = self._columns["time"][: self._end] >= self.newest - span
        return held

    def _rows(self, rows: slice | Rows) -> Reports:
        categories = {name: interner.categories() for name, interner in self._interners.items()}
        return Reports(
            columns={name: column[rows] for name, column in self._columns.items()},
            categories=categories | {"position_source": _SOURCES},
            descriptions=self._code_descriptions(categories["key"]),
        )

    def _code_descriptions(self, keys: Categories) -> Mapping[str, Coded]:
        """Return what is known of each key; the same objects until a key is new or something else is known."""
        version = self.descriptions.version
        if self._coded is None or self._coded[:2] != (version, keys):
            self._coded = (version, keys, self.descriptions.code(keys.by_code))
        return self._coded[2]

    def _know_keys(self) -> None:
        """Make room in the columns by key for keys that were seen for the first time."""
        more = len(self._interners["key"]) - len(self._last_time)
        if more:
            self._last_time = np.append(self._last_time, np.full(more, -np.inf))
            self._last_row = np.append(self._last_row, np.full(more, ABSENT))

    def _judge(self, key: Codes, batch: Batch) -> Judgement:
        """Compare each report with the window's reach and with what came before it of its aircraft."""
        if self._is_plain_news(key, batch):
            rows = np.arange(len(batch))
            return Judgement(rows, rows, outside=0, duplicates=0)
        newest = np.maximum(np.maximum.accumulate(batch.time), self.newest)
        rows = np.flatnonzero(batch.time >= newest - self.span)
        outside = len(batch) - len(rows)
        if not len(rows):
            return Judgement(rows, rows, outside, duplicates=0)
        order = rows[np.argsort(key[rows], kind="stable")]  # by aircraft, then as they came
        sorted_key, time = key[order], batch.time[order]
        first, before = np.ones(len(order), np.bool_), np.empty_like(time)
        first[1:] = sorted_key[1:] != sorted_key[:-1]
        known = self._last_time[sorted_key[first]]
        before[1:] = time[:-1]
        before[first] = known
        if (time > before).all():
            return Judgement(rows, rows, outside, duplicates=0)
        before = _newest_before(time, first, known)
        again = (time == before) & batch.dated[order]
        fresh = (time >= before) & ~again
        older = order[time < before]
        late = self._new_among(np.sort(older), order[fresh], key, batch)
        return Judgement(
            fresh=np.sort(order[fresh]),
            accepted=np.sort(np.concatenate([order[fresh], late])),
            outside=outside,
            duplicates=int(again.sum()) + len(older) - len(late),
        )

    def _is_plain_news(self, key: Codes, batch: Batch) -> bool:
        """Tell whether each report is of another aircraft, its newest and in the window: most of a live stream is."""
        time, known = batch.time.tolist(), self._last_time[key].tolist()  # lists: most batches are of a report or two
        if not all(map(operator.gt, time, known)) or len(set(key.tolist())) < len(key):
            return False
        return bool(min(time) >= max(self.newest, max(time)) - self.span)

    def _new_among(self, older: Rows, fresh: Rows, key: Codes, batch: Batch) -> Rows:
        """Return those of the older reports whose aircraft and event time are not held yet."""
        if not len(older):
            return older
        self._settle()
        concerned = np.zeros(len(self._interners["key"]), np.bool_)
        concerned[key[older]] = True
        held = self._rows_since(float(batch.time[older].min()), concerned)
        fresh = fresh[concerned[key[fresh]]]
        seen = set(zip(self._columns["key"][held].tolist(), self._columns["time"][held].tolist(), strict=True))
        seen.update(zip(key[fresh].tolist(), batch.time[fresh].tolist(), strict=True))
        new = []
        for row, *report in zip(older.tolist(), key[older].tolist(), batch.time[older].tolist(), strict=True):
            if not batch.dated[row] or tuple(report) not in seen:
                new.append(row)
                seen.add(tuple(report))
        return np.array(new, np.intp)

    def _rows_since(self, time: float, concerned: npt.NDArray[np.bool_]) -> Rows:
        """Return where the reports of the concerned keys (bool by key code) from this event time on lie."""
        since = np.flatnonzero(self._columns["time"][: self._end] >= time)
        concerned_rows: Rows = since[concerned[self._columns["key"][since]]]
        return concerned_rows

    def _append(self, batch: Batch, key: Codes, rows: Rows) -> None:
        """Have these rows of a batch stand behind the last row; there is room for them."""
        if not len(rows):
            return
        self.serial += len(rows)
        if len(rows) < len(batch):
            batch, key = batch.take(rows), key[rows]
        self.descriptions.learn(batch)
        self._waiting.append((batch, key))
        self._count_waiting += len(rows)
        if self._count_waiting >= _MOST_WAITING:
            self._settle()

    def _settle(self) -> None:
        """Write the rows that wait into the columns."""
        if not self._waiting:
            return
        batch = join([batch for batch, _ in self._waiting])
        key = np.concatenate([key for _, key in self._waiting])
        self._waiting.clear()
        self._count_waiting = 0
        begin, self._end = self._end, self._end + len(batch)
        new: dict[str, Any] = dict(zip(FLOATS, batch.floats, strict=True))
        new |= {name: self._interners[name].codes(getattr(batch, name)) for name in TEXTS}
        new |= {"key": key, "on_ground": batch.on_ground, "position_source": batch.position_source}
        new |= {"serial": np.arange(self.serial - len(batch) + 1, self.serial + 1)}
        for name, column in self._columns.items():
            column[begin : self._end] = new[name]
        # Where an aircraft comes twice the last one is assigned, and after sorting the newest lies last.
        self._last_row[key] = np.arange(begin, self._end)

    def _put_in_order(self, keys: Codes, time: float) -> None:
        """Sort the rows of these aircraft from an event time on, among the places that they have."""
        self._settle()
        concerned = np.zeros(len(self._interners["key"]), np.bool_)
        concerned[keys] = True
        rows = self._rows_since(time, concerned)
        key = self._columns["key"][rows]
        places = rows[np.argsort(key, kind="stable")]
        sources = rows[np.lexsort((self._columns["time"][rows], key))]
        for column in self._columns.values():
            column[places] = column[sources]

    def _make_room(self, rows: int) -> int:
        """Make room for so many rows, by dropping what has left the window and by growing.

        Returns:
            How many rows were dropped that had not left the window, as there were too many.
        """
        capacity = len(self._columns["time"])
        keys = len(self._interners["key"])  # reports outside the window bring keys, but no rows
        used = self._end + self._count_waiting + rows
        if used <= min(capacity, self.max_rows) and keys <= capacity + _MOST_IDLE_KEYS:
            return 0
        self._settle()
        rows_held = np.flatnonzero(self._held())
        evicted = 0
        if len(rows_held) + rows > self.max_rows:
            kept = max(0, self.max_rows - self.max_rows // _EVICTED - rows)
            evicted = max(0, len(rows_held) - kept)
            rows_held = rows_held[evicted:]
        dropped = len(rows_held) < self._end
        held = rows_held if dropped else slice(0, self._end)  # where nothing goes: no look-up of each row
        self._end = len(rows_held)
        needed = self._end + rows
        if not capacity / (2 * _SLACK) <= needed <= capacity / _SLACK:
            capacity = max(self._min_capacity, int(needed * _SLACK))
        for name, column in self._columns.items():  # one at a time: the peak is one column more
            moved = np.empty(capacity, column.dtype)
            moved[: self._end] = column[held]
            self._columns[name] = moved
        if dropped or keys > capacity:
            self._forget_texts()
        self._claims.forget(self.newest - self.span)
        return evicted

    def _forget_texts(self) -> None:
        """Leave out the texts that no row has any more, and find each aircraft's newest row anew."""
        for name, interner in self._interners.items():
            codes = self._columns[name][: self._end]
            used = np.zeros(len(interner) + 1, np.bool_)
            used[codes] = True
            if not used[:-1].all():
                self._interners[name], mapping = compact(interner, used[:-1])
                codes[:] = mapping[codes]
        key = self._columns["key"][: self._end]
        self._last_time = np.full(len(self._interners["key"]), -np.inf)
        self._last_row = np.full(len(self._interners["key"]), ABSENT, np.intp)
        self._last_time[key] = self._columns["time"][: self._end]
        self._last_row[key] = np.arange(self._end)


def _newest_before(time: Floats, first: npt.NDArray[np.bool_], known: Floats) -> Floats:
    """Return the newest event time of the same aircraft before each report.

    Args:
        time: Event times, grouped by aircraft, shape (n,).
        first: Where each group begins, bool of shape (n,).
        known: The newest event time known of each group, shape (number of groups,).
    """
    values, rank = np.unique(np.concatenate([time, known]), return_inverse=True)
    group = np.cumsum(first) - 1
    lift = group * len(values)  # ranks of a later group are above all of an earlier one: one running maximum serves
    before = np.empty(len(time), np.intp)
    lifted = rank[: len(time)] + lift
    known_rank = rank[len(time) :]
    lifted[first] = np.maximum(lifted[first], known_rank + lift[first])
    before[1:] = np.maximum.accumulate(lifted)[:-1] - lift[1:]
    before[first] = known_rank
    return values[before]


def _buffer(capacity: int) -> dict[str, npt.NDArray[Any]]:
    return {name: np.empty(capacity, dtype) for name, dtype in _DTYPES.items()}
