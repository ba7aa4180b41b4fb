"""producer/sources/trouble.py: a line a change, also where trouble comes and goes each second."""

import pytest

from producer.sources.trouble import Trouble


@pytest.fixture
def trouble(caplog):
    caplog.set_level("INFO")
    return Trouble("pi.local")


def test_trouble_is_said_once_and_another_one_again(trouble, caplog):
    for what in ("is away", "is away", "is silent", "is silent"):
        trouble.tell(what)
    assert caplog.messages == [f"pi.local is {what}: trying until it is over" for what in ("away", "silent")]


def test_its_end_is_said_when_it_has_lasted(trouble, caplog):
    trouble.end(0.0)
    trouble.tell("is away")
    for now in (1.0, 5.0, 10.9):
        trouble.end(now)
    assert len(caplog.messages) == 1
    trouble.end(11.0)
    trouble.end(30.0)
    assert caplog.messages[1:] == ["pi.local answers again"]
    trouble.tell("is away")
    assert len(caplog.messages) == 3


def test_what_comes_and_goes_is_one_trouble(trouble, caplog):
    for now in range(60):
        trouble.tell("is away")
        trouble.end(now + 0.5)
    assert len(caplog.messages) == 1
