"""From the store to every viewer: one loop that turns as often as there is something new and the load allows.

feed ──> publish ──> tick: expire, advance, then for each viewer that has drained: due ──> Outlet.write

News goes out in the turn of the event loop in which it comes or, after a long tick, by `run` a little later.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tracker.feed.status import Status
from tracker.server.dialects import Dialect, Due
from tracker.server.hub import Hub, Viewer
from tracker.server.metrics import Metrics
from tracker.server.websocket import Outlet
from tracker.state.fleet import Picture
from tracker.state.store import Store
from tracker.stream.protocol import Bye, Hello, Lag, Subscribe

STALLED_AFTER = 30.0
"""After how long a client that drains nothing is closed, s."""
STALLED = Bye(1013, f"nothing was drained for {STALLED_AFTER:.0f} s")
ASKS_WITHIN = 30.0
"""How soon a client has to subscribe, s; one that does not is closed."""
SILENT = Bye(1013, f"nothing was asked for within {ASKS_WITHIN:.0f} s")
_BEHIND = 1.0  # s, above which a client is told that it lags
_SHARE = 1.0  # times the length of a tick is left to feed, API and newcomers before the next one
_SHORTEST, _LONGEST = 0.001, 0.25  # s, of that pause; shorter ones are skipped: timers are no finer
_RETRY = 0.02  # s, until viewers that had not drained, or were not due yet, are looked at again
_SECOND = 1.0


@dataclass(slots=True, eq=False)
class _Seat:
    """A viewer and its connection."""

    viewer: Viewer
    outlet: Outlet
    came_at: float
    due_at: float = 0.0
    """When its `max_hz` next allows a frame; monotonic clock, s, as all times here."""
    behind_since: float | None = None
    """When something first became due for which it had no room; None: it keeps up."""
    waiting: int = 0
    """Bytes that had not left at the last look."""
    moved_at: float = 0.0
    """When these last became fewer, or there were none."""
    silent: bool = False
    """Whether it was told that the broker is away, and not yet that it is back."""


class Broadcast:
    """The viewers of a hub.

    Args:
        hub: Encodes what each viewer is due.
        store: Expires aircraft, once a second.
        status: The state of the feed.
        metrics: Counts frames, clients and delays.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, hub: Hub, store: Store, status: Status, metrics: Metrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.hub = hub
        self._store = store
        self._status = status
        self._metrics = metrics
        self._clock = clock
        self._seats: dict[Viewer, _Seat] = {}
        self._news = asyncio.Event()
        self._sent: Counter[Due] = Counter()  # to how many viewers, in this tick
        self._second = 0.0  # when the next second begins
        self._ready_at = 0.0  # when the pause after the last tick ends
        self._retry: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._seats)

    def wake(self) -> None:
        """Let `run` send what has changed."""
        self._news.set()

    def publish(self) -> None:
        """Send what has changed in the fleet, at once or as soon as the load allows."""
        if self._clock() >= self._ready_at:
            self._turn()
        else:
            self.wake()

    def join(self, outlet: Outlet, dialect: Dialect) -> Viewer:
        """Add a viewer, and greet it."""
        outlet.dialect = dialect
        viewer = Viewer(dialect, subscribed=dialect.decode is None)
        now = self._clock()
        self._seats[viewer] = _Seat(viewer, outlet, came_at=now, moved_at=now)
        self._metrics.clients.labels(dialect.name).inc()
        fleet = self._store.fleet
        outlet.say(Hello(self.hub.epoch, time.time(), fleet.stale_after, fleet.lost_after))
        self.wake()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer."""
        del self._seats[viewer]
        self._metrics.clients.labels(viewer.dialect.name).dec()

    def subscribe(self, viewer: Viewer, wish: Subscribe) -> None:
        """Change a viewer's subscription.

        Raises:
            ValueError: The box is outside its limits.
        """
        self.hub.subscribe(viewer, wish)
        self._seats[viewer].due_at = 0.0
        self.wake()

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._second - self._clock())):
                    await self._news.wait()
            await asyncio.sleep(self._ready_at - self._clock())  # what comes meanwhile goes out together
            self._news.clear()
            self._turn()

    def _turn(self) -> None:
        """Do a tick, and decide how long the next one waits."""
        begun = self._clock()
        if self.tick(begun) and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(_RETRY, self._try_again)
        now = self._clock()
        self._metrics.ticks.observe(now - begun)
        rest = _SHARE * (now - begun)
        self._ready_at = now + min(rest, _LONGEST) if rest >= _SHORTEST else 0.0

    def _try_again(self) -> None:
        self._retry = None
        self.wake()

    def tick(self, now: float) -> bool:
        """Send what is due, and return whether something was left for later."""
        lost: list[str] = []
        if now >= self._second:
            self._second = now + _SECOND
            self._tell_of_broker(now)
            self._dismiss_idle(now)
            lost = self._store.expire()
        changes = self.hub.advance(now, lost)
        left_over = False
        for seat in list(self._seats.values()):
            if seat.viewer.subscribed and seat.viewer.cursor != self.hub.seq:
                left_over |= not self._serve(seat, now)
        self._observe(changes)
        return left_over

    def _observe(self, changes: Picture) -> None:
        """Count what was sent; after the sending, which is more urgent."""
        for due, clients in self._sent.items():
            self._metrics.observe_frames(due.dialect, due.kind, due.frames, len(due.data), clients)
        self._sent.clear()
        if self._seats and self._status.caught_up:
            self._metrics.observe_delays((time.time() - changes.published).tolist())

    def _serve(self, seat: _Seat, now: float) -> bool:
        """Send a viewer what it is due, and return False where it has no room or must wait for its `max_hz`."""
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

    def _dismiss_idle(self, now: float) -> None:
        """Close those who drain nothing, and those who ask for nothing."""
        for seat in list(self._seats.values()):
            waiting = seat.outlet.waiting
            if not waiting or waiting < seat.waiting:
                seat.moved_at = now
            seat.waiting = waiting
            if now - seat.moved_at > STALLED_AFTER:
                seat.outlet.dismiss(STALLED)
            elif not seat.viewer.subscribed and now - seat.came_at > ASKS_WITHIN:
                seat.outlet.dismiss(SILENT)

    def _tell_of_broker(self, now: float) -> None:
        """Tell viewers once a second while the broker is away, and once when it is back."""
        since = self._store.fleet.silent_since
        behind = 0.0 if since is None else max(0.001, round(now - since, 3))
        lag = Lag(behind, "broker")
        frames: dict[Dialect, bytes] = {}
        for seat in self._seats.values():
            viewer = seat.viewer
            if not viewer.subscribed or seat.outlet.waiting or not (behind or seat.silent):
                continue  # one that has not drained is told in a second
            if viewer.dialect not in frames:
                frames[viewer.dialect] = viewer.dialect.announce(lag)
            seat.outlet.write(frames[viewer.dialect])
            seat.silent = bool(behind)
