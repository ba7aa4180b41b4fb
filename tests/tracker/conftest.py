"""A real broker, and records on it."""

import json
from collections.abc import Iterator

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from producer.wire import StateVector, encode
from tracker.devbroker import BrokerThread


class Topic:
    """A topic on a broker, made on first use, that tests write to."""

    def __init__(self, address: str, name: str = "shipments") -> None:
        self.address, self.name = address, name

    def create(self, partitions: int = 1, **configs: str) -> None:
        configs = {"message.timestamp.type": "LogAppendTime"} | {key.replace("_", "."): v for key, v in configs.items()}
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        admin.create_topics([NewTopic(self.name, partitions, 1, topic_configs=configs)])
        admin.close()

    def delete(self) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        admin.delete_topics([self.name])
        admin.close()

    def grow(self, partitions: int) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        admin.create_partitions({self.name: partitions})
        admin.close()

    def write(self, *values: StateVector | dict | bytes | None, partition: int | None = None, **options) -> None:
        """Publish values in this order; returns when the broker has them all."""
        producer = KafkaProducer(bootstrap_servers=self.address, linger_ms=5, max_request_size=4 << 20, **options)
        for value in values:
            key = value.key.encode() if isinstance(value, StateVector) else b"key"
            producer.send(self.name, _encode(value), key=key, partition=partition)
        producer.flush()
        producer.close()


def _encode(value: StateVector | dict | bytes | None) -> bytes | None:
    if isinstance(value, StateVector):
        return encode(value)
    return json.dumps(value).encode() if isinstance(value, dict) else value


@pytest.fixture
def broker() -> Iterator[BrokerThread]:
    with BrokerThread(port=0) as running:
        yield running


@pytest.fixture
def topic(broker: BrokerThread) -> Topic:
    return Topic(broker.address)


@pytest.fixture
def topic_at() -> type[Topic]:
    """Topics on other brokers."""
    return Topic
