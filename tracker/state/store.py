"""What a tracker holds: window, fleet, rejects and counters, under one lock.

feed's thread ──> take, silence, resume ──> Store ──> ask (the window), look, picture, rejects, stats ──> any thread
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from tracker.feed.batch import Batch
from tracker.feed.records import Reading, Reject
from tracker.feed.status import Status
from tracker.state.fleet import Fleet, Picture
from tracker.state.ledger import Ledger
from tracker.state.scene import Scene
from tracker.state.sources import Sources
from tracker.state.stats import Stats
from tracker.state.window import MAX_ROWS, Window

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)

_RATE_SPAN = 5.0  # s
_FEW_DESCRIBED = 1_000  # aircraft whose description costs less than to look which of them are gone


class Store:
    """The `Sink` of a feed, which answers from what it took in; every method may be called from any thread.

    Args:
        window: Reach of the window, s.
        stale_after: Not heard for so long, s: stale.
        lost_after: Not heard for so long, s: lost.
        max_rows: Rows that the window holds at most.
    """

    def __init__(self, window: float, stale_after: float, lost_after: float, max_rows: int = MAX_ROWS) -> None:
        self._lock = threading.Lock()
        self._window = Window(window, max_rows=max_rows)
        self.fleet = Fleet(stale_after, lost_after, self._window.descriptions)
        """Not locked: use it in the feed's thread only."""
        self._ledger = Ledger()
        self._sources = Sources()
        names = ("received", "rejected", "duplicates", "late", "outside_window", "tombstones", "evicted")
        self._counts = dict.fromkeys(names, 0)
        self._most_described = _FEW_DESCRIBED
        self._recent: deque[tuple[float, int]] = deque()  # (moment, reports), for the rate

    @property
    def received(self) -> int:
        """Valid reports taken in."""
        return self._counts["received"]

    def take(self, reading: Reading, *, backlog: bool, now: float) -> None:
        """Take in what was read at the monotonic time `now`; `backlog`: the log held it before we came."""
        counts = self._counts
        with self._lock:
            taken = 0 if reading.batch is None else len(reading.batch)
            said = self._ledger.note(
                taken, reading.rejects, reading.repaired, now, examples=reading.examples, unused=reading.unused
            )
            self._sources.note(reading.sources)
            counts["rejected"] += len(reading.rejects)
            counts["tombstones"] += reading.tombstones
            if reading.batch is not None:
                self._take(reading.batch, backlog=backlog, now=now)
        for refusal in said:
            log.warning("refused (%s, %d so far): %s", refusal.reason, refusal.count, refusal.example)

    def _take(self, batch: Batch, *, backlog: bool, now: float) -> None:
        counts = self._counts
        judgement = self._window.add(batch)
        if len(self._window.descriptions) > self._most_described:
            self._forget_descriptions()
        self.fleet.apply(batch, judgement.fresh, now, backlog=backlog)
        if len(judgement.fresh) < len(judgement.accepted):
            late = judgement.late.tolist()
            counts["late"] += len(late)
            if not backlog:
                self.fleet.hear([batch.key[row] for row in late], now)
        counts["received"] += len(batch)
        counts["duplicates"] += judgement.duplicates
        counts["outside_window"] += judgement.outside
        if judgement.evicted and not counts["evicted"]:
            log.warning("the window is full at %d rows: the oldest make room", self._window.max_rows)
        counts["evicted"] += judgement.evicted
        self._recent.append((now, len(batch)))
        while self._recent[0][0] < now - _RATE_SPAN:
            self._recent.popleft()

    def _forget_descriptions(self) -> None:
        """Leave out the aircraft that neither the window nor the fleet holds any more."""
        descriptions = self._window.descriptions
        descriptions.keep({*self._window.keys(), *self.fleet.keys()})
        self._most_described = 2 * len(descriptions) + _FEW_DESCRIBED

    def silence(self, now: float) -> None:
        """Note that from the monotonic time `now` on nothing can be heard."""
        with self._lock:
            self.fleet.silence(now)

    def resume(self, now: float) -> None:
        """Note that from the monotonic time `now` on we hear again; nobody has aged meanwhile."""
        with self._lock:
            self.fleet.resume(now)

    def expire(self) -> list[str]:
        """Forget the aircraft that are lost, and return their keys."""
        with self._lock:
            return self.fleet.expire(time.monotonic())

    @property
    def serial(self) -> int:
        """The number of the report that was taken in last."""
        return self._window.serial

    def ask(self, question: Callable[[Window], Answer]) -> Answer:
        """Put a question to the window, while it rests: its answer must be a copy, and it must not ask the store."""
        with self._lock:
            return question(self._window)

    def picture(self) -> Picture:
        """Return the aircraft that are not lost."""
        with self._lock:
            return self.fleet.picture(time.monotonic())

    def rejects(self) -> list[Reject]:
        """Return the refused records that are kept and examples of the mended ones, the newest last."""
        with self._lock:
            return self._ledger.records()

    def stats(self, status: Status) -> Stats:
        """Return all numbers of this moment; `status` is that of the feed."""
        with self._lock:
            now = time.monotonic()
            return self._stats(status, now, *self.fleet.count(now))

    def look(self, status: Status) -> Scene:
        """Return the numbers and the aircraft of one moment; `status` is that of the feed."""
        with self._lock:
            now = time.monotonic()
            picture = self.fleet.picture(now)
            return Scene(self._stats(status, now, len(picture), int(picture.stale.sum())), picture)

    def _stats(self, status: Status, now: float, aircraft: int, stale: int) -> Stats:
        return Stats(
            **self._counts,
            refused=self._ledger.refused(),
            repaired=dict(self._ledger.repaired),
            unused=dict(self._ledger.unused),
            sources=self._sources.at(time.time()),
            clock_correction=status.clocks.correction,
            trouble=_join(self._ledger.trouble(now), status.clocks.trouble(time.time())),
            rate=sum(count for moment, count in self._recent if moment > now - _RATE_SPAN) / _RATE_SPAN,
            rows=len(self._window),
            aircraft=aircraft,
            stale=stale,
            newest=datetime.fromtimestamp(self._window.newest, UTC) if np.isfinite(self._window.newest) else None,
            reconnects=status.reconnects,
            logs_replaced=status.logs_replaced,
            truncated=status.truncated,
            lag=status.lag,
            state=status.state,
            since=status.since,
            error=status.error,
        )


def _join(*sentences: str | None) -> str | None:
    return "; ".join(sentence for sentence in sentences if sentence) or None
