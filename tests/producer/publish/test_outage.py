"""producer/publish/outage.py: whether the broker is away, by the times of its answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.publish.outage import LOOK_EVERY, SILENCE, Outage


def away(since=100.0):
    """An outage that was noticed as soon as it could be."""
    outage = Outage()
    outage.expect(since)
    assert outage.begins(since + SILENCE)
    return outage


def test_without_a_question_silence_is_no_outage():
    outage = Outage()
    assert not outage.begins(1e9)
    assert outage.silent_for(1e9) == 0


def test_an_answer_that_is_late_is_noticed_once():
    outage = Outage()
    outage.expect(100)
    assert not outage.begins(100 + SILENCE - 0.01)
    assert outage.silent_for(100 + SILENCE - 0.01) == 0
    assert outage.begins(100 + SILENCE)
    assert not outage.begins(100 + SILENCE + 1)
    assert outage.silent_for(110) == 10, "since the question, not since it was noticed"


def test_an_answer_ends_it_and_tells_how_long_it_was():
    outage = away(since=100)
    assert outage.hear(109, more=True) == 9
    assert outage.silent_for(109) == 0
    assert outage.hear(110, more=True) is None


@pytest.mark.parametrize("more", [True, False])
def test_after_an_answer_silence_counts_anew_where_more_are_awaited(more):
    outage = Outage()
    outage.expect(100)
    outage.hear(102, more=more)
    assert not outage.begins(102 + SILENCE - 0.01)
    assert outage.begins(102 + SILENCE) == more


def test_a_broker_that_is_away_is_looked_at_now_and_then():
    outage = away(since=100)
    assert outage.is_look_due(103)
    outage.look(104)
    assert not outage.is_look_due(104 + LOOK_EVERY - 0.01)
    assert outage.is_look_due(104 + LOOK_EVERY)
    outage.hear(105, more=True)
    assert not outage.is_look_due(1000), "it is not away"
    assert outage.begins(105 + SILENCE)
    assert outage.is_look_due(105 + SILENCE), "another outage, however short the time since the last look"


def test_a_reason_is_news_once_in_an_outage():
    outage = away()
    assert [outage.look(now, reason) for now, reason in enumerate(["", "a", "a", "", "a", "b"])] == [
        False, True, False, False, False, True,
    ]  # fmt: skip
    outage.hear(200, more=True)
    outage.begins(300)
    assert outage.look(300, "b"), "another outage"


@given(st.lists(st.tuples(st.floats(0, 10), st.sampled_from(["expect", "hear", "hear all", "poll"]))))
def test_it_is_away_while_the_last_question_or_answer_is_too_long_ago(steps):
    outage = Outage()
    now, owed, noticed = 0.0, None, None
    for seconds, what in steps:
        now += seconds
        if what == "expect" and owed is None:
            outage.expect(now)
            owed = now
        elif what.startswith("hear"):
            lasted = outage.hear(now, more=what == "hear")
            assert lasted == (None if noticed is None else now - noticed)
            owed, noticed = now if what == "hear" else None, None
        elif what == "poll":
            begins = outage.begins(now)
            assert begins == (noticed is None and owed is not None and now - owed >= SILENCE)
            noticed = owed if begins else noticed
        assert outage.silent_for(now) == (0 if noticed is None else now - noticed)
