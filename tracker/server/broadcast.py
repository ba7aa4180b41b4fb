"""From the store to every viewer: one loop, which goes as often as there is something new and the load allows.

feed ──> publish ──> tick: expire, advance, then for each viewer that has drained: due ──> Outlet.write

What the feed brings goes out in the turn of the loop in which it comes, or by `run` once the last tick is paid for.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from tracker.feed.status import Status
from tracker.server.hub import Due, Hub, Viewer
from tracker.server.metrics import Metrics
from tracker.server.websocket import Outlet
from tracker.state.fleet import Picture
from tracker.state.store import Store
from tracker.stream.protocol import Bye, Hello, Lag, Subscribe, encode, prepare

STALLED_AFTER = 30.0
"""A client that drains nothing for so long is closed, s."""
STALLED = Bye(1013, f"nothing was drained for {STALLED_AFTER:.0f} s")
_BEHIND = 1.0  # s, from which on a client is told that it lags
_SHARE = 1.0  # of a tick's own time is left to the others: feed, readers of the API, newcomers
_SHORTEST, _LONGEST = 0.001, 0.25  # s, between two ticks; what is shorter is none: no timer is finer than that
_RETRY = 0.02  # s, until those who had not drained, or were not yet due, are looked at again
_SECOND = 1.0


@dataclass(slots=True, eq=False)
class _Seat:
    """A viewer and its connection."""

    viewer: Viewer
    outlet: Outlet
    due_at: float = 0.0
    """Not before, by its `max_hz`; as all times here of the monotonic clock, s."""
    behind_since: float | None = None
    """Since when something was due that it had no room for."""
    waiting: int = 0
    """Bytes that had not left when we last looked."""
    moved_at: float = 0.0
    """When these became less, or there were none."""
    unheard: bool = False
    """Whether it was told that the broker is away, and not yet that it is back."""


class Broadcast:
    """The viewers of a hub.

    Args:
        hub: Knows what is due.
        store: Is told when a second has passed.
        status: Of the feed.
        metrics: Counts.
    """

    def __init__(self, hub: Hub, store: Store, status: Status, metrics: Metrics) -> None:
        self.hub = hub
        self._store = store
        self._status = status
        self._metrics = metrics
        self._seats: dict[Viewer, _Seat] = {}
        self._news = asyncio.Event()
        self._sent: Counter[Due] = Counter()  # in this tick, to how many
        self._second = 0.0  # when the next one begins
        self._ready_at = 0.0  # not before, for the sake of the others
        self._retry: asyncio.TimerHandle | None = None
        self._unheard_since: float | None = None

    def __len__(self) -> int:
        return len(self._seats)

    def wake(self) -> None:
        """Something has changed, which `run` is to see to."""
        self._news.set()

    def publish(self) -> None:
        """The fleet has changed: send that at once, or as soon as the load allows."""
        if time.monotonic() >= self._ready_at:
            self._turn()
        else:
            self.wake()

    def join(self, outlet: Outlet, *, columns: bool) -> Viewer:
        """A viewer has come."""
        outlet.columns = columns
        viewer = Viewer(columns=columns, wants=not columns)
        self._seats[viewer] = _Seat(viewer, outlet, moved_at=time.monotonic())
        self._metrics.clients.labels(viewer.dialect).inc()
        outlet.say(Hello(self.hub.epoch, time.time()))
        self.wake()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """It has gone."""
        del self._seats[viewer]
        self._metrics.clients.labels(viewer.dialect).dec()

    def subscribe(self, viewer: Viewer, wish: Subscribe) -> None:
        """It wishes for something.

        Raises:
            ValueError: For what cannot be.
        """
        self.hub.subscribe(viewer, wish)
        self._seats[viewer].due_at = 0.0
        self.wake()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._second - time.monotonic())):
                    await self._news.wait()
            await asyncio.sleep(self._ready_at - time.monotonic())  # what comes meanwhile goes out together
            self._news.clear()
            self._turn()

    def _turn(self) -> None:
        """A tick, and how long the next one has to wait for it."""
        begun = time.monotonic()
        if self.tick(begun) and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(_RETRY, self._try_again)
        now = time.monotonic()
        self._metrics.ticks.observe(now - begun)
        rest = _SHARE * (now - begun)
        self._ready_at = now + min(rest, _LONGEST) if rest >= _SHORTEST else 0.0

    def _try_again(self) -> None:
        self._retry = None
        self.wake()

    def tick(self, now: float) -> bool:
        """Send what is due; whether something had to be left for later."""
        lost: list[str] = []
        if now >= self._second:
            self._second = now + _SECOND
            self._tell_of_broker(now)
            self._dismiss_stalled(now)
            if self._status.connected:
                lost = self._store.expire()
        changes = self.hub.advance(now, lost)
        left_over = False
        for seat in list(self._seats.values()):
            if seat.viewer.wants and seat.viewer.cursor != self.hub.seq:
                left_over |= not self._serve(seat, now)
        self._observe(changes)
        return left_over

    def _observe(self, changes: Picture) -> None:
        """Count what was sent, once that has gone."""
        for due, clients in self._sent.items():
            self._metrics.observe_frames(due.dialect, due.kind, due.frames, len(due.data), clients)
        self._sent.clear()
        if self._seats and self._status.caught_up:
            self._metrics.observe_delays((time.time() - changes.published).tolist())

    def _serve(self, seat: _Seat, now: float) -> bool:
        """Send a viewer what is due to it, unless it has no room or is not due yet."""
        viewer, outlet = seat.viewer, seat.outlet
        if now < seat.due_at:
            return False
        if outlet.waiting:
            if seat.behind_since is None:
                seat.behind_since = now
            self._metrics.skipped.inc()
            return False
        behind, seat.behind_since = seat.behind_since, None
        due = self.hub.due(viewer, now)
        if due is not None:
            if viewer.max_hz is not None:
                seat.due_at = now + 1.0 / viewer.max_hz
            if behind is not None and now - behind > _BEHIND:
                outlet.say(Lag(round(now - behind, 3), "client"))
            outlet.write(due.data)
            self._sent[due] += 1
        return True

    def _dismiss_stalled(self, now: float) -> None:
        for seat in list(self._seats.values()):
            waiting = seat.outlet.waiting
            if not waiting or waiting < seat.waiting:
                seat.moved_at = now
            seat.waiting = waiting
            if now - seat.moved_at > STALLED_AFTER:
                seat.outlet.dismiss(STALLED)

    def _tell_of_broker(self, now: float) -> None:
        """Once a second while the broker is away, and once when it is back."""
        if self._status.connected:
            self._unheard_since = None
            behind = 0.0
        else:
            self._unheard_since = now if self._unheard_since is None else self._unheard_since
            behind = max(0.001, round(now - self._unheard_since, 3))
        frame = prepare(encode(Lag(behind, "broker")))
        for seat in self._seats.values():
            concerned = seat.viewer.columns and seat.viewer.wants and (behind or seat.unheard)
            if concerned and not seat.outlet.waiting:  # else in a second
                seat.outlet.write(frame)
                seat.unheard = bool(behind)
