"""Density: every report with a position is in one cell, and the cell is around it."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.analysis import count_density
from tracker.errors import BadOption

NAN = float("nan")


def grid(rows, cell):
    """Counts of rows of (key, latitude, longitude), by cell centre."""
    df = count_density(pd.DataFrame(rows, columns=["key", "latitude", "longitude"]), cell)
    return {(row.latitude, row.longitude): (row.reports, row.aircraft) for row in df.itertuples()}


def test_reports_and_aircraft_are_counted_by_cell():
    rows = [("a", 48.2, 2.1), ("a", 48.3, 2.2), ("b", 48.9, 2.9), ("b", 49.0, 2.9)]
    assert grid(rows, 1) == {(48.5, 2.5): (3, 2), (49.5, 2.5): (1, 1)}


def test_edges_are_southern_and_western_ones():
    assert next(iter(grid([("a", 48.3, 2.3)], 0.1))) == pytest.approx((48.35, 2.35))
    # In binary -89.9 + 90 is a little less than 0.1, and -179.9 + 180 too.
    assert next(iter(grid([("a", -89.9, -179.9)], 0.1))) == pytest.approx((-89.85, -179.85))
    assert list(grid([("a", 0.0, 0.0)], 1)) == [(0.5, 0.5)]
    assert list(grid([("a", -1e-6, -1e-6)], 1)) == [(-0.5, -0.5)]


def test_the_globe_closes():
    assert grid([("a", 0.0, 180.0), ("b", 0.0, -180.0)], 1) == {(0.5, -179.5): (2, 2)}
    assert list(grid([("a", 90.0, 0.0), ("a", -90.0, 0.0)], 1)) == [(-89.5, 0.5), (89.5, 0.5)]


def test_what_has_no_position_or_no_key():
    rows = [("a", NAN, 2.0), ("a", 48.0, NAN), (None, 48.0, 2.0)]
    assert grid(rows, 1) == {(48.5, 2.5): (1, 0)}


def test_rows_are_sorted_and_of_the_types_that_are_told(half_hour):
    df = count_density(half_hour, 0.25)
    assert [str(dtype) for dtype in df.dtypes] == ["float64", "float64", "int64", "int64"]
    assert df.sort_values(["latitude", "longitude"]).index.equals(df.index)
    assert df["reports"].sum() == len(half_hour)
    assert df["aircraft"].max() <= 67


@pytest.mark.parametrize("cell", [0, -1, 0.7, 1e-9, NAN, float("inf"), 360])
def test_a_cell_that_leaves_the_grid_open_is_refused(cell):
    with pytest.raises(BadOption, match="cell="):
        grid([("a", 0.0, 0.0)], cell)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(-89.9, 89.9), st.floats(-180, 179.9)), max_size=30),
    st.sampled_from([0.05, 0.1, 0.25, 1, 2.5, 180]),
)
def test_counts_are_those_of_a_plain_loop(rows, cell):
    reports, keys = defaultdict(int), defaultdict(set)
    for key, latitude, longitude in rows:
        place = tuple(
            int(np.floor(round((value + far) / cell, 9))) for value, far in ((latitude, 90), (longitude, 180))
        )
        reports[place] += 1
        keys[place].add(key)
    result = grid(rows, cell)
    assert sorted(result.values()) == sorted((reports[place], len(keys[place])) for place in reports)
    for _, latitude, longitude in rows:
        near = [
            (y, x) for y, x in result if abs(y - latitude) <= cell / 2 + 1e-6 and abs(x - longitude) <= cell / 2 + 1e-6
        ]
        assert near
