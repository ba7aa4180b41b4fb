import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producer.sources.rows import FOOT, KNOT
from tracker.columns.conversion import convert_times, convert_units
from tracker.units import FEET_PER_METRE, FPM_PER_MPS, KNOTS_PER_MPS

UNITS = [(FOOT, FEET_PER_METRE), (KNOT, KNOTS_PER_MPS), (FOOT / 60, FPM_PER_MPS)]
"""What one of a unit is in SI units, as the producer multiplies, and the factor back."""


@pytest.mark.parametrize(("in_si", "per_si"), UNITS)
def test_values_come_out_as_they_were_reported(in_si: float, per_si: float):
    reported = np.concatenate([np.arange(-2_000.0, 60_000.0), np.arange(0.0, 600.0, 0.1).round(1)])
    converted = convert_units(reported * in_si, per_si, np.empty(len(reported)))
    assert converted.tolist() == reported.tolist()


@given(st.floats(-1e5, 1e5))
def test_no_value_is_moved_by_more_than_the_rounding(value: float):
    (converted,) = convert_units(np.array([value]), FEET_PER_METRE, np.empty(1))
    assert abs(converted - value / 0.3048) <= 0.5000001e-6


def test_values_that_are_not_known_stay_so_and_others_keep_their_place():
    values = np.full(20_000, 952.5)  # several blocks
    values[[0, 8_191, 8_192, 19_999]] = np.nan
    converted = convert_units(values, FEET_PER_METRE, np.empty(len(values)))
    assert np.flatnonzero(np.isnan(converted)).tolist() == [0, 8_191, 8_192, 19_999]
    assert set(converted[~np.isnan(converted)]) == {3125.0}


def test_values_in_the_wires_own_unit_are_copied_to_the_last_bit():
    values = np.array([0.1 + 0.2, -0.0, np.nan])
    converted = convert_units(values, 1.0, np.empty(3))
    assert converted.tobytes() == values.tobytes()
    assert not np.shares_memory(converted, values)


def test_times_are_whole_microseconds():
    assert convert_times(np.array([1633611600.123456, 0.0]), np.empty(2)).tolist() == [1633611600123456, 0]
