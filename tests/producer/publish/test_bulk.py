"""producer/publish/bulk.py: many records at once on a real broker, and the private parts that it reaches into."""

import contextlib
import typing
from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.producer.producer_batch import ProducerBatch
from kafka.record import MemoryRecordsBuilder
from reading import records

from producer.publish import bulk
from producer.publish.topic import Topic, make_topic

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture
def client(broker):
    make_topic(Topic("shipments", partitions=3), [broker.address], {}, timeout=10)
    producer = KafkaProducer(bootstrap_servers=broker.address, enable_idempotence=True, batch_size=bulk.BATCH_BYTES)
    with contextlib.closing(producer):
        producer.partitions_for("shipments")
        yield producer


def missing(thing, protocol, path):
    """What a thing lacks of a protocol, and its parts of theirs, by the way that leads there."""
    hints = typing.get_type_hints(protocol)
    methods = [name for name, value in vars(protocol).items() if callable(value) and not name.startswith("__")]
    found = []
    for name in [*hints, *methods]:
        place = f"{path}.{name}"
        if not hasattr(thing, name):
            found.append(place)
            continue
        hint, value = hints.get(name), getattr(thing, name)
        if typing.get_origin(hint) is Mapping and bulk.Queue in typing.get_args(hint):
            hint, value, place = bulk.Queue, value[TopicPartition("other", 0)], f"{place}[partition]"
        if getattr(hint, "_is_protocol", False):
            found += missing(value, hint, place)
        elif name in methods and not callable(value):
            found.append(f"{place}()")
    return found


def test_kafka_python_still_has_what_bulk_uses(client):
    assert missing(client, bulk.Client, "KafkaProducer") == []
    assert "compression_attrs" in client._accumulator.config
    batch = ProducerBatch(TopicPartition("other", 0), MemoryRecordsBuilder(2, 0, bulk.BATCH_BYTES))
    future = batch.try_append(0, b"key", b"value", [])
    assert missing(future, bulk.Future, "ProducerBatch.try_append()") == []


def test_a_part_that_kafka_python_has_no_more_is_named():
    accumulator = SimpleNamespace(config={}, _batches={TopicPartition("other", 0): object()}, _incomplete=set())
    sender = SimpleNamespace(wakeup=print, force_close=print, join=5)
    client = SimpleNamespace(_accumulator=accumulator, _sender=sender)
    assert missing(client, bulk.Client, "KafkaProducer") == [
        "KafkaProducer._accumulator._batches[partition].append",
        "KafkaProducer._accumulator._tp_lock",
        "KafkaProducer._sender.join()",
        "KafkaProducer._metadata",
    ]


def test_records_arrive_in_the_partitions_of_their_keys_and_in_order(client, broker):
    sent = [(f"{number % 50:06x}".encode(), str(number).encode()) for number in range(5000)]
    taken = bulk.append(client, "shipments", sent)
    assert sum(count for _, count in taken) == 5000
    for future, _ in taken:
        future.get(timeout=30)
        assert future.is_done
        assert future.exception is None
    single = [client.send("shipments", b"again", key).get(timeout=30) for key, _ in sent[:50]]
    found = records(broker.address, "shipments")
    partition_of = {key: metadata.partition for (key, _), metadata in zip(sent, single, strict=False)}
    assert len({record.partition for record in found}) == 3
    assert {(record.key, record.partition) for record in found} == set(partition_of.items()), "as send() chooses them"
    for key in partition_of:
        own = [record.value for record in found if record.key == key]
        assert own == [value for other, value in sent if other == key] + [b"again"]


def test_no_batch_is_larger_than_the_clients_own(client, broker):
    sent = [(b"key", bytes(1000))] * 1000
    taken = bulk.append(client, "shipments", sent)
    assert sum(count for _, count in taken) == 1000
    assert max(count for _, count in taken) * 1000 <= bulk.BATCH_BYTES == 1 << 18
    for future, _ in taken:
        future.get(timeout=30)
    assert len(records(broker.address, "shipments")) == 1000


def test_nothing_is_taken_for_a_topic_that_is_not_known(client):
    left = iter([(b"key", b"value")])
    assert bulk.append(client, "elsewhere", left) == []
    assert list(left) == [(b"key", b"value")]


def test_a_client_that_is_given_up_has_no_thread_left(client, broker):
    broker.stop()
    bulk.append(client, "shipments", [(b"key", b"value")])
    assert client._sender.is_alive()
    bulk.give_up(client)
    assert not client._sender.is_alive()
