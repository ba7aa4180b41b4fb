"""Consumer groups of real clients, and of one that says exactly what it is told to."""

import asyncio
import contextlib
import sys
import textwrap

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from devbroker_wire import Client, create, until
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.protocol.consumer import OffsetCommitRequest, OffsetFetchRequest

from tracker.devbroker import coordinator
from tracker.devbroker.errors import ErrorCode

PATIENCE = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 200}


@pytest.fixture
async def topic(broker):
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic("t", 4, 1)])
    await admin.close()
    return "t"


def consumer(broker, **options):
    return AIOKafkaConsumer(
        "t",
        bootstrap_servers=broker.address,
        group_id="g",
        **{"auto_offset_reset": "earliest", "enable_auto_commit": False} | PATIENCE | options,
    )


class Reader:
    """A consumer that reads in a task of its own, as a program would."""

    def __init__(self, consumer):
        self.consumer, self.read = consumer, []

    async def __aenter__(self):
        await self.consumer.start()
        self.task = asyncio.create_task(self.run())
        return self

    async def run(self):
        while True:
            for records in (await self.consumer.getmany(timeout_ms=100)).values():
                self.read += records

    async def __aexit__(self, *error):
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        await self.consumer.stop()

    @property
    def partitions(self):
        return {partition.partition for partition in self.consumer.assignment()}


async def until_shared(*readers):
    """Wait until every partition is read by one of them, and all have some."""

    def shared():
        shares = [reader.partitions for reader in readers]
        return all(shares) and sum(map(len, shares)) == 4 and set.union(*shares) == {0, 1, 2, 3}

    async with asyncio.timeout(20):
        while not shared():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_two_members_share_and_the_one_that_stays_takes_over(broker, topic):
    async with Reader(consumer(broker)) as first:
        await until_shared(first)
        async with Reader(consumer(broker)) as second:
            await until_shared(first, second)
            async with AIOKafkaProducer(bootstrap_servers=broker.address) as producer:
                for i in range(40):
                    await producer.send_and_wait(topic, b"%d" % i, partition=i % 4)
            await until_read(40, first, second)
            assert first.read
            assert second.read
        await until_shared(first)


async def until_read(count, *readers):
    async with asyncio.timeout(20):
        while sum(len(reader.read) for reader in readers) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len({record.value for reader in readers for record in reader.read}) == count


MEMBER = """
    import asyncio, sys, aiokafka

    async def main():
        consumer = aiokafka.AIOKafkaConsumer(
            "t", bootstrap_servers=sys.argv[1], group_id="g", session_timeout_ms=6000, heartbeat_interval_ms=200
        )
        await consumer.start()
        while True:
            await consumer.getmany(timeout_ms=100)

    asyncio.run(main())
"""


async def test_a_member_that_is_killed_is_replaced_after_its_session(broker, topic):
    async with Reader(consumer(broker)) as survivor:
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", textwrap.dedent(MEMBER), broker.address, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with asyncio.timeout(20):
                while len(survivor.partitions) != 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            other.kill()
            await other.wait()
        killed = asyncio.get_running_loop().time()
        await until_shared(survivor)
        assert 5 < asyncio.get_running_loop().time() - killed < 12


async def test_a_group_goes_on_where_it_committed(broker, topic):
    async with AIOKafkaProducer(bootstrap_servers=broker.address) as producer:
        for i in range(10):
            await producer.send_and_wait(topic, b"%d" % i, partition=0)
        async with consumer(broker) as first:
            assert [(await first.getone()).value for _ in range(6)] == [b"%d" % i for i in range(6)]
            await first.commit({TopicPartition(topic, 0): 6})
        async with consumer(broker) as second:
            assert (await second.getone()).value == b"6"
            assert await second.committed(TopicPartition(topic, 0)) == 6


async def test_deleting_a_topic_forgets_what_was_committed(broker, topic):
    async with AIOKafkaProducer(bootstrap_servers=broker.address) as producer:
        await producer.send_and_wait(topic, b"old", partition=0)
    async with consumer(broker) as first:
        await first.getone()
        await first.commit()
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.delete_topics([topic])
    await admin.create_topics([NewTopic(topic, 4, 1)])
    assert await admin.list_consumer_group_offsets("g") == {}
    await admin.close()


def test_kafka_python_joins_commits_and_is_described(broker_thread):
    admin = KafkaAdminClient(bootstrap_servers=broker_thread.address)
    admin.create_topics({"kp": {"num_partitions": 1, "replication_factor": 1, "configs": {}}})
    producer = KafkaProducer(bootstrap_servers=broker_thread.address)
    producer.send("kp", b"x").get(timeout=10)
    producer.close()
    reader = KafkaConsumer(
        "kp", bootstrap_servers=broker_thread.address, group_id="g", auto_offset_reset="earliest", **PATIENCE
    )
    assert next(reader).value == b"x"
    reader.commit()
    described = admin.describe_groups(["g"])["g"]
    assert described["group_state"] == "Stable"
    assert len(described["members"]) == 1
    assert {offset.offset for offset in admin.list_group_offsets("g")["g"].values()} == {1}
    assert "g" in {group["group_id"] for group in admin.list_groups()}
    assert admin.delete_groups(["g"]) == {"g": "NonEmptyGroupError"}
    reader.close()
    assert admin.delete_groups(["g"]) == {"g": "OK"}
    assert admin.delete_groups(["g"]) == {"g": "GroupIdNotFoundError"}
    admin.close()


def commitment(group, offset, *, topic="t", metadata="", generation=-1, member=""):
    kind = OffsetCommitRequest.OffsetCommitRequestTopic
    partition = kind.OffsetCommitRequestPartition(
        partition_index=0, committed_offset=offset, committed_leader_epoch=0, committed_metadata=metadata
    )
    return OffsetCommitRequest(
        group_id=group,
        generation_id_or_member_epoch=generation,
        member_id=member,
        group_instance_id=None,
        topics=[kind(name=topic, partitions=[partition])],
    )


async def committing(client, *args, **kwargs):
    response = await client.ask(commitment(*args, **kwargs), 8)
    return response.topics[0].partitions[0].error_code


async def test_offsets_may_be_committed_without_a_membership(broker):
    client = await Client.connect(broker.address)
    await create(client, "t")
    assert await committing(client, "g", 5, metadata="note") == ErrorCode.NONE
    for version in (7, 8):
        kind = OffsetFetchRequest.OffsetFetchRequestGroup if version == 8 else OffsetFetchRequest
        wanted = kind(group_id="g", topics=None)
        request = OffsetFetchRequest(groups=[wanted]) if version == 8 else wanted
        response = await client.ask(request, version)
        (topic,) = response.groups[0].topics if version == 8 else response.topics
        (found,) = topic.partitions
        assert (found.committed_offset, found.committed_leader_epoch, found.metadata) == (5, 0, "note")
    await client.close()


async def test_commits_that_cannot_be_kept_are_refused(broker):
    client = await Client.connect(broker.address)
    await create(client, "t")
    assert await committing(client, "", 5) == ErrorCode.INVALID_GROUP_ID
    assert await committing(client, "g", 5, topic="missing") == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert await committing(client, "g", 5, metadata="x" * 4097) == ErrorCode.OFFSET_METADATA_TOO_LARGE
    assert await committing(client, "new", 5, generation=3, member="m") == ErrorCode.ILLEGAL_GENERATION
    assert await committing(client, "g", 5, generation=3, member="m") == ErrorCode.UNKNOWN_MEMBER_ID
    await client.close()


async def test_groups_are_bounded_and_the_oldest_idle_one_is_forgotten():
    held = coordinator.Coordinator(delay=0)
    for i in range(coordinator.MAX_GROUPS):
        held.find_or_create(str(i))
    held.groups["0"].pending["somebody"] = 1.0
    held.find_or_create("new")
    assert len(held.groups) == coordinator.MAX_GROUPS
    assert "0" in held.groups
    assert "1" not in held.groups


async def test_a_group_has_no_timer_once_it_is_idle(broker, topic):
    async with Reader(consumer(broker)) as reader:
        await until_shared(reader)
        assert broker._node.coordinator._timers
    await until(lambda: not broker._node.coordinator._timers)
