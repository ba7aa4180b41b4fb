import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import nothing, reports

from tracker import BadOption, MissingColumn
from tracker.analysis import remove_outliers, split_flights


def altitudes(values, seconds=None, **columns):
    """A flight with these altitudes, as they are after the cleaning; None where one was taken for wild."""
    seconds = range(len(values)) if seconds is None else seconds
    cleaned = remove_outliers(reports(seconds, altitude=np.array(values, np.float64), **columns)).altitude
    return [None if value != value else value for value in cleaned.tolist()]


@pytest.mark.parametrize("wild", range(1, 9))
def test_up_to_eight_wild_values_in_a_row_are_taken_out(wild: int):
    steady = [5_000.0 - 25 * second for second in range(30)]
    assert altitudes([*steady[:15], *[39_000.0] * wild, *steady[15:]]) == [*steady[:15], *[None] * wild, *steady[15:]]


@given(
    st.lists(st.integers(-1_000, 45_000), min_size=1, max_size=60),
    st.lists(st.integers(0, 300), min_size=60, max_size=60),
    st.booleans(),
)
def test_a_climb_or_descent_is_never_touched_however_irregularly_it_was_heard(values, gaps, falls):
    values = sorted(map(float, values), reverse=falls)
    inner = slice(8, -8)  # at both ends the neighbours lie on one side alone
    assert altitudes(values, np.cumsum(gaps)[: len(values)])[inner] == values[inner]


def test_a_step_to_another_level_stays():
    values = [225.0] * 40 + [32_050.0] * 40
    assert altitudes(values) == values


def test_small_deviations_are_no_outliers_even_where_nothing_else_moves():
    values = [1_000.0] * 10 + [1_500.0] + [1_000.0] * 10
    assert altitudes(values) == values
    values[10] = 1_501.0
    assert altitudes(values)[10] is None


def test_flights_are_judged_apart_whatever_the_order_of_rows():
    low = reports(range(0, 40, 2), "aaaaaa", altitude=1_000.0)
    high = reports(range(1, 41, 2), "bbbbbb", altitude=39_000.0)
    mixed = pd.concat([low, high]).sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(remove_outliers(mixed), mixed)


def test_what_is_not_known_stays_so_and_does_not_count_as_a_neighbour():
    values = [1_000.0, np.nan] * 20
    values[20] = 39_000.0
    cleaned = altitudes(values)
    assert cleaned[20] is None
    assert cleaned[1::2] == [None] * 20
    assert cleaned[0::2].count(1_000.0) == 19


def test_only_the_columns_asked_for_are_judged():
    frame = reports(range(21), altitude=1_000.0, groundspeed=100.0)
    frame.loc[10, ["altitude", "groundspeed"]] = 9_000.0
    cleaned = remove_outliers(frame, least={"groundspeed": 50.0})
    assert cleaned.altitude[10] == 9_000.0
    assert np.isnan(cleaned.groundspeed[10])
    assert frame.groundspeed[10] == 9_000.0


def test_the_recorded_half_hour_loses_its_wild_values_and_nothing_else(half_hour: pd.DataFrame):
    cleaned = remove_outliers(split_flights(half_hour))
    gone = half_hour.altitude.notna() & cleaned.altitude.isna()
    assert gone.sum() == 23
    assert half_hour[half_hour.callsign == "RYR383L"].altitude.max() == 39_000
    assert cleaned[cleaned.callsign == "RYR383L"].altitude.max() == 5_575
    untouched = [column for column in half_hour if column not in ("altitude", "groundspeed", "vertical_rate")]
    pd.testing.assert_frame_equal(cleaned[untouched], half_hour[untouched])


def test_an_empty_frame_stays_empty():
    assert len(remove_outliers(nothing())) == 0


def test_what_cannot_be_is_refused():
    frame = reports(range(3), altitude=1.0)
    for width in (0, 1, 2, 16):
        with pytest.raises(BadOption, match="odd number"):
            remove_outliers(frame, width=width)
    with pytest.raises(BadOption, match="altitude: -1"):
        remove_outliers(frame, least={"altitude": -1.0})
    with pytest.raises(MissingColumn, match="geoaltitude"):
        remove_outliers(frame, least={"geoaltitude": 1.0})
