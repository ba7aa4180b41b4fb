"""The reach into kafka-python's private parts, and nothing else: many records at once, and an end without a flush.

    append: records ──> ProducerBatch, MemoryRecordsBuilder ──> KafkaProducer._accumulator ──> its sender thread

`KafkaProducer.send` makes a future, takes two locks and does a dozen checks for each record; `append` does so once a
batch, which publishes three times as many reports a second. The Protocols list all that is used here of a
`KafkaProducer`; a test holds kafka-python to them.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from kafka.producer.producer_batch import ProducerBatch
from kafka.record import MemoryRecordsBuilder
from kafka.structs import TopicPartition

from producer.publish.partitioner import hash_key

BATCH_BYTES = 1 << 18
"""The size of a batch: half a second of nothing but records, at the highest rate that this client reaches.

Larger batches mean fewer requests. None made here is larger than the client's own, so that it never has to split one.
"""

_FORMAT = 2  # of records, since Kafka 0.11
_JOIN_TIMEOUT = 2.0  # s


class Future(Protocol):
    """What kafka-python gives for records on their way."""

    is_done: bool
    exception: BaseException | None

    def get(self, timeout: float) -> object:
        """Wait until it is done, at most so many seconds, and raise its exception."""


class Queue(Protocol):
    """A partition's batches that wait to be sent."""

    def append(self, batch: Any, /) -> None:  # noqa: ANN401 - a ProducerBatch, untyped
        """Add a batch behind the others."""


class Incomplete(Protocol):
    """The batches that are not delivered yet."""

    def add(self, batch: Any, /) -> None:  # noqa: ANN401 - a ProducerBatch, untyped
        """Watch over a batch until it is delivered."""


class Accumulator(Protocol):
    """Where a client gathers batches."""

    config: Mapping[str, Any]
    """Of use here: `compression_attrs`."""
    _batches: Mapping[TopicPartition, Queue]
    """By partition; an entry is made when it is asked for."""
    _incomplete: Incomplete

    def _tp_lock(self, partition: TopicPartition, /) -> AbstractContextManager[object]:
        """Return the lock of a partition's batches."""


class Sender(Protocol):
    """The thread that sends what the accumulator holds."""

    def wakeup(self) -> None:
        """Have it look for batches."""

    def force_close(self) -> None:
        """Have it end, and fail all batches."""

    def join(self, timeout: float, /) -> None:
        """Wait for its end."""


class Metadata(Protocol):
    """What a client knows of the cluster."""

    def partitions_for_topic(self, topic: str, /) -> Collection[int] | None:
        """Return the numbers of a topic's partitions; None while the topic is not known."""


class Client(Protocol):
    """The private parts of a `KafkaProducer` that are used here."""

    _accumulator: Accumulator
    _sender: Sender
    _metadata: Metadata


def append(
    client: Client, topic: str, records: Iterable[tuple[bytes, bytes]], headers: Sequence[tuple[str, bytes]] = ()
) -> list[tuple[Future, int]]:
    """Hand records to the sender thread in batches, with one future for each batch.

    Args:
        client: A `KafkaProducer`.
        topic: Where the records go.
        records: Keys and values; those of one key stay in order.
        headers: Names and values, which each record carries.

    Returns:
        Futures, each with the number of its records; empty if the client does not know the topic, and then no record
        was taken.
    """
    partitions = client._metadata.partitions_for_topic(topic)
    if not partitions:
        return []
    divided: dict[int, list[tuple[bytes, bytes]]] = {}
    for record in records:
        divided.setdefault(hash_key(record[0]) % len(partitions), []).append(record)
    accumulator = client._accumulator
    compression = accumulator.config["compression_attrs"]
    now = int(time.time() * 1000)
    taken = []
    for number, own in divided.items():
        partition = TopicPartition(topic, number)
        begin = 0
        while begin < len(own):
            builder = MemoryRecordsBuilder(_FORMAT, compression, BATCH_BYTES)
            batch = ProducerBatch(partition, builder)
            future = batch.try_append(now, *own[begin], headers)
            end = begin + 1
            while end < len(own) and builder.append(now, *own[end], headers):
                end += 1
            with accumulator._tp_lock(partition):
                accumulator._batches[partition].append(batch)
                accumulator._incomplete.add(batch)
            taken.append((future, end - begin))
            begin = end
    client._sender.wakeup()
    return taken


def give_up(client: Client) -> None:
    """End the sender thread with whatever it has not delivered.

    `KafkaProducer.close` would raise in its own flush, and leave the thread and its sockets behind.
    """
    client._sender.force_close()
    client._sender.join(_JOIN_TIMEOUT)
