"""What is on a topic, as kafka-python reads it."""

import contextlib
import time

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from patience import PATIENCE


@contextlib.contextmanager
def admin(address):
    client = KafkaAdminClient(bootstrap_servers=address)
    try:
        yield client
    finally:
        client.close()


@contextlib.contextmanager
def reader(address):
    consumer = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest", enable_auto_commit=False)
    try:
        yield consumer
    finally:
        consumer.close()


def records(address, topic):
    """Every record of a topic, partition by partition."""
    with reader(address) as consumer:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic))]
        consumer.assign(partitions)
        left = {partition: end for partition, end in consumer.end_offsets(partitions).items() if end}
        found = []
        deadline = time.monotonic() + PATIENCE
        while left:
            assert time.monotonic() < deadline
            for partition, batch in consumer.poll(timeout_ms=200, max_records=10_000).items():
                found.extend(batch)
                if batch[-1].offset + 1 >= left.get(partition, 0):
                    left.pop(partition, None)
        return found


def count(address, topic):
    """How many records a topic has."""
    with reader(address) as consumer:
        numbers = consumer.partitions_for_topic(topic) or ()
        return sum(consumer.end_offsets([TopicPartition(topic, number) for number in numbers]).values())
