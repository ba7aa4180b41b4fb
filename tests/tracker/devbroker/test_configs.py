import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.devbroker import configs
from tracker.devbroker.configs import TopicConfig
from tracker.devbroker.errors import ErrorCode, RefusedError


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
        ("leader.replication.throttled.replicas", "x" * 1025),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(name, value):
    with pytest.raises(RefusedError, match=name) as refused:
        configs.check({name: value})
    assert refused.value.code is ErrorCode.INVALID_CONFIG


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
