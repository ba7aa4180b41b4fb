"""`Tracker`: what a notebook holds. It hands out frames and screens of what its background thread reads.

Background: Feed ──> Store ──> frame, latest, track, rejected, stats
                       └─────> once a second: map, table, status
"""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from tracker.columns.names import choose_columns
from tracker.errors import BrokerWarning, FeedFailed
from tracker.feed.consumer import connected
from tracker.feed.session import Feed
from tracker.frame import Where, check_where, frame, names_of_caller, rejected_frame, rows_where, track_frame
from tracker.jupyter import options
from tracker.jupyter.background import Background
from tracker.jupyter.batches import new_rows
from tracker.jupyter.changes import Changes
from tracker.jupyter.map.livemap import LIMIT, TILES, LiveMap
from tracker.jupyter.map.symbols import ColourBy
from tracker.jupyter.registry import Registry
from tracker.jupyter.screens import Screens, Selection
from tracker.jupyter.status import StatusStrip
from tracker.jupyter.table import ROWS, LiveTable
from tracker.jupyter.waiting import Waiting
from tracker.spans import parse_since, parse_span
from tracker.state.stats import Stats
from tracker.state.store import Store
from tracker.state.window import Window

if TYPE_CHECKING:
    from tracker.jupyter.plots import Plots

CONNECT_TIMEOUT = 5.0
"""How long `start()` waits for the broker before it warns, s."""
_running: Registry[tuple[str, str, str]] = Registry()


class Tracker:
    """A live view of a Kafka topic of aircraft, or of anything else that moves: frames, a map, a table.

    Reads every partition without a consumer group, in a thread of its own, from `start()` to `stop()`.

    Example:
        >>> t = Tracker("localhost:9092").start()
        >>> t.map()
        >>> t.frame(last="2min")

    Args:
        bootstrap_servers: `host:port`, several separated by commas; None: the environment's
            `KAFKA_BOOTSTRAP_SERVERS`, else `localhost:9092`.
        topic: The name of the topic; it need not exist yet.
        window: How far the frames reach back from the newest event time: `"10min"`, seconds or a timedelta.
        since: From when on records are read, by when they were published: `"-10min"`, `"earliest"`, `"latest"`,
            a datetime or s since 1970.
        stale_after: An aircraft not heard for so long, s, is drawn in grey; None: as the environment's
            `TRACKER_STALE_AFTER` says, else 15.
        lost_after: An aircraft not heard for so long, s, leaves the screens; `float("inf")`: never; None: as
            `TRACKER_LOST_AFTER` says, else 60.
        name: Two trackers of the same address and topic live side by side only under different names.
        mapping: How records of another dialect are read: `"traffic"`, `"readsb"`, `"opensky"`, a TOML file or a dict of
            its shape; None: as the environment's `TRACKER_MAPPING` says, else as records of the wire, as `""` does.
        security_protocol: `"PLAINTEXT"`, `"SSL"` (encrypted), `"SASL_SSL"` (encrypted, with a user) or
            `"SASL_PLAINTEXT"`; None here and below: the environment's `KAFKA_SECURITY_PROTOCOL` and so on.
        sasl_mechanism: `"PLAIN"`, `"SCRAM-SHA-256"` or `"SCRAM-SHA-512"`.
        sasl_username: The user who signs in.
        sasl_password: Better in the environment than in a notebook.
        ssl_cafile: PEM file of the authorities that sign the brokers' certificates; else those the machine trusts.
        ssl_certfile: PEM file of our own certificate, for brokers that ask for one.
        ssl_keyfile: PEM file of its key, where it is not in the same file.
        ssl_password: The password of that key.
        ssl_check_hostname: Whether a broker's certificate must be for the name under which it is reached.

    Raises:
        BadOption: An argument is outside its limits.
    """

    def __init__(
        self,
        bootstrap_servers: str | None = None,
        *,
        topic: str = "shipments",
        window: str | float | timedelta = "10min",
        since: str | float | datetime = "-10min",
        stale_after: float | None = None,
        lost_after: float | None = None,
        name: str = "",
        mapping: str | os.PathLike[str] | Mapping[str, object] | None = None,
        security_protocol: str | None = None,
        sasl_mechanism: str | None = None,
        sasl_username: str | None = None,
        sasl_password: str | None = None,
        ssl_cafile: str | os.PathLike[str] | None = None,
        ssl_certfile: str | os.PathLike[str] | None = None,
        ssl_keyfile: str | os.PathLike[str] | None = None,
        ssl_password: str | None = None,
        ssl_check_hostname: bool | None = None,
    ) -> None:
        address = bootstrap_servers or os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or "localhost:9092"
        self.bootstrap_servers, self.topic = options.check_cluster(address, topic)
        self.name = name
        self.window = parse_span("window", window)
        """Reach of the window, s."""
        self._ageing = options.choose_ageing(stale_after, lost_after)
        self.security = options.choose_security(
            security_protocol=security_protocol, sasl_mechanism=sasl_mechanism, sasl_username=sasl_username,
            sasl_password=sasl_password, ssl_cafile=ssl_cafile, ssl_certfile=ssl_certfile, ssl_keyfile=ssl_keyfile,
            ssl_password=ssl_password, ssl_check_hostname=ssl_check_hostname,
        )  # fmt: skip
        """How the brokers are spoken to; its repr shows no secret."""
        self._since = parse_since(since)
        self._mapping = options.choose_mapping(mapping)
        self._changes = Changes()
        self._owned = ExitStack()
        self._screens = Screens(lambda: self._store.look(self._feed.status))
        self._selection = Selection()
        self._background = Background(self._screens, self._changes)
        self._waiting = Waiting(self._background, self._changes, lambda: self.stats)
        self._store, self._feed = self._begin()

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Tracker({self.bootstrap_servers!r}, topic={self.topic!r}{name})"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Read on from `since` in the background; what an earlier run held is forgotten.

        A tracker of the same address, topic and name that runs already is stopped, so that running a cell again
        leaves one. Where no broker answers within `CONNECT_TIMEOUT`, a `BrokerWarning` says so, and it goes on trying;
        where one answers and refuses (a wrong password, a certificate that is not trusted), that is an error.

        Raises:
            FeedFailed: The background thread ended with an error within `CONNECT_TIMEOUT`.
        """
        if self.running:
            return self
        _running.enter(self._identity, self)
        self._store, self._feed = self._begin()
        try:
            connected = self._background.start(repr(self), self._feed, self._store, CONNECT_TIMEOUT)
        except FeedFailed:
            self.stop()
            raise
        if not connected:
            reason = self._feed.status.error or f"no answer from {self.bootstrap_servers}"
            warnings.warn(f"{reason}; trying on", BrokerWarning, stacklevel=2)
        return self

    def stop(self) -> None:
        """End the background thread; frames go on serving what is held."""
        self._background.stop()
        _running.leave(self._identity, self)
        self._owned.close()

    @property
    def running(self) -> bool:
        """Whether the background thread lives."""
        return self._background.running

    @property
    def error(self) -> BaseException | None:
        """What ended the background thread; None: nothing did. It is kept until `start()` succeeds again."""
        return self._background.error

    async def settled(self, count: int | None = None, timeout: float = 30.0) -> None:  # noqa: ASYNC109
        """Wait until so many valid reports were read since the start; without a count, all that the log held then.

        Example:
            >>> await t.settled(count=43191, timeout=60)

        Args:
            count: Reports, duplicates included, refused ones not.
            timeout: s.

        Raises:
            NotRunning: It was not started, or was stopped meanwhile.
            NotSettled: The time is over.
            FeedFailed: The background thread ended with an error.
        """
        if count is None:
            await self._waiting.settle(lambda: self._feed.status.caught_up, timeout, "the end of the log")
        else:
            await self._waiting.settle(lambda: self._store.received >= count, timeout, f"{count} reports")

    async def until(self, condition: Callable[[Stats], bool], timeout: float = 30.0) -> Stats:  # noqa: ASYNC109
        """Wait until a condition holds of the numbers, and return those for which it does.

        Example:
            >>> await t.until(lambda stats: stats.aircraft >= 20)
            >>> await t.until(lambda stats: not stats.connected, timeout=60)

        Args:
            condition: Takes `Stats` and says whether it holds; asked at once, after each change and once a second.
            timeout: s.

        Raises:
            NotRunning: It was not started, or was stopped meanwhile.
            NotSettled: The time is over; the numbers stand in its message.
            FeedFailed: The background thread ended with an error.
        """
        return await self._waiting.until(condition, timeout)

    @property
    def stats(self) -> Stats:
        """The numbers at this moment."""
        return self._store.stats(self._feed.status)

    def frame(
        self,
        last: str | float | timedelta | None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
    ) -> pd.DataFrame:
        """Return the reports of the window, one row each, as a copy.

        Example:
            >>> t.frame(last="2min", columns=["timestamp", "callsign", "altitude"])
            >>> t.frame(where="altitude > 30_000 and not onground")

        Args:
            last: Only so far back from the newest event time.
            columns: Names out of `tracker.COLUMNS`; None: all.
            where: Only these rows: an expression as `DataFrame.query` takes it, `@name` for a variable of yours
                included, or a function that is given the frame and returns a boolean series. All columns can be asked,
                not only the chosen ones.

        Returns:
            Shape (n, columns), RangeIndex; rows in the order of arrival, each aircraft's own rows in time order.

        Raises:
            BadOption: `last` is no span or longer than the window, or `where` is not an expression over the columns or
                compares a text with a number.
            UnknownColumn: There is no such column.
        """
        span = None if last is None else options.check_last(last, self.window)
        df = self._store.ask(lambda window: frame(window.reports(span), columns if where is None else None))
        return df if where is None else rows_where(df, where, columns, names_of_caller())

    def batches(
        self,
        every: str | float | timedelta = 1.0,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
    ) -> AsyncIterator[pd.DataFrame]:
        """Hand out the rows that come from now on, as frames, until the tracker stops.

        Nothing is queued: each frame holds what the window took in since the one before, so that a slow
        reader gets fewer, longer frames, and loses only what has left the window meanwhile.

        Example:
            >>> async for df in t.batches(every="5s"):
            ...     print(len(df))

        Args:
            every: The least time from one frame to the next.
            columns: As in `frame`.
            where: As in `frame`; frames that it leaves empty are not handed out.

        Raises:
            BadOption: `every` is not a span, or `where` compares what can never be equal.
            UnknownColumn: There is no such column.
        """
        pause = parse_span("every", every)
        names = {} if where is None else names_of_caller()
        choose_columns(columns)
        if isinstance(where, str):
            check_where(where, names)
        return new_rows(lambda: self._store, self._background, self._changes, pause, columns, where, names)

    def latest(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the newest row that each object has in the window, sorted by key; lost ones included."""
        return self._store.ask(lambda window: frame(window.latest(), columns))

    def track(self, aircraft: str) -> pd.DataFrame:
        """Return the rows of one aircraft, or of anything else, in time order, by key, callsign or id.

        Example:
            >>> t.track("AFR123")
            >>> t.track("TRUCK-7")

        Raises:
            UnknownAircraft: The window holds none of that key, callsign or id.
        """
        return self._store.ask(lambda window: track_frame(window, aircraft))

    def rejected(self) -> pd.DataFrame:
        """Return the newest refused records, and examples of mended ones.

        Returns:
            A frame with `when`, `partition`, `offset`, `outcome` (`refused` or `mended`), `reason`, `field`, `error`
            and `first_bytes`, a record a row, the newest last.
        """
        return rejected_frame(self._store.rejects())

    def map(
        self,
        *,
        center: Sequence[float] | None = None,
        zoom: float | None = None,
        follow: str | None = None,
        trails: bool | str | float | timedelta | None = None,
        colour_by: ColourBy = "altitude",
        limit: int = LIMIT,
        tiles: str | None = TILES,
    ) -> LiveMap:
        """Show a live map: a marker for each object; the mouse over it tells the name, a click opens its values.

        The shapes of the markers tell what they are; red arcs mark the squawks 7500, 7600 and 7700.

        Example:
            >>> t.map(center=(48.9, 2.4), zoom=8, trails="2min", colour_by="speed")
            >>> t.map(follow="AFR123")

        Args:
            center: Latitude and longitude to look at, deg; None: where most of the first aircraft are.
            zoom: From 0, the world, to 19, a street.
            follow: The key, callsign or id of an object to keep the map on; `m.follow = None` ends that.
            trails: How far back to draw where they came from: `"2min"`, seconds or a timedelta, at most the window;
                True: two minutes.
            colour_by: What the colours tell: `"altitude"`, `"speed"` or `"vertical_rate"`.
            limit: Markers at most; with 200 a browser takes 0.3 s to paint what has changed, with 500 six.
            tiles: The address of map tiles, with `{z}`, `{x}`, `{y}`; None: land and borders alone.

        Raises:
            BadOption: An argument is outside its limits.
        """
        live = LiveMap(
            center=center, zoom=zoom, follow=follow, colour_by=colour_by, limit=limit, tiles=tiles,
            trails=options.parse_trails(trails, self.window), wake=self._background.wake, select=self._selection.select,
            paths=lambda keys, last: self._store.ask(lambda window: window.paths(keys, last)),
        )  # fmt: skip
        return self._screens.show(live)

    def table(self, columns: Sequence[str] | None = None, sort: str = "callsign", rows: int = ROWS) -> LiveTable:
        """Show a live table of the aircraft and other objects that are not lost; a click on a header sorts by it.

        Example:
            >>> t.table(columns=["callsign", "altitude", "vertical_rate"], sort="-altitude", rows=10)

        Args:
            columns: Names out of `tracker.COLUMNS`, or `"age"`: s since the object was last heard. None: callsign,
                address, motion, squawk and age, and what else is known of any object (`id`, `kind`, `typecode`,
                `registration`, `category`, `position_source`).
            sort: The column to sort by; with a minus before it from the highest down. What is not known comes last.
            rows: Objects that are shown at most.

        Raises:
            UnknownColumn: There is no such column.
            BadOption: `rows` is outside its limits.
        """
        return self._screens.show(LiveTable(columns=columns, sort=sort, rows=rows, wake=self._background.wake))

    def status(self) -> StatusStrip:
        """Show a live strip: whether it is connected or since when not, rate, lag, aircraft, rejects, last error.

        Example:
            >>> t.status()
        """
        return self._screens.show(StatusStrip(self.topic, self.bootstrap_servers))

    @property
    def plot(self) -> Plots:
        """Quick plots that stay live: `t.plot.altitude("AFR123")`, `t.plot.rates()`."""
        # Here, because the import of matplotlib takes longer than all others together, and few cells plot.
        from tracker.jupyter.plots import Plots

        return Plots(self.track, lambda: self._store.ask(Window.times), self._screens.show)

    @property
    def selected(self) -> str | None:
        """The key of the aircraft that was clicked last, on any of the maps; None: none yet."""
        return self._selection.selected

    def observe(self, handler: Callable[[Any], object], names: str = "selected") -> None:
        """Call `handler` whenever another aircraft is selected; its argument is as traitlets has it.

        It runs where a widget's own handlers run: in the kernel's thread, and not in the one that reads Kafka.

        Example:
            >>> t.observe(lambda change: print(change["new"]), names="selected")

        Args:
            handler: Is given a dictionary with `old` and `new`, keys of aircraft or None.
            names: `"selected"`: there is nothing else to observe.
        """
        self._selection.observe(handler, names=options.check_observed(names))

    def unobserve(self, handler: Callable[[Any], object], names: str = "selected") -> None:
        """Call `handler` no more."""
        self._selection.unobserve(handler, names=options.check_observed(names))

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.bootstrap_servers, self.topic, self.name

    def _begin(self) -> tuple[Store, Feed]:
        store = Store(self.window, *self._ageing)
        connect = partial(connected, self.bootstrap_servers, self.topic, self.security)
        return store, Feed(connect, self._since, store, self._changes.notify, mapping=self._mapping)


def own(tracker: Tracker, resources: ExitStack) -> None:
    """Have `stop()` close these, after the thread has ended."""
    tracker._owned.push(resources)
