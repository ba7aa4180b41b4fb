"""Consumer groups of real clients, and of one that says exactly what it is told to."""

import asyncio
import contextlib
import sys
import textwrap

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from devbroker_wire import until
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from patience import PATIENCE

SESSION = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 200}


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
        **{"auto_offset_reset": "earliest", "enable_auto_commit": False} | SESSION | options,
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

    async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
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
            async with asyncio.timeout(PATIENCE):
                while len(survivor.partitions) != 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        finally:
            other.kill()
            await other.wait()
        await until_shared(survivor)


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
    producer.send("kp", b"x").get(timeout=PATIENCE)
    producer.close()
    reader = KafkaConsumer(
        "kp", bootstrap_servers=broker_thread.address, group_id="g", auto_offset_reset="earliest", **SESSION
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


async def test_a_group_has_no_timer_once_it_is_idle(broker, topic):
    async with Reader(consumer(broker)) as reader:
        await until_shared(reader)
        assert broker._node.coordinator._timers
    await until(lambda: not broker._node.coordinator._timers)
