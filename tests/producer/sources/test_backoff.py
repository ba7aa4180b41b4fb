"""producer/sources/backoff.py: waits between attempts."""

from producer.sources.backoff import Backoff


def test_waits_double_up_to_the_longest_and_begin_anew():
    backoff = Backoff(1.0, 8.0, spread=lambda: 1.0)
    assert [backoff.grow() for _ in range(6)] == [1, 2, 4, 8, 8, 8]
    backoff.reset()
    assert backoff.grow() == 1


def test_many_do_not_come_at_once():
    waits = [Backoff(8.0, 8.0, spread=lambda spread=spread: spread).grow() for spread in (0.0, 0.5, 1.0)]
    assert waits == [6, 7, 8]
