"""Reports as columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from producer.wire import POSITION_SOURCES, StateVector
from tracker.feed.batch import FLOATS, NUMBERS, UNKNOWN, Batch, collect, join

WHOLE = StateVector(
    lat=48.5, lon=2.25, icao24="a1b2c3", callsign="AFR123", velocity=231.5, track=271.0, altitude=10_668.0,
    geo_altitude=10_972.5, vertical_rate=-3.25, on_ground=False, squawk="0421", time=100.0, position_source="mlat",
    kind="aircraft", typecode="A320", registration="F-GKXA", category="A3",
)  # fmt: skip
BARE = StateVector(lat=1.0, lon=2.0, callsign="TEST-1")


def rows(batch: Batch) -> list[tuple]:
    """Everything that a batch says of each report; NaN as None."""
    claimed = batch.time if batch.claimed is None else batch.claimed
    columns = [
        batch.key,
        batch.callsign,
        batch.squawk,
        batch.dated.tolist(),
        batch.on_ground.tolist(),
        batch.position_source.tolist(),
        batch.description or [(None, None, None, None)] * len(batch),
        claimed.tolist(),
    ]
    floats = np.where(np.isnan(batch.floats), None, batch.floats).T.tolist()
    return [(*texts, *numbers) for *texts, numbers in zip(*columns, floats, strict=True)]


def test_each_field_stands_in_its_column():
    batch = collect([WHOLE], [105.0])
    assert (batch.key, batch.callsign, batch.squawk) == (["a1b2c3"], ["AFR123"], ["0421"])
    assert dict(zip(FLOATS, batch.floats[:, 0].tolist(), strict=True)) == {
        "published": 105.0, "time": 100.0, **{name: getattr(WHOLE, name) for name in NUMBERS},
    }  # fmt: skip
    assert (batch.dated.tolist(), batch.on_ground.tolist(), batch.claimed) == ([True], [0], None)
    assert [POSITION_SOURCES[code] for code in batch.position_source.tolist()] == ["mlat"]
    assert batch.description == [("aircraft", "A320", "F-GKXA", "A3")]


def test_what_is_not_known_is_told_apart_from_zero_and_the_time_is_that_of_the_record():
    batch = collect([BARE], [105.0])
    assert (batch.key, batch.callsign, batch.squawk) == (["cs:TEST-1"], ["TEST-1"], [None])
    assert np.isnan(batch.floats[4:]).all()
    assert (batch.time.tolist(), batch.dated.tolist(), batch.on_ground.tolist()) == ([105.0], [False], [UNKNOWN])
    assert (batch.position_source.tolist(), batch.description) == ([UNKNOWN], None)


vectors = st.builds(
    StateVector,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    icao24=st.sampled_from(["aaaaaa", "bbbbbb"]),
    callsign=st.sampled_from([None, "AFR1"]),
    squawk=st.sampled_from([None, "7700"]),
    altitude=st.none() | st.floats(-100, 1e4),
    on_ground=st.none() | st.booleans(),
    position_source=st.none() | st.sampled_from(POSITION_SOURCES),
    kind=st.none() | st.just("vehicle"),
    category=st.none() | st.just("C1"),
    time=st.none() | st.floats(0, 1e9),
)


@given(st.lists(st.lists(vectors, min_size=1, max_size=4), min_size=1, max_size=4), st.integers(0, 5))
def test_batches_that_are_joined_hold_the_rows_of_each_in_turn(parts, mended):
    batches = [collect(part, [1.0] * len(part)) for part in parts]
    if mended < len(batches):
        batches[mended] = batches[mended].with_times(batches[mended].time - 1.0)
    joined = join(batches)
    assert rows(joined) == [row for batch in batches for row in rows(batch)]
    places = np.arange(len(joined))[::2]
    assert rows(joined.take(places)) == rows(joined)[::2]


def test_other_times_leave_the_batch_as_it_was_and_say_what_was_reported():
    batch = collect([WHOLE, BARE], [105.0, 106.0])
    mended = batch.with_times(np.array([99.0, 106.0]))
    assert (mended.time.tolist(), mended.claimed.tolist()) == ([99.0, 106.0], [100.0, 106.0])
    assert mended.dated.tolist() == [False, False]  # neither is what its report gave
    assert (batch.time.tolist(), batch.claimed) == ([100.0, 106.0], None)


def test_an_address_comes_before_a_callsign():
    assert collect([WHOLE], [0.0]).key == ["a1b2c3"]
