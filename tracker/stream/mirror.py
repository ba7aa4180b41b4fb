"""A client's copy of the fleet, as the frames of `flights.v1.json` tell it; pure.

    Hello, Snapshot, Delta, Lag ──> apply(frame, now) ──> a row for each key, its age, and where to resume

A client in another language can be written by these rules; the page's, in TypeScript, is `tracker/web/src/fleet.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tracker.errors import BadFrame
from tracker.geo.boxes import Box
from tracker.stream.protocol import Columns, Delta, Frame, Hello, Lag, Resume, Snapshot

Row = dict[str, Any]
"""What is known of an aircraft, by the names of the wire and in its units; what is not known is absent.

`key` is always there, and `heard_at`: when it was last heard, by the clock of `apply`, s. A row without `kind` is an
aircraft's.
"""
_NUMBERS = ("lat", "lon", "heard")


class Mirror:
    """The aircraft of a subscription.

    All times are of one clock of the caller's that never runs back, s.
    """

    def __init__(self) -> None:
        self.epoch: str | None = None
        """The run of the server that `Hello` named; None: none did yet."""
        self.unheard_since: float | None = None
        """Since when the server hears nothing of its broker, so that nobody ages; None: it hears."""
        self.stale_after = 15.0
        """Age above which an aircraft is stale, s; `Hello` tells the server's."""
        self._rows: dict[str, Row] = {}
        self._place: Resume | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    @property
    def resume(self) -> Resume | None:
        """Where to go on after a reconnect with the same box; None: a snapshot is needed."""
        return self._place

    def apply(self, frame: Frame, now: float) -> None:
        """Take a frame in; one that tells nothing of the fleet is passed over.

        Args:
            frame: The next one of the connection.
            now: When it came.

        Raises:
            BadFrame: It contradicts itself; the mirror is as it was.
        """
        match frame:
            case Hello():
                self._greet(frame)
            case Snapshot(seq=seq, columns=columns):
                rows = dict(_rows(columns, now))
                self._rows = rows
                self._place = None if self.epoch is None else Resume(self.epoch, seq)
            case Delta(seq=seq, columns=columns, removed=removed):
                rows = dict(_rows(columns, now))
                for key in removed:
                    self._rows.pop(key, None)
                self._rows |= rows
                self._place = self._place and Resume(self._place.epoch, seq)
            case Lag(behind_s=behind, cause="broker"):
                self._pause(behind, now)

    def aircraft(self, box: Box | None = None) -> dict[str, Row]:
        """Return the rows by key; of those within a box, where one is given: servers send some around it."""
        if box is None:
            return dict(self._rows)
        lat, lon = ([row.get(name, np.nan) for row in self._rows.values()] for name in ("lat", "lon"))
        inside = box.contains(lat, lon).tolist()
        return {key: row for (key, row), within in zip(self._rows.items(), inside, strict=True) if within}

    def age(self, key: str, now: float) -> float:
        """Return how long an aircraft was not heard while it could be, s.

        Raises:
            KeyError: It is not held.
        """
        until = now if self.unheard_since is None else min(now, self.unheard_since)
        return max(0.0, until - float(self._rows[key]["heard_at"]))

    def _greet(self, hello: Hello) -> None:
        """Begin a connection: it has yet to tell whether the broker is still away."""
        if hello.epoch != self.epoch:
            self._place = None
        self.epoch = hello.epoch
        self.stale_after = hello.stale_after
        self.unheard_since = None

    def _pause(self, behind: float, now: float) -> None:
        """Begin, or end, a time that makes nobody older."""
        if behind > 0:
            self.unheard_since = now - behind
        elif self.unheard_since is not None:
            missed = now - self.unheard_since
            for row in self._rows.values():
                row["heard_at"] = min(now, row["heard_at"] + missed)
            self.unheard_since = None


def _rows(columns: Columns, now: float) -> Iterator[tuple[str, Row]]:
    """Return the rows of columns by key.

    Raises:
        BadFrame: The columns are of unequal length, or hold what they cannot.
    """
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise BadFrame(f"columns of unequal length: {', '.join(f'{name} {n}' for name, n in lengths.items())}")
    if not any(lengths.values()):
        return
    if not all(isinstance(key, str) for key in columns.get("key", [None])):
        raise BadFrame("columns without a text in `key` for each row")
    for name in _NUMBERS:
        if not all(value is None or isinstance(value, int | float) for value in columns.get(name, ())):
            raise BadFrame(f"column {name!r} holds something that is no number")
    for values in zip(*columns.values(), strict=True):
        row = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
        row["heard_at"] = now - row.pop("heard", 0.0)
        yield row["key"], row
