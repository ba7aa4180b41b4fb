"""Flights: a partition of each aircraft's reports in time order, by silence and callsign."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import reports

from tracker.analysis import split_flights
from tracker.errors import BadOption


def flights(seconds, callsign, **options):
    return list(split_flights(reports(seconds, callsign=callsign), **options)["flight"])


def test_a_silence_of_more_than_ten_minutes_begins_a_flight():
    assert flights([0, 600, 1201], "AFR1") == ["AFR1_001", "AFR1_001", "AFR1_002"]
    assert flights([0, 600, 1201], "AFR1", gap="5min") == ["AFR1_001", "AFR1_002", "AFR1_003"]


def test_another_callsign_begins_a_flight():
    assert flights(range(4), ["A", "A", "B", "B"]) == ["A_001", "A_001", "B_001", "B_001"]
    assert flights(range(3), ["A", "B", "A"]) == ["A_001", "B_001", "A_002"]


@pytest.mark.parametrize("missing", [None, "", "  ", float("nan")])
def test_a_missing_callsign_begins_none(missing):
    assert flights(range(5), [missing, "A", missing, "A ", missing]) == ["A_001"] * 5
    assert flights(range(4), ["A", missing, missing, "B"]) == ["A_001"] * 3 + ["B_001"]


def test_a_callsign_from_before_a_silence_is_forgotten():
    assert flights([0, 1000, 1001], ["A", None, "B"]) == ["A_001", "B_001", "B_001"]
    assert flights([0, 1000], ["A", None]) == ["A_001", "abc123_001"]


def test_without_a_callsign_the_key_is_the_name():
    assert flights([0, 1, 1000], [None] * 3) == ["abc123_001", "abc123_001", "abc123_002"]


def test_two_aircraft_of_one_callsign_are_two_flights_numbered_by_their_beginning():
    df = pd.concat([reports([5, 6], "aaa", callsign="X"), reports([1, 9], "bbb", callsign="X")], ignore_index=True)
    assert list(split_flights(df)["flight"]) == ["X_002", "X_002", "X_001", "X_001"]


def test_later_reports_leave_names_alone(half_hour):
    early = split_flights(half_hour[half_hour["timestamp"] < half_hour["timestamp"].quantile(0.6)])["flight"]
    late = split_flights(half_hour)["flight"].loc[early.index]
    assert list(early) == list(late)


def test_the_index_may_be_any():
    df = reports(range(3), callsign=["A", "A", "B"]).set_axis([7, 7, 7])
    result = split_flights(df)
    assert list(result.index) == [7, 7, 7]
    assert list(result["flight"]) == ["A_001", "A_001", "B_001"]


def test_the_recorded_half_hour_is_a_flight_for_each_aircraft(half_hour):
    df = split_flights(half_hour)
    assert df["flight"].nunique() == 67
    assert (df["flight"].astype(str) == df["callsign"].astype(str) + "_001").all()
    assert list(df["flight"].cat.categories) == sorted(df["flight"].unique())


@pytest.mark.parametrize("gap", [0, -1, "soon", None, float("nan")])
def test_a_gap_that_is_no_span_is_refused(gap):
    with pytest.raises(BadOption, match="gap="):
        split_flights(reports([0], callsign="A"), gap)


rows = st.lists(
    st.tuples(st.sampled_from(["k1", "k2"]), st.integers(0, 5000), st.sampled_from(["A", "B", None])), max_size=30
)


@given(rows)
def test_flights_are_those_of_a_plain_loop(rows):
    df = pd.DataFrame(rows, columns=["key", "timestamp", "callsign"]).astype({"key": object, "callsign": object})
    df["timestamp"] = pd.to_datetime(df["timestamp"].astype("int64"), unit="s", utc=True)
    assert list(split_flights(df)["flight"]) == by_loop(rows)


def by_loop(rows):
    """The definition, one report after the other."""
    found = []  # of lists of positions
    for aircraft in ("k1", "k2"):
        last, sign = None, None
        for time, position in sorted((time, n) for n, (key, time, _) in enumerate(rows) if key == aircraft):
            heard = rows[position][2]
            silent = last is None or time - last > 600
            if silent or (heard and sign and heard != sign):
                found.append([])
                sign = None
            found[-1].append(position)
            last, sign = time, heard or sign
    found.sort(key=lambda flight: rows[flight[0]][1])
    names, counts = {}, {}
    for flight in found:
        stem = next((rows[n][2] for n in flight if rows[n][2]), rows[flight[0]][0])
        counts[stem] = counts.get(stem, 0) + 1
        names.update(dict.fromkeys(flight, f"{stem}_{counts[stem]:03}"))
    return [names[n] for n in range(len(rows))]
