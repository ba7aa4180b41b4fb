"""The clients that people use, against the broker: kafka-python in this thread, aiokafka on this loop."""

import contextlib
import time
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as AIOTopicPartition
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource
from kafka.errors import MessageSizeTooLargeError, TopicAlreadyExistsError, UnknownTopicOrPartitionError
from patience import PATIENCE

COMPRESSIONS = [None, "gzip", "snappy", "lz4", "zstd"]
TYPES = ["CreateTime", "LogAppendTime"]


@pytest.fixture
def admin(broker_thread):
    client = KafkaAdminClient(bootstrap_servers=broker_thread.address)
    yield client
    client.close()


@pytest.fixture
def make(admin):
    """Make a topic of a new name."""

    def make(partitions=1, **configs):
        name = f"t-{uuid.uuid4().hex[:8]}"
        settings = {key.replace("_", "."): str(value) for key, value in configs.items()}
        admin.create_topics({name: {"num_partitions": partitions, "replication_factor": 1, "configs": settings}})
        return name

    return make


@contextlib.contextmanager
def producing(address, **options):
    producer = KafkaProducer(bootstrap_servers=address, **options)
    try:
        yield producer
    finally:
        producer.close()


@contextlib.contextmanager
def consuming(address, topic, **options):
    consumer = KafkaConsumer(
        bootstrap_servers=address, auto_offset_reset="earliest", enable_auto_commit=False, check_crcs=True, **options
    )
    consumer.assign([TopicPartition(topic, 0)])
    try:
        yield consumer
    finally:
        consumer.close()


def drain(consumer, count):
    """So many records, or what has come by then."""
    found, deadline = [], time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=1000).values():
            found += records
    return found


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_kafka_python_writes_reads_and_seeks_by_time(broker_thread, make, kind, compression):
    topic, base = make(message_timestamp_type=kind), int(time.time() * 1000) - 3_600_000
    with producing(broker_thread.address, compression_type=compression, linger_ms=50) as producer:
        sent = [producer.send(topic, b"%d" % i * 20, timestamp_ms=base + 1000 * i) for i in range(30)]
        written = [future.get(timeout=PATIENCE) for future in sent]
    with consuming(broker_thread.address, topic) as consumer:
        read = drain(consumer, 30)
        assert [record.value for record in read] == [b"%d" % i * 20 for i in range(30)]
        assert [record.timestamp for record in read] == [metadata.timestamp for metadata in written]
        assert {record.timestamp_type for record in read} == {TYPES.index(kind)}
        partition = TopicPartition(topic, 0)
        for timestamp in (read[0].timestamp - 5, read[0].timestamp, read[17].timestamp, read[17].timestamp - 999):
            expected = next(record for record in read if record.timestamp >= timestamp)
            found = consumer.offsets_for_times({partition: timestamp})[partition]
            assert (found.offset, found.timestamp) == (expected.offset, expected.timestamp)
        assert consumer.offsets_for_times({partition: read[-1].timestamp + 1})[partition] is None
        assert consumer.beginning_offsets([partition])[partition] == 0
        assert consumer.end_offsets([partition])[partition] == 30


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("compression", COMPRESSIONS)
async def test_aiokafka_writes_reads_and_seeks_by_time(broker_thread, make, kind, compression):
    topic, base = make(message_timestamp_type=kind), int(time.time() * 1000) - 3_600_000
    partition = AIOTopicPartition(topic, 0)
    async with AIOKafkaProducer(
        bootstrap_servers=broker_thread.address, compression_type=compression, enable_idempotence=True, linger_ms=20
    ) as producer:
        sent = [await producer.send(topic, b"%d" % i * 20, timestamp_ms=base + 1000 * i) for i in range(30)]
        written = [(i, await future) for i, future in enumerate(sent)]
    async with AIOKafkaConsumer(
        bootstrap_servers=broker_thread.address, auto_offset_reset="earliest", check_crcs=True
    ) as consumer:
        consumer.assign([partition])
        read = [await consumer.getone() for _ in range(30)]
        assert [record.value for record in read] == [b"%d" % i * 20 for i in range(30)]
        # With its own times, aiokafka tells of a record the time of its batch's first.
        times = [metadata.timestamp if metadata.timestamp_type else base + 1000 * i for i, metadata in written]
        assert [record.timestamp for record in read] == times
        assert {record.timestamp_type for record in read} == {TYPES.index(kind)}
        for timestamp in (read[0].timestamp - 5, read[17].timestamp, read[17].timestamp - 999):
            expected = next(record for record in read if record.timestamp >= timestamp)
            found = (await consumer.offsets_for_times({partition: timestamp}))[partition]
            assert (found.offset, found.timestamp) == (expected.offset, expected.timestamp)
        assert (await consumer.offsets_for_times({partition: read[-1].timestamp + 1}))[partition] is None


async def test_records_of_one_client_are_what_the_other_reads(broker_thread, make):
    topic = make()
    with producing(broker_thread.address, compression_type="zstd") as producer:
        sent = producer.send(topic, b"value", key=b"key", headers=[("h", b"1"), ("h", b"2")], timestamp_ms=2**40)
        sent.get(timeout=PATIENCE)
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=broker_thread.address, auto_offset_reset="earliest", enable_auto_commit=False
    ) as consumer:
        record = await consumer.getone()
    assert (record.key, record.value, record.timestamp) == (b"key", b"value", 2**40)
    assert list(record.headers) == [("h", b"1"), ("h", b"2")]


async def test_a_waiting_consumer_has_a_record_at_once(broker_thread, make):
    topic = make()
    async with (
        AIOKafkaProducer(bootstrap_servers=broker_thread.address) as producer,
        # Were it not woken, each record would take a minute.
        AIOKafkaConsumer(
            topic, bootstrap_servers=broker_thread.address, auto_offset_reset="earliest", fetch_max_wait_ms=60_000
        ) as consumer,
    ):
        for i in range(5):
            await producer.send_and_wait(topic, b"%d" % i)
            assert (await consumer.getone()).value == b"%d" % i


def test_a_consumer_outside_the_log_goes_on_where_it_is_told(broker_thread, make, admin):
    topic = make()
    with producing(broker_thread.address) as producer, consuming(broker_thread.address, topic) as consumer:
        for i in range(10):
            producer.send(topic, b"%d" % i).get(timeout=PATIENCE)
        partition = TopicPartition(topic, 0)
        admin.delete_records({partition: 4})
        assert consumer.beginning_offsets([partition])[partition] == 4
        consumer.seek(partition, 2)
        assert drain(consumer, 6)[0].offset == 4
        consumer.seek(partition, 5000)
        assert drain(consumer, 6)[0].offset == 4


def test_retention_bounds_a_topic(broker_thread, make):
    topic = make(retention_bytes=100_000)
    with producing(broker_thread.address, batch_size=0) as producer:
        for _ in range(30):
            last = producer.send(topic, bytes(10_000)).get(timeout=PATIENCE)
    with consuming(broker_thread.address, topic) as consumer:
        partition = TopicPartition(topic, 0)
        start = consumer.beginning_offsets([partition])[partition]
        assert last.offset - start == 8
        assert [record.offset for record in drain(consumer, 9)] == list(range(start, last.offset + 1))


def test_a_topic_is_deleted_and_made_anew(broker_thread, make, admin):
    topic = make()
    with producing(broker_thread.address) as producer:
        producer.send(topic, b"old").get(timeout=PATIENCE)
    first = admin.describe_topics([topic])[0]["topic_id"]
    admin.delete_topics([topic])
    assert topic not in admin.list_topics()
    admin.create_topics({topic: {"num_partitions": 2, "replication_factor": 1, "configs": {}}})
    again = admin.describe_topics([topic])[0]
    assert again["topic_id"] != first
    assert len(again["partitions"]) == 2
    with producing(broker_thread.address) as producer:
        assert producer.send(topic, b"new", partition=0).get(timeout=PATIENCE).offset == 0


def test_administrators_find_what_they_know_of_kafka(make, admin):
    topic = make(retention_ms=60_000)
    with pytest.raises(TopicAlreadyExistsError):
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1, "configs": {}}})
    with pytest.raises(UnknownTopicOrPartitionError):
        admin.delete_topics(["missing"])

    def configs():
        return admin.describe_configs([ConfigResource("TOPIC", topic)], config_filter="all")["topic"][topic]

    assert configs()["retention.ms"]["value"] == "60000"
    admin.alter_configs([ConfigResource("TOPIC", topic, {"retention.bytes": "1000"})])
    assert configs()["retention.bytes"]["value"] == "1000"
    admin.create_partitions({topic: 3})
    assert len(admin.describe_topics([topic])[0]["partitions"]) == 3


def test_a_message_over_the_limit_is_the_clients_error(broker_thread, make):
    topic = make()
    with (
        producing(broker_thread.address, max_request_size=10_000_000) as producer,
        pytest.raises(MessageSizeTooLargeError),
    ):
        producer.send(topic, bytes(2_000_000)).get(timeout=PATIENCE)


def test_a_topic_may_raise_the_limit(broker_thread, make):
    topic = make(max_message_bytes=5_000_000)
    with producing(broker_thread.address, max_request_size=10_000_000) as producer:
        producer.send(topic, bytes(4_000_000)).get(timeout=PATIENCE)
    with consuming(broker_thread.address, topic) as consumer:
        assert [len(record.value) for record in drain(consumer, 1)] == [4_000_000]


async def test_a_stream_arrives_whole_and_in_order(broker_thread, make):
    topic, count = make(partitions=3), 5_000
    async with (
        AIOKafkaProducer(bootstrap_servers=broker_thread.address, enable_idempotence=True, linger_ms=2) as producer,
        AIOKafkaConsumer(
            topic, bootstrap_servers=broker_thread.address, auto_offset_reset="earliest", check_crcs=True
        ) as consumer,
    ):
        for i in range(count):
            await producer.send(topic, b"%d" % i, partition=i % 3)
        await producer.flush()
        read = [await consumer.getone() for _ in range(count)]
    for partition in range(3):
        own = [record for record in read if record.partition == partition]
        assert [record.offset for record in own] == list(range(len(own)))
        assert [int(record.value) for record in own] == list(range(partition, count, 3))
