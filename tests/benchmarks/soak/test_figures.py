import math

import pytest

from benchmarks.soak.figures import grows, slope

MINUTES = [number / 6 for number in range(1, 361)]


def held(base, an_hour, wave=0.0):
    """Memory of an hour, MB: a base, what it grows by, and what comes and goes within four minutes."""
    return [(minute, base + an_hour * minute / 60 + wave * (minute % 4)) for minute in MINUTES]


@pytest.mark.parametrize("an_hour", [0.0, 12.0, -30.0])
def test_the_slope_is_that_of_the_second_half_an_hour(an_hour):
    early = [(minute, 500.0) for minute in MINUTES if minute < 30]
    assert slope(early + held(100, an_hour)[len(early) :]) == pytest.approx(an_hour)


def test_what_grows_for_ever_is_told_from_what_has_settled():
    assert grows(held(100, 60))
    assert not grows(held(100, 20))
    assert not grows(held(100, 0, wave=40))
    assert not grows([(minute, 100 + min(minute, 5) * 50) for minute in MINUTES])


def test_more_may_be_gained_where_more_is_held():
    assert grows(held(100, 50))
    assert not grows(held(400, 50))


def test_a_short_soak_tells_nothing():
    short = held(100, 600)[:40]
    assert math.isnan(slope(short))
    assert not grows(short)
    assert math.isnan(slope([]))
