import logging

import pytest
from devbroker_wire import build, checked

from tracker.devbroker import topics
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
from tracker.devbroker.notices import Notices
from tracker.devbroker.storage import Storage
from tracker.devbroker.topics import Topics


@pytest.fixture
def held():
    return Topics(TopicConfig(), partitions=3)


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as refused:
        act(*args, **kwargs)
    return refused.value.code


def test_a_topic_is_found_by_name_and_by_id(held):
    topic = held.create("flights", 2)
    assert held.find("flights") is held.find(None, topic.id) is held.find("", topic.id) is topic
    assert held.log("flights", 1) is topic.logs[1]
    assert refusal(held.log, "flights", 2) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert refusal(held.log, "flights", -1) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_that_is_made_anew_has_another_id(held):
    first = held.create("flights")
    held.delete("flights")
    assert refusal(held.find, "flights") is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert first.logs[0].deleted
    assert held.create("flights").id != first.id
    assert refusal(held.find, None, first.id) is ErrorCode.UNKNOWN_TOPIC_ID


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "ü", "a/b", "x" * 250, "a\n"])
def test_names_that_kafka_refuses_are_refused(held, name):
    assert refusal(held.create, name) is ErrorCode.INVALID_TOPIC_EXCEPTION


def test_a_name_is_given_once(held):
    held.create("flights")
    assert refusal(held.create, "flights") is ErrorCode.TOPIC_ALREADY_EXISTS


def test_a_dry_run_makes_nothing(held):
    assert len(held.create("flights", dry_run=True).logs) == 3
    assert list(held) == []
    held.create("flights", 1)
    held.grow("flights", 2, dry_run=True)
    assert len(held.find("flights").logs) == 1


def test_partitions_only_grow(held):
    topic = held.create("flights", 2)
    kept = topic.logs[0]
    held.grow("flights", 4)
    assert len(topic.logs) == 4
    assert topic.logs[0] is kept
    assert refusal(held.grow, "flights", 4) is ErrorCode.INVALID_PARTITIONS
    assert refusal(held.grow, "missing", 4) is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("count", [0, -2, topics.MAX_PARTITIONS + 1])
def test_a_number_of_partitions_out_of_range_is_refused(held, count):
    assert refusal(held.create, "flights", count) is ErrorCode.INVALID_PARTITIONS


def test_settings_reach_the_logs(held):
    topic = held.create("flights", 1, {"retention.ms": "5", "message.timestamp.type": "LogAppendTime"})
    assert topic.logs[0].config == TopicConfig(retention_ms=5, log_append_time=True)
    topic.configure({"max.message.bytes": "77", "retention.bytes": "-1"})
    topic.add_partitions(2)
    assert topic.logs[0].config == topic.logs[1].config == TopicConfig(retention_bytes=-1, max_message_bytes=77)


def test_the_largest_logs_make_room_and_it_is_said_once(caplog):
    held = Topics(TopicConfig(retention_bytes=-1), partitions=2, storage=Storage(100_000))
    small, large = held.create("small"), held.create("large")
    notices = Notices(logging.getLogger("test"))
    small.logs[0].append(checked(build([1], value=bytes(5_000))), 0)
    for i in range(60):
        batch = checked(build([1], value=bytes(5_000)))
        held.make_room(batch.cost, notices)
        large.logs[i % 2].append(batch, 0)
        assert held.storage.used <= held.storage.limit
    assert small.logs[0].start == 0
    assert all(log.start > 15 for log in large.logs)
    assert held.storage.used == sum(log.cost for topic in held for log in topic.logs) > 80_000
    (message,) = caplog.messages
    assert "the oldest records of large are dropped" in message


def test_even_the_newest_records_make_room_for_larger_ones(caplog):
    held = Topics(TopicConfig(), storage=Storage(1_000))
    first, second = held.create("first"), held.create("second")
    for topic in (first, second):
        batch = checked(build([1], value=bytes(600)))
        held.make_room(batch.cost, Notices(logging.getLogger("test")))
        topic.logs[0].append(batch, 0)
    assert (first.logs[0].size, second.logs[0].start) == (0, 0)
    held.make_room(10_000, Notices(logging.getLogger("test")))
    assert held.storage.used == 0


def test_what_a_deleted_topic_held_is_free_again():
    held = Topics(TopicConfig())
    held.create("flights").logs[0].append(checked(build([1])), 0)
    assert held.storage.used > 0
    held.delete("flights")
    assert held.storage.used == 0
