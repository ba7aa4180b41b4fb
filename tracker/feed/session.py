"""Kafka into batches: every partition of a topic, without a consumer group, for ever.

    run:  connect ──> find partitions ──> place each ──> read + watch ─┐
             ^                                                         │ broker away, log or partitions changed
             └──────────────── back-off ───────────────────────────────┘

A session ends as soon as anything about the broker or the topic is not as it was, and the next one starts from what
was read: so there is one way in, whatever happened. What is read goes to a `Sink`; numbers stand in `Feed.status`.
A log that was replaced is told by its contents: `partition` says how.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Literal, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from producer.cluster.connection import Security
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.feed.consumer import connected, reach
from tracker.feed.partition import LogReplaced, Partition
from tracker.feed.records import Reading, Record, read
from tracker.feed.status import State, Status
from tracker.spans import Since

log = logging.getLogger(__name__)
# Else Python's handler of last resort prints our complaints into whichever notebook cell runs.
logging.getLogger("tracker").addHandler(logging.NullHandler())

MAX_RECORDS = 1_000
"""Records taken at once: enough for the columns to pay, few enough to be gone before the garbage collector looks."""
_TURNS = 5
"""Of the event loop before the records are worked on: aiokafka then asks for more, and the broker works beside us."""
_FEW = 100  # records, which are done before the broker could have answered
_PROBE_EVERY = 1.0  # s
_PROBE_TIMEOUT = 2.0  # s; an answer waits behind a fetch that is held, which takes 0.5 s at most
_PROBES = 3  # unanswered in a row, though something listens: the connection is given up
_VERIFY_EVERY = 5.0  # s
_SHORTEST_WAIT, _LONGEST_WAIT = 0.1, 1.0  # s, between two sessions
_REFUSALS = 3  # in a row, by a broker that had let us in: it may have been starting


class Sink(Protocol):
    """Where the feed's reports go; called in the feed's event loop."""

    def take(self, reading: Reading, *, backlog: bool, now: float) -> None:
        """Take in what was read at the monotonic time `now`; `backlog`: the log held it before we came."""

    def silence(self, now: float) -> None:
        """Note that from the monotonic time `now` on nothing can be heard; once more changes nothing."""

    def resume(self, now: float) -> None:
        """Note that from the monotonic time `now` on the broker is heard."""


class _SessionOver(Exception):
    """The topic is not as it was: look again."""


class Feed:
    """Reads a topic into a sink.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        topic: It need not exist yet.
        since: Where to start in partitions that are there at the start; later ones are read from their beginning.
        sink: Takes what is read.
        changed: Is called after each change of the status, and after each reading.
        security: How to speak to the brokers; None: in the clear, without a user.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: str,
        since: Since,
        sink: Sink,
        changed: Callable[[], None],
        security: Security | None = None,
    ) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.topic = topic
        self.since = since
        self.status = Status()
        self._sink = sink
        self._changed = changed
        self._security = security or Security()
        self._known = False  # whether the broker has ever let us in
        self._refusals = 0
        self._partitions: dict[int, Partition] = {}
        self._seen_topic = False  # or its absence: whatever comes from then on is new
        self._heard_at = 0.0
        self._wait = _SHORTEST_WAIT

    async def run(self) -> None:
        """Read until cancelled; a broker that is away is retried for ever.

        Raises:
            HandshakeFailed: The broker refuses us, or we it; in an exception group.
        """
        self._sink.silence(time.monotonic())
        while True:
            try:
                await self._session()
            except* (_SessionOver, LogReplaced) as over:
                log.info("%s: %s", self.topic, over.exceptions[0])
            except* HandshakeFailed as refused:
                self._lose(str(refused.exceptions[0]))
                self._refusals += 1
                if not self._known or self._refusals >= _REFUSALS:
                    raise
            except* (KafkaError, OSError, BrokerUnreachable) as group:
                error = group.exceptions[0]
                self._lose(str(error) or type(error).__name__)
            await asyncio.sleep(self._wait)
            self._wait = min(2 * self._wait, _LONGEST_WAIT)

    def close(self, state: Literal["stopped", "failed"], error: str | None = None) -> None:
        """Note that nobody reads any more, and which error ended that, if one did."""
        self._leave(state, error or self.status.error)

    async def _session(self) -> None:
        async with connected(self.bootstrap_servers, self._security, _PROBE_EVERY) as consumer:
            self._find()
            partitions = await self._find_partitions(consumer)
            await self._place(consumer, partitions)
            self._known, self._refusals = True, 0
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(consumer, partitions))
                tasks.create_task(self._read(consumer))

    def _find(self) -> None:
        status = self.status
        if not status.connected:
            status.reconnects += status.state == "away"
            status.state, status.since, status.error = "connected", datetime.now(UTC), None
            self._sink.resume(time.monotonic())
        self._changed()

    def _lose(self, reason: str) -> None:
        if self.status.connected:
            log.warning("lost %s: %s", self.bootstrap_servers, reason)
        self._leave("connecting" if self.status.state == "connecting" else "away", reason)

    def _leave(self, state: State, error: str | None) -> None:
        status = self.status
        if status.connected:
            status.since = datetime.now(UTC)
            self._sink.silence(time.monotonic())
        status.state, status.error = state, error
        self._changed()

    async def _find_partitions(self, consumer: AIOKafkaConsumer) -> set[int]:
        """Wait until the topic exists."""
        while True:
            topics = await consumer.topics()
            if self.topic in topics:
                await consumer.beginning_offsets([TopicPartition(self.topic, 0)])  # makes its metadata known
                partitions = consumer.partitions_for_topic(self.topic)
                if partitions:
                    self.status.error = None
                    return set(partitions)
            self._seen_topic = True
            close = get_close_matches(self.topic, topics, 1)
            hint = f"; there is {close[0]!r}" if close else ""
            self.status.error = f"the topic {self.topic!r} does not exist (yet) at {self.bootstrap_servers}{hint}"
            self._changed()
            await asyncio.sleep(_PROBE_EVERY / 2)

    async def _place(self, consumer: AIOKafkaConsumer, partitions: set[int]) -> None:
        """Assign the partitions, each at the offset from which it is to be read."""
        places = [TopicPartition(self.topic, partition) for partition in sorted(partitions)]
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        first = not self._seen_topic
        starts = await self._starts(consumer, begins, ends) if first else begins
        self._seen_topic = True
        self._partitions = {number: self._partitions[number] for number in partitions if number in self._partitions}
        for place in places:
            self._check(place.partition, begins[place], ends[place])
            if place.partition not in self._partitions:
                self._partitions[place.partition] = Partition(starts[place], backlog_end=ends[place] if first else 0)
        consumer.assign(places)  # nothing may be awaited before the positions are set: there is no default
        for place in places:
            consumer.seek(place, self._partitions[place.partition].start)
        self._count_left(ends)

    async def _starts(
        self, consumer: AIOKafkaConsumer, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> Mapping[TopicPartition, int]:
        """Where reading starts, by `since`; a time after the last record is the end."""
        moment = self.since.moment(time.time())
        if moment == float("-inf"):
            return begins
        if moment == float("inf"):
            return ends
        found = await consumer.offsets_for_times(dict.fromkeys(begins, max(0, round(moment * 1000))))
        return {place: found[place].offset if found[place] else ends[place] for place in begins}

    def _check(self, number: int, begin: int, end: int) -> None:
        """Compare what was read of a partition, if anything, with what its log holds now."""
        known = self._partitions.get(number)
        if known is not None and (known.replaced or end < known.next):
            self._forget(number)
        elif known is not None:
            self.status.truncated += known.resume(begin)

    def _forget(self, number: int) -> None:
        """Another log lies there now: it is read from its start."""
        log.warning("%s: the log of partition %d was replaced", self.topic, number)
        self.status.logs_replaced += 1
        del self._partitions[number]

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        verified = time.monotonic()
        while True:
            try:
                fetched = await consumer.getmany(timeout_ms=500, max_records=MAX_RECORDS)
            except OffsetOutOfRangeError as error:
                raise _SessionOver(f"an offset is out of range: {error}") from None
            verify = time.monotonic() > verified + _VERIFY_EVERY
            long = sum(map(len, fetched.values())) > _FEW
            if long and not verify:  # a fetch that is on its way as we seek costs aiokafka 0.2 s
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
            while fetched:
                place, records = fetched.popitem()
                known = self._partitions[place.partition]
                self._deliver(known, known.accept(records))
                del records  # not kept while the next ones come: half of their cost is memory
            if verify:
                verified = time.monotonic()
                for place in consumer.assignment():
                    known = self._partitions[place.partition]
                    known.doubt()
                    consumer.seek(place, known.start)

    def _deliver(self, known: Partition, records: Sequence[Record]) -> None:
        """Hand on what a partition gave, the backlog of before we came apart from what is live."""
        live = known.backlog(records)
        for some, backlog in ((records[:live], True), (records[live:], False)):
            if some:
                self._heard_at = time.monotonic()
                reading = read(some, time.time(), self.status.clocks, live=not backlog)
                self._sink.take(reading, backlog=backlog, now=self._heard_at)
        if records:
            self._wait = _SHORTEST_WAIT
            self._count_left()

    def _count_left(self, ends: Mapping[TopicPartition, int] | None = None) -> None:
        """Say how much is left to be read."""
        for place, end in (ends or {}).items():
            self._partitions[place.partition].end = end
        known = self._partitions.values()
        self.status.lag = sum(one.left for one in known)
        self.status.caught_up = all(one.caught_up for one in known)
        self._changed()

    async def _watch(self, consumer: AIOKafkaConsumer, partitions: set[int]) -> None:
        """Ask every second how far the log reaches and whether the topic is as it was."""
        places = [TopicPartition(self.topic, partition) for partition in partitions]
        failures = 0
        while True:
            asked = time.monotonic()
            try:
                async with asyncio.timeout(_PROBE_TIMEOUT):
                    ends = await consumer.end_offsets(places)
            except (TimeoutError, KafkaError):
                await reach(self.bootstrap_servers)
                failures = 0 if self._heard_at > asked else failures + 1
                if failures == _PROBES:
                    raise BrokerUnreachable(self.bootstrap_servers, "it listens, but does not answer") from None
            else:
                failures = 0
                self._count_left(ends)
                if any(end < self._partitions[place.partition].next for place, end in ends.items()):
                    raise _SessionOver("the log ends before what was read")
            if consumer.partitions_for_topic(self.topic) != partitions:
                raise _SessionOver("the topic's partitions have changed")
            await asyncio.sleep(_PROBE_EVERY)
