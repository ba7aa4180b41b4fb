"""tracker/devbroker/memory.py: what was held for clients is given back once it is not."""

import pytest

from tracker.devbroker.memory import MUCH, Slack, give_back


@pytest.fixture
def released():
    return []


@pytest.fixture
def slack(released):
    return Slack(lambda: released.append(True))


def test_memory_is_given_back_once_when_much_less_is_held_than_was(slack, released):
    slack.note(MUCH, MUCH // 2)
    assert released == []
    slack.note(MUCH // 2, MUCH // 4)
    assert released == [], "a quarter is still held"
    slack.note(MUCH // 4, MUCH // 4 - 1)
    assert released == [True]
    slack.note(MUCH // 4, 0)
    assert released == [True], "what was held since then was not much"


def test_a_peak_between_two_looks_counts(slack, released):
    slack.note(MUCH, 0)
    assert released == [True]


def test_little_is_not_worth_it(slack, released):
    slack.note(MUCH - 1, 0)
    assert released == []


def test_giving_back_is_harmless():
    give_back()
