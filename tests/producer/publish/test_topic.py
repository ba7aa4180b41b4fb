"""producer/publish/topic.py: the topic that a publisher makes on a real broker."""

import threading
import time

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from patience import PATIENCE
from publishing import states
from reading import admin, count, records

from producer.errors import ProducerError
from producer.publish.publisher import Publisher
from producer.stop import Stop

pytestmark = [
    pytest.mark.usefixtures("_kafka_leaves_sockets"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def test_the_topic_is_made_with_the_brokers_clock(broker):
    before = time.time()
    with Publisher(broker.address, "shipments", stop=Stop(), partitions=3) as publisher:
        publisher.publish(states(1)[0])
    with admin(broker.address) as client:
        (topic,) = client.describe_topics(["shipments"])
        assert len(topic["partitions"]) == 3
    (record,) = records(broker.address, "shipments")
    assert record.timestamp_type == 1, "LogAppendTime"
    assert before - 1 <= record.timestamp / 1000 <= time.time() + 1, "when it was published, not when it was true"


@pytest.mark.parametrize(("retention_ms", "kept"), [(60_000, "60000"), (-1, "-1"), (None, "604800000")])
def test_the_topic_is_made_with_the_retention_that_is_wanted_else_the_brokers(broker, retention_ms, kept):
    with Publisher(broker.address, "shipments", stop=Stop(), retention_ms=retention_ms) as publisher:
        publisher.publish(states(1)[0])
    with admin(broker.address) as client:
        topic = ConfigResource(ConfigResourceType.TOPIC, "shipments", ["retention.ms"])
        configs = client.describe_configs([topic], config_filter="all")["topic"]["shipments"]
    assert configs["retention.ms"]["value"] == kept


def test_a_topic_that_exists_is_left_as_it_is(broker):
    with admin(broker.address) as client:
        client.create_topics({"shipments": {"num_partitions": 2, "replication_factor": 1}})
    with Publisher(broker.address, "shipments", stop=Stop(), partitions=4) as publisher:
        publisher.publish(states(1)[0])
    with admin(broker.address) as client:
        assert len(client.describe_topics(["shipments"])[0]["partitions"]) == 2
    assert records(broker.address, "shipments")[0].timestamp_type == 0


def test_two_that_make_the_topic_at_once_both_publish(broker):
    start = threading.Barrier(2)
    failures = []

    def publish():
        start.wait(PATIENCE)
        try:
            with Publisher(broker.address, "shipments", stop=Stop()) as publisher:
                for state in states(10):
                    publisher.publish(state)
        except ProducerError as error:
            failures.append(error)

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failures == []
    assert count(broker.address, "shipments") == 20
