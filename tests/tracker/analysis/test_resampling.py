"""Resampling: rows at the ticks, values between their neighbours, nothing across a silence."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import START, reports

from tracker.analysis import resample, split_flights
from tracker.errors import BadOption

NAN = float("nan")


def seconds(df: pd.DataFrame) -> list[float]:
    return list((df["timestamp"] - START).dt.total_seconds())


def test_rows_are_at_the_ticks_and_numbers_between():
    df = resample(reports([0.5, 2.5, 4.0], altitude=[100.0, 300.0, 600.0]))
    assert seconds(df) == [1, 2, 3, 4]
    assert list(df["altitude"]) == pytest.approx([150, 250, 400, 600])


def test_any_distance_of_ticks():
    df = reports([0, 8], altitude=[0.0, 80.0])
    assert seconds(resample(df, "0.5s"))[:3] == [0, 0.5, 1]
    assert list(resample(df, 5)["altitude"]) == [0, 50]
    assert [stamp.timestamp() % 7 for stamp in resample(df, "7s")["timestamp"]] == [0]


def test_no_row_inside_a_silence():
    df = reports([0, 1, 62, 63], altitude=[0.0, 1.0, 62.0, 63.0])
    assert seconds(resample(df)) == [0, 1, 62, 63]
    assert len(resample(df, limit="61s")) == 64


def test_no_number_across_what_was_not_known_for_too_long():
    df = reports(range(0, 101, 10), altitude=[0.0, *[NAN] * 4, 50.0, *[NAN] * 5], groundspeed=1.0)
    altitude = resample(df, "10s", limit="30s")["altitude"]
    assert altitude.notna().to_numpy().nonzero()[0].tolist() == [0, 5]
    altitude = resample(df, "10s", limit="50s")["altitude"]
    assert list(altitude[:6]) == pytest.approx([0, 10, 20, 30, 40, 50])
    assert altitude[6:].isna().all()


@pytest.mark.parametrize(
    ("name", "before", "after", "middle"),
    [
        ("track", 350.0, 10.0, 0.0),
        ("track", 10.0, 350.0, 0.0),
        ("track", 340.0, 10.0, 355.0),
        ("heading", 20.0, 340.0, 0.0),
        ("longitude", 179.0, -178.0, -179.5),
        ("longitude", -179.0, 178.0, 179.5),
        ("longitude", 179.0, -179.0, 180.0),
        ("longitude", 1.0, -2.0, -0.5),
        ("latitude", 1.0, -2.0, -0.5),
    ],
)
def test_angles_go_the_short_way_round(name, before, after, middle):
    df = resample(reports([0, 2], **{name: [before, after]}))
    assert df[name][1] == pytest.approx(middle)
    assert (df[name][0], df[name][2]) == (before, after)


def test_texts_and_flags_are_the_last_ones_known():
    df = reports(
        [0, 2, 4, 6],
        squawk=pd.Categorical([None, "1000", None, "7000"]),
        onground=pd.array([True, None, False, None], "boolean"),
    )
    result = resample(df, limit="2s")
    assert [None if pd.isna(value) else value for value in result["squawk"]] == [
        None, None, "1000", "1000", "1000", None, "7000",
    ]  # fmt: skip
    assert result["onground"].tolist() == [True, True, True, pd.NA, False, False, False]
    assert isinstance(result["squawk"].dtype, pd.CategoricalDtype)
    assert result["onground"].dtype == "boolean"


def test_aircraft_do_not_mix():
    df = pd.concat([reports([0, 4], "a", altitude=[0.0, 40.0]), reports([1, 3], "b", altitude=[1000.0, 2000.0])])
    result = resample(df.sort_values("timestamp"))
    assert list(result["key"]) == ["a"] * 5 + ["b"] * 3
    assert list(result["altitude"]) == [0, 10, 20, 30, 40, 1000, 1500, 2000]
    assert isinstance(result.index, pd.RangeIndex)


def test_what_one_aircraft_does_not_know_is_not_taken_from_another():
    parts = [
        reports([0, 1], key, altitude=altitude)
        for key, altitude in zip("abc", [[1, 2], [NAN] * 2, [5, 6]], strict=True)
    ]
    df = pd.concat(
        [
            part.assign(squawk=pd.Series(squawk))
            for part, squawk in zip(parts, [["1"] * 2, [None, "2"], [None] * 2], strict=True)
        ]
    )
    result = resample(df)
    assert list(result["altitude"]) == pytest.approx([1, 2, NAN, NAN, 5, 6], nan_ok=True)
    assert [None if pd.isna(value) else value for value in result["squawk"]] == ["1", "1", None, "2", None, None]
    later = pd.concat([reports([0, 1], "a", altitude=[NAN, 3.0]), reports([0, 1], "b", altitude=[NAN, 7.0])])
    earlier = pd.concat([reports([0, 1], "a", altitude=[3.0, NAN]), reports([0, 1], "b", altitude=[7.0, NAN])])
    assert list(resample(later)["altitude"]) == pytest.approx([NAN, 3, NAN, 7], nan_ok=True)
    assert list(resample(earlier)["altitude"]) == pytest.approx([3, NAN, 7, NAN], nan_ok=True)


def test_flights_do_not_mix():
    df = split_flights(reports([0, 2, 4, 6], callsign=["A", "A", "B", "B"], altitude=[0.0, 2.0, 10.0, 30.0]))
    result = resample(df)
    assert list(result["flight"]) == ["A_001"] * 3 + ["B_001"] * 3
    assert list(result["altitude"]) == [0, 1, 2, 10, 20, 30]


def test_whole_numbers_become_float64():
    assert resample(reports([0, 2], altitude=[1, 2]))["altitude"].tolist() == [1, 1.5, 2]


def test_of_two_reports_at_one_time_the_last_counts():
    assert list(resample(reports([0, 0, 2], altitude=[0.0, 10.0, 20.0]))["altitude"]) == [10, 15, 20]


def test_a_flight_between_two_ticks_has_no_row():
    assert not len(resample(reports([0.2, 0.4], altitude=0.0)))


def test_what_is_at_ticks_already_stays(half_hour):
    result = resample(half_hour, limit="2s")
    expected = half_hour.sort_values(["key", "timestamp"], kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(result[["timestamp", "key"]], expected[["timestamp", "key"]])
    for name in ("latitude", "longitude", "groundspeed"):
        known = expected[name].notna()
        assert (result[name][known] == expected[name][known]).all()


@pytest.mark.parametrize("option", [{"every": 0}, {"every": 1e-9}, {"every": "1 week"}, {"limit": -1}])
def test_what_is_no_span_is_refused(option):
    with pytest.raises(BadOption, match=f"{next(iter(option))}="):
        resample(reports([0], altitude=0.0), **option)


values = st.one_of(st.just(NAN), st.floats(-1e6, 1e6))


@given(st.lists(st.tuples(st.integers(0, 200), values), min_size=1, max_size=20, unique_by=lambda row: row[0]))
def test_numbers_are_those_of_a_plain_loop_and_lie_between_their_neighbours(rows):
    rows.sort()
    result = resample(reports([row[0] / 2 for row in rows], altitude=[row[1] for row in rows]), limit=20)
    expected = list(by_loop([(time / 2, value) for time, value in rows]))
    assert seconds(result) == [time for time, _ in expected]
    assert result["altitude"].to_numpy() == pytest.approx(
        np.array([value for _, value in expected], np.float64), nan_ok=True, rel=1e-9, abs=1e-6
    )


def by_loop(rows):
    """The definition, one tick after the other."""
    known = [row for row in rows if row[1] == row[1]]
    for tick in range(101):
        before = max((time for time, _ in rows if time <= tick), default=None)
        after = min((time for time, _ in rows if time >= tick), default=None)
        if before is None or after is None or after - before > 20:
            continue
        left = max((row for row in known if row[0] <= tick), default=None)
        right = min((row for row in known if row[0] >= tick), default=None)
        if left is None or right is None or right[0] - left[0] > 20:
            yield tick, NAN
        elif left[0] == right[0]:
            yield tick, left[1]
        else:
            value = left[1] + (tick - left[0]) / (right[0] - left[0]) * (right[1] - left[1])
            assert min(left[1], right[1]) - 1e-6 <= value <= max(left[1], right[1]) + 1e-6
            yield tick, value


@given(st.lists(st.floats(0, 360, exclude_max=True), min_size=2, max_size=10))
def test_a_track_stays_on_the_circle_and_turns_by_no_more_than_half(tracks):
    df = resample(reports(range(0, 4 * len(tracks), 4), track=tracks))["track"]
    assert df.between(0, 360, inclusive="left").all()
    turn = (df.diff().dropna() + 180) % 360 - 180
    assert turn.abs().max() <= 45 + 1e-6
