"""producer/publish/partitioner.py: the partition of a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import DefaultPartitioner

from producer.publish.partitioner import KeyPartitioner, hash_key


class Cluster:
    def __init__(self, count):
        self._numbers = set(range(count))

    def topics(self):
        return {"t"}

    def partitions_for_topic(self, topic):
        return self._numbers

    def available_partitions_for_topic(self, topic):
        return self._numbers


@given(st.binary(min_size=1, max_size=40), st.integers(1, 50))
def test_the_partition_is_that_of_every_kafka_client(key, count):
    call = ("t", None, key, None, b"", Cluster(count))
    assert KeyPartitioner().partition(*call) == DefaultPartitioner().partition(*call) == hash_key(key) % count


@pytest.mark.parametrize("numbers", [None, 0])
def test_there_is_none_while_the_topic_is_not_known(numbers):
    cluster = Cluster(0)
    if numbers is None:
        cluster._numbers = None
    assert KeyPartitioner().partition("t", None, b"key", None, b"", cluster) is None
