"""Which partition a key belongs to: the same that every Kafka client chooses."""

from __future__ import annotations

import functools
from typing import Any

from kafka.partitioner import DefaultPartitioner, murmur2


@functools.lru_cache(maxsize=1 << 16)
def hash_key(key: bytes) -> int:
    """Return the number whose remainder by the count of partitions is the partition of a key; cached."""
    positive: int = murmur2(key) & 0x7FFFFFFF
    return positive


class KeyPartitioner(DefaultPartitioner):  # type: ignore[misc] # untyped
    """kafka-python's partitioner of keyed records, but with each key hashed once."""

    def partition(self, *call: Any) -> int | None:  # noqa: ANN401 - kafka-python's signature, untyped
        """Return the partition of a keyed record; None while the topic is not known."""
        topic, _, key, _, _, cluster = call
        partitions = cluster.partitions_for_topic(topic)
        return hash_key(key) % len(partitions) if partitions else None
