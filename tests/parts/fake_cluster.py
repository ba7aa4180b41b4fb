"""A Kafka cluster in memory to which a feed connects, and which does what a test wants; for virtual time."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from virtual_time import VirtualClock

from producer.wire import StateVector, encode
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.feed.records import Reading
from tracker.feed.upstream import ConsumerFailed, TopicChanged

FETCH_TIMEOUT = 0.5
REQUEST_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Record:
    partition: int
    offset: int
    timestamp: int
    value: bytes
    timestamp_type: int = 1
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class Log:
    """The records of one partition, from its first offset on."""

    begin: int = 0
    records: list[Record] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.begin + len(self.records)

    def after(self, offset: int) -> list[Record]:
        return self.records[offset - self.begin :]


class FakeCluster:
    """One topic, whose partitions are logs by number; where there are none it does not exist."""

    def __init__(self, partitions: int = 0) -> None:
        self.address, self.topic = "kafka.example:9092", "shipments"
        self.clock = VirtualClock()
        self.logs: dict[int, Log] = {}
        self.other_topics: set[str] = set()
        self.listens = True
        self.answers = True
        self.refusals: list[str] = []
        """Why the next clients are turned away, a reason each."""
        self.late = 0.001
        """How old an answer is when it comes, s."""
        self.before: Callable[[str], Awaitable[object]] | None = None
        """Is awaited before each request is answered, with the name of the consumer's method."""
        self.asked: Counter[str] = Counter()
        self.busy: Counter[str] = Counter()
        """What clients wait for just now."""
        self.attempts: list[float] = []
        """When clients tried to connect, by the monotonic clock."""
        self.sought: list[Mapping[int, int]] = []
        """Where clients were told to read on."""
        self.open = 0
        """Clients that are connected."""
        self._written = asyncio.Event()
        self._serial = 0
        self.create(partitions)

    def create(self, partitions: int) -> None:
        self.grow(partitions)

    def grow(self, partitions: int) -> None:
        """Add partitions until there are so many."""
        for number in range(len(self.logs), partitions):
            self.logs[number] = Log()

    def delete(self) -> None:
        self.logs = {}

    def replace(self, *lengths: int) -> None:
        """Put other logs in the place of those that there are."""
        self.logs = {number: Log() for number, _ in enumerate(lengths)}
        for number, length in enumerate(lengths):
            self.write(length, partition=number)

    def write(self, count: int = 1, *, partition: int = 0) -> None:
        """Append records, each with another aircraft than all before."""
        log = self.logs[partition]
        for _ in range(count):
            self._serial += 1
            value = encode(StateVector(icao24=f"{self._serial:06x}", lat=48.0, lon=2.0))
            log.records.append(Record(partition, log.end, round(self.clock.time() * 1000), value))
        self._written.set()

    def truncate(self, begin: int, *, partition: int = 0) -> None:
        """Remove the records below an offset, as retention does."""
        log = self.logs[partition]
        log.records, log.begin = log.after(begin), begin

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[FakeConsumer]:
        self.attempts.append(self.clock.monotonic())
        with self.doing("connect"):
            await self.request("connect")
            await self.reach()
            if self.refusals:
                raise HandshakeFailed(self.address, self.refusals.pop(0))
        self.open += 1
        try:
            yield FakeConsumer(self)
        finally:
            self.open -= 1

    @contextmanager
    def doing(self, name: str) -> Iterator[None]:
        self.busy[name] += 1
        try:
            yield
        finally:
            self.busy[name] -= 1

    async def reach(self) -> None:
        if not self.listens:
            raise BrokerUnreachable(self.address, "connection refused")

    async def ask(self, name: str) -> None:
        """Count a request, and let the test step in."""
        self.asked[name] += 1
        if self.before is not None:
            await self.before(name)

    async def request(self, name: str) -> None:
        """Ask; raise as aiokafka does where no answer comes."""
        await self.ask(name)
        await asyncio.sleep(self.late / 2)
        if self.listens and not self.answers:
            await asyncio.sleep(REQUEST_TIMEOUT)
            raise ConsumerFailed("KafkaTimeoutError")

    async def written(self, within: float) -> None:
        """Wait for the next record, but no longer than so many seconds."""
        self._written.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._written.wait()


class FakeConsumer:
    """Keeps the contract of `tracker.feed.upstream.Consumer`, as aiokafka does."""

    def __init__(self, cluster: FakeCluster) -> None:
        self.address, self.topic = cluster.address, cluster.topic
        self._cluster = cluster
        self._offsets: dict[int, int] = {}

    async def reach(self) -> None:
        await self._cluster.reach()

    async def topics(self) -> Collection[str]:
        with self._cluster.doing("topics"):
            await self._request("topics")
        return self._cluster.other_topics | ({self.topic} if self._cluster.logs else set())

    def partitions(self) -> frozenset[int]:
        return frozenset(self._cluster.logs)

    async def begins(self, partitions: Collection[int]) -> Mapping[int, int]:
        return await self._ask("begins", partitions, lambda log: log.begin)

    async def ends(self, partitions: Collection[int]) -> Mapping[int, int]:
        return await self._ask("ends", partitions, lambda log: log.end)

    async def offsets_at(self, moment: float, partitions: Collection[int]) -> Mapping[int, int | None]:
        def first(log: Log) -> int | None:
            index = bisect_left(log.records, moment * 1000, key=lambda record: record.timestamp)
            return log.begin + index if index < len(log.records) else None

        return await self._ask("offsets_at", partitions, first)

    def seek(self, offsets: Mapping[int, int]) -> None:
        self._offsets = {**offsets}
        self._cluster.sought.append(offsets)

    async def fetch(self, *, ahead: bool) -> dict[int, list[Record]]:
        cluster, end = self._cluster, self._cluster.clock.monotonic() + FETCH_TIMEOUT
        with cluster.doing("fetch"):
            await cluster.ask("fetch")
            fetched: dict[int, list[Record]] = {}
            while not fetched and (left := end - cluster.clock.monotonic()) > 0:
                if cluster.listens and cluster.answers:
                    fetched = self._read()
                if not fetched:
                    await cluster.written(left)
            await asyncio.sleep(cluster.late)
        for number, records in fetched.items():
            self._offsets[number] = records[-1].offset + 1
        return fetched

    def _read(self) -> dict[int, list[Record]]:
        fetched = {}
        for number, offset in self._offsets.items():
            log = self._cluster.logs.get(number)  # of a topic that was deleted, aiokafka tells nothing
            if log is not None and not log.begin <= offset <= log.end:
                raise TopicChanged(f"an offset is out of range: {offset}")
            if log is not None and offset < log.end:
                fetched[number] = log.after(offset)
        return fetched

    async def _ask(self, name: str, partitions: Collection[int], answer: Callable[[Log], object]) -> dict:
        with self._cluster.doing(name):
            await self._request(name)
            logs = self._cluster.logs
            if not logs.keys() >= {*partitions}:
                await asyncio.sleep(REQUEST_TIMEOUT)
                raise ConsumerFailed("KafkaTimeoutError")
            found = {number: answer(logs[number]) for number in partitions}
            await asyncio.sleep(self._cluster.late / 2)
        return found

    async def _request(self, name: str) -> None:
        await self._cluster.request(name)
        if not self._cluster.listens:
            raise ConsumerFailed("NodeNotReadyError")


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that was handed to a sink."""

    record: Record
    backlog: bool
    now: float


@dataclass(slots=True)
class FakeSink:
    """Keeps what a feed hands on."""

    taken: list[Taken] = field(default_factory=list)
    takes: int = 0
    silences: list[float] = field(default_factory=list)
    """Since when nothing could be heard, each time that this was told."""
    resumptions: list[float] = field(default_factory=list)
    """From when on the broker was heard again."""

    def take(self, reading: Reading, *, backlog: bool, now: float) -> None:
        self.takes += 1
        self.taken += [Taken(record, backlog, now) for record in reading.records]

    def silence(self, now: float) -> None:
        self.silences.append(now)

    def resume(self, now: float) -> None:
        self.resumptions.append(now)

    @property
    def records(self) -> list[Record]:
        return [one.record for one in self.taken]
