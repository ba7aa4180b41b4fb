"""`Tracker`: what a notebook holds. It hands out frames and screens of what its background thread reads.

Background: Feed ──> Store ──> frame, latest, track, rejected, stats
                       └─────> once a second: map, table, status
"""

from __future__ import annotations

import os
import sys
import time
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from tracker.errors import BadOption, BrokerWarning, FeedFailed, NotRunning, NotSettled, UnknownAircraft
from tracker.feed.session import Feed
from tracker.frame import Where, frame, rejected_frame, rows_where
from tracker.jupyter.background import Background
from tracker.jupyter.changes import Changes
from tracker.jupyter.map.livemap import LIMIT, TILES, LiveMap
from tracker.jupyter.map.symbols import ColourBy
from tracker.jupyter.options import check_ageing, check_cluster, check_last, check_observed, choose_security
from tracker.jupyter.screens import Screens, Selection
from tracker.jupyter.status import StatusStrip
from tracker.jupyter.table import ROWS, LiveTable
from tracker.spans import parse_since, parse_span
from tracker.state.stats import Stats
from tracker.state.store import Store
from tracker.state.window import Paths, Window

if TYPE_CHECKING:
    from tracker.jupyter.plots import Plots

CONNECT_TIMEOUT = 5.0
"""How long `start()` waits for the broker before it warns, s."""
_running: weakref.WeakValueDictionary[tuple[str, str, str], Tracker] = weakref.WeakValueDictionary()


class Tracker:
    """A live view of a Kafka topic of aircraft: frames, a map, a table.

    Reads every partition without a consumer group, in a thread of its own, from `start()` to `stop()`.

    Example:
        >>> t = Tracker("localhost:9092").start()
        >>> t.map()
        >>> t.frame(last="2min")

    Args:
        bootstrap_servers: `host:port`, several separated by commas; None: the environment's
            `KAFKA_BOOTSTRAP_SERVERS`, else `localhost:9092`.
        topic: Its name; it need not exist yet.
        window: How far the frames reach back from the newest event time: `"10min"`, seconds or a timedelta.
        since: From when on records are read, by when they were published: `"-10min"`, `"earliest"`, `"latest"`,
            a datetime or s since 1970.
        stale_after: An aircraft not heard for so long, s, is drawn in grey.
        lost_after: An aircraft not heard for so long, s, leaves the screens; `float("inf")`: never.
        name: Two trackers of the same address and topic live side by side only under different names.
        security_protocol: `"PLAINTEXT"`, `"SSL"` (encrypted), `"SASL_SSL"` (encrypted, with a user) or
            `"SASL_PLAINTEXT"`; None here and below: the environment's `KAFKA_SECURITY_PROTOCOL` and so on.
        sasl_mechanism: `"PLAIN"`, `"SCRAM-SHA-256"` or `"SCRAM-SHA-512"`.
        sasl_username: Who signs in.
        sasl_password: Better in the environment than in a notebook.
        ssl_cafile: PEM file of the authorities that sign the brokers' certificates; else those the machine trusts.
        ssl_certfile: PEM file of our own certificate, for brokers that ask for one.
        ssl_keyfile: PEM file of its key, where it is not in the same file.
        ssl_password: Of the key.
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
        stale_after: float = 15.0,
        lost_after: float = 60.0,
        name: str = "",
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
        self.bootstrap_servers, self.topic = check_cluster(address, topic)
        self.name = name
        self.window = parse_span("window", window)
        """Reach of the window, s."""
        self._ageing = check_ageing(stale_after, lost_after)
        self.security = choose_security(
            security_protocol=security_protocol, sasl_mechanism=sasl_mechanism, sasl_username=sasl_username,
            sasl_password=sasl_password, ssl_cafile=ssl_cafile, ssl_certfile=ssl_certfile, ssl_keyfile=ssl_keyfile,
            ssl_password=ssl_password, ssl_check_hostname=ssl_check_hostname,
        )  # fmt: skip
        """How the brokers are spoken to; its repr shows no secret."""
        self.error: BaseException | None = None
        """What ended the background thread, if anything did."""
        self._told = False  # by start() itself, and so not again by the next one
        self._since = parse_since(since)
        self._changes = Changes()
        self._owned = ExitStack()
        self._screens = Screens(lambda: self._store.look(self._feed.status))
        self._selection = Selection()
        self._background = Background(self._screens, self._changes, self._fail)
        self._store, self._feed = self._begin()

    def __repr__(self) -> str:
        name = f", name={self.name!r}" if self.name else ""
        return f"Tracker({self.bootstrap_servers!r}, topic={self.topic!r}{name})"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Read on from `since` in the background; what an earlier run held is forgotten.

        A tracker of the same address, topic and name that runs already is stopped, so that running a cell again
        leaves one. Where no broker answers within `CONNECT_TIMEOUT`, a `BrokerWarning` says so, and it goes on trying;
        where one answers and refuses (a wrong password, a certificate that is not trusted), that is an error.

        Raises:
            FeedFailed: The run before ended with an error; the start after this one tries again. Or this run has ended
                within `CONNECT_TIMEOUT`.
        """
        error, self.error = self.error, None
        if error is not None and not self._told:
            raise FeedFailed(f"the run before ended: {error}") from error
        if self.running:
            return self
        older = _running.get(self._identity)
        if older is not None:
            older.stop()
        self._store, self._feed = self._begin()
        self._told = False
        self._background.start(repr(self), self._feed, self._store)
        _running[self._identity] = self
        status = self._feed.status
        if not self._changes.wait(lambda: status.connected or not self.running, CONNECT_TIMEOUT):
            warnings.warn(
                f"{status.error or f'no answer from {self.bootstrap_servers}'}; trying on", BrokerWarning, stacklevel=2
            )
        if self.error is not None:
            self._told = True
            self.stop()
            raise FeedFailed(f"the background thread ended: {self.error}") from self.error
        return self

    def stop(self) -> None:
        """End the background thread; frames go on serving what is held."""
        self._background.stop()
        if _running.get(self._identity) is self:
            del _running[self._identity]
        self._owned.close()

    def own(self, resources: ExitStack) -> None:
        """Have `stop()` close these, after the thread has ended."""
        self._owned.push(resources)

    @property
    def running(self) -> bool:
        """Whether the background thread lives."""
        return self._background.running

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

        def reached() -> bool:
            return self._store.received >= count if count is not None else self._feed.status.caught_up

        await self._changes.settle(lambda: reached() or not self.running, timeout)
        if self.error is not None:
            raise FeedFailed(f"the background thread ended: {self.error}") from self.error
        if reached():
            return
        if not self.running:
            raise NotRunning(f"{self!r} is not running: start() it")
        wanted = f"{count} reports" if count is not None else "the end of the log"
        reason = f" ({self._feed.status.error})" if self._feed.status.error else ""
        raise NotSettled(f"{self._store.received} reports were read in {timeout:g} s, and not {wanted}{reason}")

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
        """The reports of the window, one row each, as a copy.

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
        span = None if last is None else check_last(last, self.window)
        if where is None:
            return self._store.ask(lambda window: frame(window.reports(span), columns))
        df = self._store.ask(lambda window: frame(window.reports(span)))
        return rows_where(df, where, columns, _names_of_the_caller())

    def batches(
        self,
        every: str | float | timedelta = 1.0,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
    ) -> AsyncIterator[pd.DataFrame]:
        """The rows that come from now on, as frames; ends with the tracker.

        Nothing is queued: each frame holds what the window took in since the one before, so one who is slow gets
        fewer, longer frames, and loses only what has left the window meanwhile.

        Example:
            >>> async for df in t.batches(every="5s"):
            ...     print(len(df))

        Args:
            every: The least time from one frame to the next.
            columns: As in `frame`.
            where: As in `frame`; frames that it leaves empty are not handed out.
        """
        names = {} if where is None else _names_of_the_caller()
        return self._batches(parse_span("every", every), columns, where, names)

    async def _batches(
        self, pause: float, columns: Sequence[str] | None, where: Where | None, names: Mapping[str, object]
    ) -> AsyncIterator[pd.DataFrame]:
        seen = self._store.serial
        while self.running:
            begun = time.monotonic()
            await self._changes.settle(partial(self._is_past, seen), None)
            df, seen = self._store.ask(partial(_rows_after, seen, columns if where is None else None))
            if where is not None:
                df = rows_where(df, where, columns, names)
            if len(df):
                yield df
            await self._changes.settle(lambda: not self.running, max(0.0, begun + pause - time.monotonic()))

    def _is_past(self, serial: int) -> bool:
        return self._store.serial > serial or not self.running

    def latest(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The newest row that each aircraft has in the window, sorted by key; lost aircraft included."""
        return self._store.ask(lambda window: frame(window.latest(), columns))

    def track(self, aircraft: str) -> pd.DataFrame:
        """The rows of one aircraft in time order, by key or callsign.

        Example:
            >>> t.track("AFR123")

        Raises:
            UnknownAircraft: The window holds none of that key or callsign.
        """
        df = self._store.ask(lambda window: frame(window.track(aircraft.strip())))
        if len(df):
            return df
        raise UnknownAircraft(aircraft, self._store.ask(_known_names))

    def rejected(self) -> pd.DataFrame:
        """The newest refused records: when, partition, offset, reason, field, error, first_bytes."""
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
        """A live map: a marker for each aircraft; the mouse over it tells the callsign, a click opens its values.

        Example:
            >>> t.map(center=(48.9, 2.4), zoom=8, trails="2min", colour_by="speed")
            >>> t.map(follow="AFR123")

        Args:
            center: Latitude and longitude to look at, deg; None: where most of the first aircraft are.
            zoom: From 0, the world, to 19, a street.
            follow: The key or callsign of an aircraft to keep the map on; `m.follow = None` ends that.
            trails: How far back to draw where aircraft came from: `"2min"`, seconds or a timedelta, at most the
                window; True: two minutes.
            colour_by: What the colours tell: `"altitude"`, `"speed"` or `"vertical_rate"`.
            limit: Markers at most; more than 200 make a browser slow.
            tiles: The address of map tiles, with `{z}`, `{x}`, `{y}`; None: land and borders alone.

        Raises:
            BadOption: An argument is outside its limits.
        """
        if trails and trails is not True and parse_span("trails", trails) > self.window:
            raise BadOption("trails", trails, f"at most the window ({self.window:g} s) is needed")
        live = LiveMap(
            center=center, zoom=zoom, follow=follow, trails=trails, colour_by=colour_by, limit=limit, tiles=tiles,
            paths=self._paths, wake=self._background.wake, select=self._selection.select,
        )  # fmt: skip
        return self._screens.show(live)

    def table(self, columns: Sequence[str] | None = None, sort: str = "callsign", rows: int = ROWS) -> LiveTable:
        """A live table of the aircraft that are not lost; a click on a header sorts by it.

        Example:
            >>> t.table(columns=["callsign", "altitude", "vertical_rate"], sort="-altitude", rows=10)

        Args:
            columns: Names out of `tracker.COLUMNS`, or `"age"`: s since the aircraft was last heard.
            sort: The column to sort by; with a minus before it from the highest down. What is not known comes last.
            rows: Aircraft that are shown at most.

        Raises:
            UnknownColumn: There is no such column.
            BadOption: `rows` is outside its limits.
        """
        return self._screens.show(LiveTable(columns=columns, sort=sort, rows=rows, wake=self._background.wake))

    def status(self) -> StatusStrip:
        """A live strip: whether it is connected, or since when it is not, rate, lag, aircraft, rejects, last error.

        Example:
            >>> t.status()
        """
        return self._screens.show(StatusStrip(self.topic, self.bootstrap_servers))

    @property
    def plot(self) -> Plots:
        """Quick pictures that stay live: `t.plot.altitude("AFR123")`, `t.plot.rates()`."""
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
        self._selection.observe(handler, names=check_observed(names))

    def unobserve(self, handler: Callable[[Any], object], names: str = "selected") -> None:
        """Call `handler` no more."""
        self._selection.unobserve(handler, names=check_observed(names))

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.bootstrap_servers, self.topic, self.name

    def _begin(self) -> tuple[Store, Feed]:
        store = Store(self.window, *self._ageing)
        return store, Feed(self.bootstrap_servers, self.topic, self._since, store, self._changes.tell, self.security)

    def _fail(self, error: BaseException) -> None:
        self.error = error

    def _paths(self, keys: Collection[str], last: float) -> Paths:
        return self._store.ask(lambda window: window.paths(keys, last))


def _rows_after(serial: int, columns: Sequence[str] | None, window: Window) -> tuple[pd.DataFrame, int]:
    return frame(window.reports(after=serial), columns), window.serial


def _names_of_the_caller() -> Mapping[str, object]:
    """The variables of the function that called the method of `Tracker` that asks, as they are now."""
    caller = sys._getframe(2)
    return {**caller.f_globals, **caller.f_locals}


def _known_names(window: Window) -> list[str]:
    known = window.reports().categories
    return known["key"].by_code + known["callsign"].by_code
