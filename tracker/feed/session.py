"""Kafka into batches: every partition of a topic, without a consumer group, for ever.

    run:  connect ──> find partitions ──> place each ──> read + watch ─┐
             ^                                                         │ broker away, log or partitions changed
             └──────────────── back-off ───────────────────────────────┘

A session ends as soon as anything about the broker or the topic is not as it was, and the next one starts from what
was read: so there is one way in, whatever happened. What is read goes to a `Sink`; numbers stand in `Feed.status`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Literal, NoReturn, Protocol

from producer import wire
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.feed.partition import Partition
from tracker.feed.positions import Positions
from tracker.feed.records import Reading, Record, read
from tracker.feed.status import State, Status
from tracker.feed.upstream import Connect, Consumer, ConsumerFailed, TopicChanged
from tracker.feed.watch import watch
from tracker.spans import Since

log = logging.getLogger(__name__)
# Else Python's handler of last resort prints our complaints into whichever notebook cell runs.
logging.getLogger("tracker").addHandler(logging.NullHandler())

_LOOK_EVERY = 0.5  # s, for a topic that does not exist yet
_VERIFY_EVERY = 5.0  # s
_SHORTEST_WAIT, _LONGEST_WAIT = 0.1, 1.0  # s, between two sessions
_REFUSALS = 3  # in a row, by a broker that had let us in: it may have been starting


class Clock(Protocol):
    """The clocks of the module `time`, which is one."""

    def monotonic(self) -> float:
        """Return the seconds since any moment; never runs back."""

    def time(self) -> float:
        """Return the seconds since 1970, UTC."""


class Sink(Protocol):
    """Where the feed's reports go; called in the feed's event loop."""

    def take(self, reading: Reading, *, backlog: bool, now: float) -> None:
        """Take in what was read at the monotonic time `now`; `backlog`: the log held it before we came."""

    def silence(self, now: float) -> None:
        """Note that from the monotonic time `now` on nothing can be heard; once more changes nothing."""

    def resume(self, now: float) -> None:
        """Note that from the monotonic time `now` on the broker is heard."""


class Feed:
    """Reads a topic into a sink.

    Args:
        connect: Opens a consumer of the topic, for one session.
        since: Where to start in partitions that are there at the start; later ones are read from their beginning.
        sink: Takes what is read.
        changed: Is called after each change of the status, and after each reading.
        clock: The module `time`, or a stand-in. Pauses and limits of time are the event loop's.
        mapping: How the records are read; None: as the wire.
    """

    def __init__(
        self,
        connect: Connect,
        since: Since,
        sink: Sink,
        changed: Callable[[], None],
        clock: Clock = time,
        mapping: wire.Mapping | None = None,
    ) -> None:
        self.status = Status()
        self._connect = connect
        self._since = since
        self._sink = sink
        self._changed = changed
        self._clock = clock
        self._mapping = mapping
        self._known = False  # whether the broker has ever let us in
        self._refusals = 0
        self._positions = Positions()
        self._seen_topic = False  # or its absence: whatever comes from then on is new
        self._wait = _SHORTEST_WAIT

    async def run(self) -> NoReturn:
        """Read until cancelled; a broker that is away is retried for ever.

        Raises:
            HandshakeFailed: The broker refuses us, or we it; in an exception group.
        """
        self._sink.silence(self._clock.monotonic())
        while True:
            try:
                await self._session()
            except* TopicChanged as over:
                log.info("a new session: %s", over.exceptions[0])
            except* HandshakeFailed as refused:
                self._lose(str(refused.exceptions[0]))
                self._refusals += 1
                if not self._known or self._refusals >= _REFUSALS:
                    raise
            except* (ConsumerFailed, OSError, BrokerUnreachable) as group:
                error = group.exceptions[0]
                self._lose(str(error) or type(error).__name__)
            await asyncio.sleep(self._wait)
            self._wait = min(2 * self._wait, _LONGEST_WAIT)

    def close(self, state: Literal["stopped", "failed"], error: str | None = None) -> None:
        """Note that nobody reads any more, and which error ended that, if one did."""
        self._leave(state, error or self.status.error)

    async def _session(self) -> None:
        async with self._connect() as consumer:
            self._find()
            await self._place(consumer, await self._find_partitions(consumer))
            self._known, self._refusals = True, 0
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(watch(consumer, self._positions, self._count))
                tasks.create_task(self._read(consumer))

    def _find(self) -> None:
        status = self.status
        if not status.connected:
            status.reconnects += status.state == "away"
            status.state, status.since, status.error = "connected", self._now(), None
            self._sink.resume(self._clock.monotonic())
        self._changed()

    def _lose(self, reason: str) -> None:
        if self.status.connected:
            log.warning("lost the broker: %s", reason)
        self._leave("connecting" if self.status.state == "connecting" else "away", reason)

    def _leave(self, state: State, error: str | None) -> None:
        status = self.status
        if status.connected:
            status.since = self._now()
            self._sink.silence(self._clock.monotonic())
        status.state, status.error = state, error
        self._changed()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time(), UTC)

    async def _find_partitions(self, consumer: Consumer) -> Set[int]:
        """Wait until the topic exists."""
        while True:
            topics = await consumer.topics()
            if consumer.topic in topics:
                partitions = consumer.partitions()
                if partitions:
                    self.status.error = None
                    return partitions
            self._seen_topic = True
            close = get_close_matches(consumer.topic, topics, 1)
            hint = f"; there is {close[0]!r}" if close else ""
            self.status.error = f"the topic {consumer.topic!r} does not exist (yet) at {consumer.address}{hint}"
            self._changed()
            await asyncio.sleep(_LOOK_EVERY)

    async def _place(self, consumer: Consumer, partitions: Set[int]) -> None:
        """Have each partition read from where it was left, or from where it is to start."""
        begins = await consumer.begins(partitions)
        ends = await consumer.ends(partitions)
        starts = None if self._seen_topic else await self._starts(consumer, begins, ends)
        self._seen_topic = True
        for number in self._positions.place(begins, ends, starts):
            log.warning("%s: the log of partition %d was replaced", consumer.topic, number)
        consumer.seek(self._positions.starts())
        self._count()

    async def _starts(
        self, consumer: Consumer, begins: Mapping[int, int], ends: Mapping[int, int]
    ) -> Mapping[int, int]:
        """Find where reading starts, by `since`; a time after the last record is the end."""
        moment = self._since.moment(self._clock.time())
        if moment == float("-inf"):
            return begins
        if moment == float("inf"):
            return ends
        found = await consumer.offsets_at(max(0.0, moment), begins)
        return {number: ends[number] if offset is None else offset for number, offset in found.items()}

    async def _read(self, consumer: Consumer) -> NoReturn:
        verified = self._clock.monotonic()
        while True:
            verify = self._clock.monotonic() > verified + _VERIFY_EVERY
            fetched = await consumer.fetch(ahead=not verify)
            while fetched:
                number, records = fetched.popitem()
                known = self._positions[number]
                self._deliver(known, known.accept(records))
                del records  # not kept while the next ones come: half of their cost is memory
            if verify:
                verified = self._clock.monotonic()
                consumer.seek(self._positions.doubt())

    def _deliver(self, known: Partition, records: Sequence[Record]) -> None:
        """Hand on what a partition gave, the backlog of before we came apart from what is live."""
        live = known.backlog(records)
        for some, backlog in ((records[:live], True), (records[live:], False)):
            if some:
                now = self._clock.monotonic()
                reading = read(some, self._clock.time(), self.status.clocks, live=not backlog, mapping=self._mapping)
                self._sink.take(reading, backlog=backlog, now=now)
        if records:
            self._wait = _SHORTEST_WAIT
            self._count()

    def _count(self) -> None:
        """Say how much is read, and how much is left."""
        positions, status = self._positions, self.status
        status.lag, status.caught_up = positions.left, positions.caught_up
        status.truncated, status.logs_replaced = positions.truncated, positions.logs_replaced
        self._changed()
