"""Kafka into batches: every partition of a topic, without a consumer group, for ever.

    run:  connect ──> find partitions ──> place each ──> read + watch ─┐
             ^                                                         │ broker away, log or partitions changed
             └──────────────── back-off ───────────────────────────────┘

A session ends as soon as anything about the broker or the topic is not as it was, and the next one starts from what
was read: so there is one way in, whatever happened. What is read goes to a `Sink`; numbers stand in `Feed.status`.

aiokafka knows no topic id, so a log that was replaced is told by its contents: the record before the position must
be the one that was read there. That is looked up at the start of a session and every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import time
import zlib
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import BrokerMetadata

from producer.connection import HideSecrets, Security
from producer.diagnosis import diagnose
from producer.errors import SettingError
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.records import Reading, read
from tracker.since import Since

log = logging.getLogger(__name__)
# Else Python's handler of last resort prints aiokafka's complaints into whichever notebook cell runs.
logging.getLogger("aiokafka").addHandler(logging.NullHandler())
logging.getLogger("tracker").addHandler(logging.NullHandler())
logging.getLogger("aiokafka.conn").addFilter(HideSecrets())

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
_CONNECT_TIMEOUT = 5.0  # s
_REFUSALS = 3  # in a row, by a broker that had let us in: it may have been starting


class Sink(Protocol):
    """Where the feed's reports go; called in the feed's event loop."""

    def take(self, reading: Reading, *, backlog: bool, now: float) -> None:
        """Take in what was read at the monotonic time `now`; `backlog`: the log held it before we came."""

    def resume(self, seconds: float) -> None:
        """The broker is back after so many seconds in which nothing could be heard."""


@dataclass(slots=True)
class Status:
    """What the feed knows of its connection."""

    connected: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Since when `connected` is as it is."""
    lag: int | None = None
    """Records in the log that are not read yet."""
    caught_up: bool = False
    """Whether all is read that the log held at the start."""
    reconnects: int = 0
    logs_replaced: int = 0
    truncated: int = 0
    error: str | None = None
    """What is wrong now, or was last, in a sentence."""


@dataclass(slots=True)
class _Partition:
    """How far a partition is read."""

    next: int
    """The offset to read next."""
    backlog_end: int
    """Where the log ended when we first saw it."""
    end: int = 0
    """Where it ended when that was last asked."""
    anchor: tuple[int, int, int] | None = None
    """The last record read: offset, timestamp, checksum of its value."""
    verify: bool = False
    """The next record to come is the anchor, read again."""
    replaced: bool = False
    """Another log was found in its place; the next session reads that one."""


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
        self._partitions: dict[int, _Partition] = {}
        self._seen_topic = False  # or its absence: whatever comes from then on is new
        self._lost_at: float | None = None
        self._heard_at = 0.0
        self._wait = _SHORTEST_WAIT

    async def run(self) -> None:
        """Read until cancelled; a broker that is away is retried for ever.

        Raises:
            HandshakeFailed: The broker refuses us, or we it; in an exception group.
        """
        while True:
            try:
                await self._session()
            except* _SessionOver as over:
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

    def close(self, reason: str) -> None:
        """Note that nobody reads any more, and why."""
        self._lose(reason)

    async def _session(self) -> None:
        async with self._connected() as consumer:
            partitions = await self._find_partitions(consumer)
            await self._place(consumer, partitions)
            self._known, self._refusals = True, 0
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(consumer, partitions))
                tasks.create_task(self._read(consumer))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AIOKafkaConsumer]:
        await self._reach()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            client_id="flight-tracker",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            metadata_max_age_ms=int(_PROBE_EVERY * 1000),
            request_timeout_ms=int(_CONNECT_TIMEOUT * 1000),
            fetch_max_bytes=8 << 20,
            **self._client_options(),
        )
        try:
            await consumer.start()
            self._find()
            yield consumer
        except KafkaError:
            await self._refuse([*consumer._client.cluster.brokers()])
            raise
        finally:
            await _stop(consumer)

    async def _reach(self) -> None:
        """See whether anything listens: aiokafka does not tell what failed."""
        reason = ""
        for address in self.bootstrap_servers.split(","):
            host, _, port = address.strip().rpartition(":")
            try:
                async with asyncio.timeout(_CONNECT_TIMEOUT):
                    _, writer = await asyncio.open_connection(host, int(port))
            except TimeoutError:
                reason = f"no answer within {_CONNECT_TIMEOUT:.0f} s"
            except OSError as error:
                reason = _reason(error)
            else:
                writer.close()
                return
        raise BrokerUnreachable(self.bootstrap_servers, reason)

    def _client_options(self) -> dict[str, Any]:
        """Read anew for each session: a certificate may have been renewed meanwhile."""
        try:
            return self._security.client_options()
        except SettingError as error:
            raise HandshakeFailed(self.bootstrap_servers, str(error)) from error

    async def _refuse(self, brokers: Sequence[BrokerMetadata]) -> None:
        """See why a client failed: aiokafka does not tell a wrong password from a broker that is away."""
        addresses = [self.bootstrap_servers, *(f"{broker.host}:{broker.port}" for broker in brokers)]
        for address in dict.fromkeys(addresses):
            reason = await asyncio.to_thread(diagnose, address, self._security, failed=True)
            if reason is not None:
                raise HandshakeFailed(address, reason)

    def _find(self) -> None:
        status = self.status
        if not status.connected:
            status.connected, status.since, status.error = True, datetime.now(UTC), None
        if self._lost_at is not None:
            status.reconnects += 1
            self._sink.resume(time.monotonic() - self._lost_at)
            self._lost_at = None
        self._changed()

    def _lose(self, reason: str) -> None:
        status = self.status
        status.error = reason
        if status.connected:
            status.connected, status.since = False, datetime.now(UTC)
            self._lost_at = time.monotonic()
            log.warning("lost %s: %s", self.bootstrap_servers, reason)
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
                self._partitions[place.partition] = _Partition(starts[place], backlog_end=ends[place] if first else 0)
        consumer.assign(places)  # nothing may be awaited before the positions are set: there is no default
        for place in places:
            self._seek(consumer, place)
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
        if known is None:
            return
        if known.replaced or end < known.next:
            self._forget(number)
        elif known.next < begin:
            self.status.truncated += begin - known.next
            known.next, known.anchor, known.verify = begin, None, False
        else:
            known.verify = known.anchor is not None and known.anchor[0] >= begin

    def _forget(self, number: int) -> None:
        """Another log lies there now: it is read from its start."""
        log.warning("%s: the log of partition %d was replaced", self.topic, number)
        self.status.logs_replaced += 1
        del self._partitions[number]

    def _seek(self, consumer: AIOKafkaConsumer, place: TopicPartition) -> None:
        known = self._partitions[place.partition]
        consumer.seek(place, known.anchor[0] if known.verify and known.anchor else known.next)

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
                self._deliver(place.partition, self._verified(place.partition, records))
                del records  # not kept while the next ones come: half of their cost is memory
            if verify:
                verified = time.monotonic()
                for place in consumer.assignment():
                    known = self._partitions[place.partition]
                    known.verify = known.anchor is not None
                    self._seek(consumer, place)

    def _verified(self, number: int, records: list[ConsumerRecord]) -> list[ConsumerRecord]:
        """The records that are new, once the log has proved to be the one that was read before."""
        known = self._partitions[number]
        if known.verify:
            known.verify = False
            if known.anchor and records[0].offset == known.anchor[0] and _fingerprint(records[0]) != known.anchor:
                known.replaced = True  # not forgotten yet: the watch beside us may be counting it
                raise _SessionOver("the log was replaced")
            records = [record for record in records if record.offset >= known.next]
        if records:
            known.next, known.anchor = records[-1].offset + 1, _fingerprint(records[-1])
        return records

    def _deliver(self, number: int, records: list[ConsumerRecord]) -> None:
        """Hand on what a partition gave, the backlog of before we came apart from what is live."""
        end = self._partitions[number].backlog_end
        live = 0 if not records or records[0].offset >= end else bisect_left(records, end, key=_offset)
        for some, backlog in ((records[:live], True), (records[live:], False)):
            if some:
                self._heard_at = time.monotonic()
                self._sink.take(read(some, time.time()), backlog=backlog, now=self._heard_at)
        if records:
            self._wait = _SHORTEST_WAIT
            self._count_left()

    def _count_left(self, ends: Mapping[TopicPartition, int] | None = None) -> None:
        """Say how much is left to be read."""
        for place, end in (ends or {}).items():
            self._partitions[place.partition].end = end
        known = self._partitions.values()
        self.status.lag = sum(max(0, one.end - one.next) for one in known)
        self.status.caught_up = all(one.next >= one.backlog_end for one in known)
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
                await self._reach()
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


def _reason(error: OSError) -> str:
    """What went wrong, without the address, which asyncio repeats for each of a name's addresses."""
    if isinstance(error, socket.gaierror):
        return f"unknown host ({error.strerror})"
    number = re.search(r"\[Errno (\d+)\]", str(error))
    return os.strerror(int(number[1])).lower() if number else str(error)


def _offset(record: ConsumerRecord) -> int:
    offset: int = record.offset
    return offset


def _fingerprint(record: ConsumerRecord) -> tuple[int, int, int]:
    return record.offset, record.timestamp, zlib.crc32(record.value or b"")


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer, also one whose broker is away.

    aiokafka 0.14 lets the cancellation of a fetch that waits to be tried again out of `stop()`, which would look as
    if we were cancelled ourselves, and leaves its connections open.
    """
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait([stopping])
    if stopping.cancelled():
        await consumer._client.close()
    else:
        stopping.result()
