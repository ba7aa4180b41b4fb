"""How much a client may do at once, and for ever."""

from tracker.server.allowance import Allowance


def test_so_much_may_be_done_at_once_and_no_more():
    allowance = Allowance(10, 2, now=100.0)
    assert allowance.take(6, 100.0)
    assert allowance.take(4, 100.0)
    assert not allowance.take(1, 100.0)


def test_it_fills_again_by_its_rate_and_up_to_the_burst():
    allowance = Allowance(10, 2, now=100.0)
    assert allowance.take(10, 100.0)
    assert allowance.take(4, 102.0)
    assert not allowance.take(1, 102.0)
    assert allowance.take(10, 1e6)
    assert not allowance.take(1, 1e6)


def test_at_its_rate_it_never_ends():
    allowance = Allowance(10, 2, now=0.0)
    assert all(allowance.take(2, second) for second in range(1, 1_000))
    assert not all(allowance.take(3, second) for second in range(1_000, 1_020))
