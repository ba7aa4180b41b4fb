import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import configs, topics
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention.ms", "soon"),
        ("retention.ms", "-2"),
        ("retention.bytes", "1_000"),
        ("retention.bytes", str(2**63)),
        ("max.message.bytes", str(2**31)),
        ("max.message.bytes", "-1"),
        ("message.timestamp.type", "Yesterday"),
        ("cleanup.policy", "compact"),
        ("preallocate", "maybe"),
        ("no.such.name", "1"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(held, name, value):
    assert refusal(held.create, "flights", 1, {name: value}) is ErrorCode.INVALID_CONFIG


@given(st.sampled_from(sorted(configs.SETTINGS)), st.text(max_size=12))
def test_any_text_is_a_value_or_an_invalid_one(name, value):
    try:
        configs.parse({name: value}, TopicConfig()) if configs.check({name: value}) is None else None
    except RefusedError as refused:
        assert refused.code is ErrorCode.INVALID_CONFIG  # noqa: PT017


def test_the_defaults_described_are_those_that_hold():
    described = configs.describe(TopicConfig())
    configs.check(described)
    assert configs.parse(described, TopicConfig(1, 2, 3)) == TopicConfig()
