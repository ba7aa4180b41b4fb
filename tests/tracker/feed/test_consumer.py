"""The consumer by aiokafka: it keeps the contract as the cluster in memory does, and leaves nothing open."""

import asyncio
from contextlib import suppress

import pytest
from brokers import Topic, free_port
from fake_cluster import FakeCluster
from tearing_proxy import FETCH, proxied

from producer.cluster.connection import Security
from producer.wire import StateVector
from tracker.devbroker import Broker
from tracker.errors import BrokerUnreachable, HandshakeFailed
from tracker.feed.consumer import connected
from tracker.feed.upstream import Consumer, ConsumerFailed, TopicChanged


class EmbeddedCluster:
    """An embedded broker with the face of a `FakeCluster`."""

    topic = "shipments"

    def __init__(self, address: str) -> None:
        self.address = address
        self._topic = Topic(address)

    def connect(self):
        return connected(self.address, self.topic, Security())

    def create(self, partitions: int) -> None:
        self._topic.create(partitions)

    def grow(self, partitions: int) -> None:
        self._topic.grow(partitions)

    def write(self, count: int, *, partition: int = 0) -> None:
        states = (StateVector(icao24=f"{n:06x}", lat=48.0, lon=2.0) for n in range(count))
        self._topic.write(*states, partition=partition)


@pytest.fixture(params=["embedded", "memory"])
def cluster(request) -> EmbeddedCluster | FakeCluster:
    return FakeCluster() if request.param == "memory" else EmbeddedCluster(request.getfixturevalue("broker").address)


async def fetch(consumer: Consumer, count: int) -> dict[int, list[int]]:
    """Fetch until so many records have come; their offsets by partition."""
    offsets: dict[int, list[int]] = {}
    while sum(map(len, offsets.values())) < count:
        for number, records in (await consumer.fetch(ahead=True)).items():
            assert records
            offsets.setdefault(number, []).extend(record.offset for record in records)
    return offsets


# The contract


async def test_a_topic_is_known_once_it_exists(cluster):
    async with cluster.connect() as consumer:
        assert (consumer.address, consumer.topic) == (cluster.address, "shipments")
        await consumer.reach()
        assert await consumer.topics() == set()
        assert consumer.partitions() == set()
        cluster.create(3)
        assert await consumer.topics() == {"shipments"}
        assert consumer.partitions() == {0, 1, 2}


async def test_partitions_that_are_added_are_known_soon(cluster):
    cluster.create(1)
    async with cluster.connect() as consumer:
        await consumer.topics()
        consumer.seek({0: 0})
        cluster.grow(2)
        while consumer.partitions() == {0}:
            assert await consumer.fetch(ahead=True) == {}
        assert consumer.partitions() == {0, 1}


async def test_a_consumer_tells_where_logs_begin_and_end_and_what_they_held_at_a_time(cluster):
    cluster.create(2)
    cluster.write(3)
    async with cluster.connect() as consumer:
        await consumer.topics()
        assert await consumer.begins([0, 1]) == {0: 0, 1: 0}
        assert await consumer.ends([0, 1]) == {0: 3, 1: 0}
        consumer.seek({0: 0})
        times = [record.timestamp / 1000 for record in (await consumer.fetch(ahead=False))[0]]
        for moment in times:
            assert await consumer.offsets_at(moment, [0]) == {0: times.index(moment)}
        assert await consumer.offsets_at(0.0, [0, 1]) == {0: 0, 1: None}
        assert await consumer.offsets_at(times[-1] + 0.001, [0, 1]) == {0: None, 1: None}


async def test_a_consumer_reads_on_where_it_is_told_and_nothing_else(cluster):
    cluster.create(2)
    cluster.write(1500)
    cluster.write(4, partition=1)
    async with cluster.connect() as consumer:
        await consumer.topics()
        consumer.seek({0: 2, 1: 1})
        assert await fetch(consumer, 1501) == {0: [*range(2, 1500)], 1: [1, 2, 3]}
        assert await consumer.fetch(ahead=True) == {}
        consumer.seek({0: 1499, 1: 4})
        assert await fetch(consumer, 1) == {0: [1499]}
        cluster.write(1)
        assert await fetch(consumer, 1) == {0: [1500]}
        consumer.seek({1: 3})
        cluster.write(1)
        assert await fetch(consumer, 1) == {1: [3]}
        assert await consumer.fetch(ahead=True) == {}


async def test_an_offset_outside_the_log_is_a_topic_that_has_changed(cluster):
    cluster.create(1)
    cluster.write(2)
    async with cluster.connect() as consumer:
        await consumer.topics()
        consumer.seek({0: 3})
        with pytest.raises(TopicChanged, match="out of range"):
            await fetch(consumer, 1)


# What stands in the way


async def test_where_nothing_listens_no_broker_is_reached():
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(BrokerUnreachable, match=f"{address}: connection refused"):
        async with connected(address, "shipments", Security()):
            pass


async def test_a_broker_that_does_not_fit_the_settings_says_why():
    security = Security("SASL_PLAINTEXT", "PLAIN", "alice", "secret")
    async with Broker(port=0) as broker:
        with pytest.raises(HandshakeFailed, match=f"{broker.address} has no users"):
            async with connected(broker.address, "shipments", security):
                pass


async def test_a_port_that_is_not_kafkas_fails_the_client():
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(ConsumerFailed, match="bootstrap"):
            async with connected(address, "shipments", Security()):
                pass


# The end


async def use(address: str, entered: asyncio.Event) -> None:
    """Read an empty topic for ever."""
    async with connected(address, "shipments", Security()) as consumer:
        entered.set()
        await consumer.topics()
        consumer.seek({0: 0})
        while True:
            await consumer.fetch(ahead=True)


async def turn(times: int) -> None:
    """Let the event loop, in which client and broker both run, go on by so many turns."""
    for _ in range(times):
        await asyncio.sleep(0)


async def test_cancelled_at_any_moment_as_it_connects_a_consumer_leaves_nothing_open():
    async with Broker(port=0) as broker:
        before, entered, turns = asyncio.all_tasks(), asyncio.Event(), 0
        while not entered.is_set():
            using = asyncio.create_task(use(broker.address, entered))
            await turn(turns)
            using.cancel()
            with suppress(asyncio.CancelledError):
                await using
            await turn(5)  # the broker may be accepting
            assert asyncio.all_tasks() == before
            turns += 1
        assert turns > 20


@pytest.mark.parametrize("why", ["cancelled", "done"])
async def test_cancelled_as_it_closes_a_consumer_is_closed_nevertheless(why):
    async def use(entered: asyncio.Event, leave: asyncio.Event) -> None:
        async with connected(broker.address, "shipments", Security()):
            entered.set()
            await leave.wait()

    async with Broker(port=0) as broker:
        before = asyncio.all_tasks()
        for turns in range(1, 6):
            entered, leave = asyncio.Event(), asyncio.Event()
            using = asyncio.create_task(use(entered, leave))
            await entered.wait()
            if why == "cancelled":
                using.cancel()
            else:
                leave.set()
            await turn(turns)
            assert not using.done()
            using.cancel()
            with suppress(asyncio.CancelledError):
                await using
            assert using.cancelled()
            assert asyncio.all_tasks() == before


async def test_connections_end_where_a_fetch_waits_to_be_tried_again():
    async with proxied() as proxy:
        await asyncio.to_thread(Topic(proxy.address).create)
        async with connected(proxy.address, "shipments", Security()) as consumer:
            await consumer.topics()
            proxy.torn = {FETCH}
            consumer.seek({0: 0})
            while True:
                tears = await proxy.next_tear()
                await consumer.ends([0])  # on a new connection
                if proxy.tears == tears:  # on which no fetch was tried again yet
                    break
            assert proxy.open
        await proxy.until(lambda: not proxy.open)
