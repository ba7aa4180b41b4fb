import numpy as np

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.state.claims import Claims


def batch(*reports: tuple[str, float, float]):
    """Reports as (key, claimed event time, event time)."""
    vectors = [StateVector(lat=0.0, lon=0.0, icao24=key, time=claimed) for key, claimed, _ in reports]
    whole = collect(vectors, [0.0] * len(vectors))
    times = np.array([time for _, _, time in reports])
    return whole if (times == whole.time).all() else whole.with_times(times)


def nothing_held(key: str, time: float) -> bool:
    return False


def test_where_nothing_was_mended_nothing_is_remembered():
    claims = Claims()
    assert len(claims.repeated(batch(("aaaaaa", 1.0, 1.0), ("aaaaaa", 1.0, 1.0)), nothing_held)) == 0
    assert len(claims) == 0


def test_a_mended_report_that_comes_again_is_told_by_what_it_claimed():
    claims = Claims()
    assert claims.repeated(batch(("aaaaaa", 130.0, 100.0), ("bbbbbb", 130.0, 100.0)), nothing_held).tolist() == []
    assert claims.repeated(batch(("aaaaaa", 130.0, 105.0), ("aaaaaa", 131.0, 105.0)), nothing_held).tolist() == [0]
    # Published so late that it needs no mending, it is the same report still.
    assert claims.repeated(batch(("bbbbbb", 130.0, 130.0)), nothing_held).tolist() == [0]


def test_it_is_told_within_one_batch_too():
    claims = Claims()
    assert claims.repeated(batch(("aaaaaa", 130.0, 100.0), ("aaaaaa", 130.0, 101.0)), nothing_held).tolist() == [1]


def test_a_mended_report_that_repeats_one_of_the_window_is_told():
    claims = Claims()
    assert claims.repeated(
        batch(("aaaaaa", 130.0, 100.0)), lambda key, time: (key, time) == ("aaaaaa", 130.0)
    ).tolist() == [0]
    assert len(claims) == 0


def test_reports_without_an_event_time_repeat_nothing():
    claims = Claims()
    claims.repeated(batch(("aaaaaa", 130.0, 100.0)), nothing_held)
    undated = collect([StateVector(lat=0.0, lon=0.0, icao24="aaaaaa")], [130.0])
    assert claims.repeated(undated, nothing_held).tolist() == []


def test_claims_are_forgotten_with_their_rows_and_are_bounded():
    claims = Claims(most=3)
    claims.repeated(batch(*((f"{number:06x}", 130.0 + number, 100.0 + number) for number in range(5))), nothing_held)
    assert len(claims) == 3
    claims.forget(before=103.5)
    assert claims.repeated(batch(("000003", 133.0, 104.0), ("000004", 134.0, 104.0)), nothing_held).tolist() == [1]
