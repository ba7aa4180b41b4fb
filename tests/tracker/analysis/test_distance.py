"""Distance: known lengths, and a way that grows by what was flown and by nothing else."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import reports

from tracker.analysis import great_circle_distance, measure_distance
from tracker.errors import BadOption

NAN = float("nan")
DEGREE = 60.0405  # nm of a great circle on the sphere of 6371.0088 km: pi / 180 * 6371.0088 / 1.852

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)


def flown(seconds, latitude, longitude=0.0, **options):
    return list(measure_distance(reports(seconds, latitude=latitude, longitude=longitude), **options)["distance"])


def test_known_lengths():
    assert great_circle_distance(0, 0, 1, 0) == pytest.approx(DEGREE, abs=1e-4)
    assert great_circle_distance(0, 0, 0, 1) == pytest.approx(DEGREE, abs=1e-4)
    assert great_circle_distance(60, 0, 60, 1) == pytest.approx(DEGREE / 2, rel=1e-4)
    assert great_circle_distance(0, 179.5, 0, -179.5) == pytest.approx(DEGREE, abs=1e-4)
    assert great_circle_distance(-90, 0, 90, 77) == pytest.approx(180 * DEGREE, abs=0.01)
    # Paris Charles de Gaulle to New York JFK: 3150 nm.
    assert great_circle_distance(49.0097, 2.5479, 40.6399, -73.7787) == pytest.approx(3150, rel=0.005)


def test_arguments_broadcast():
    assert great_circle_distance(0, 0, [[1, 2]], [[0], [1], [2]]).shape == (3, 2)
    assert np.isnan(great_circle_distance(NAN, 0, 1, 1))


@given(latitudes, longitudes, latitudes, longitudes)
def test_there_is_as_far_as_back_and_no_farther_than_the_antipode(latitude, longitude, to_latitude, to_longitude):
    there = great_circle_distance(latitude, longitude, to_latitude, to_longitude)
    back = great_circle_distance(to_latitude, to_longitude, latitude, longitude)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 180 * DEGREE + 0.01
    assert great_circle_distance(latitude, longitude, latitude, longitude) == 0


@given(st.floats(-89, 89), longitudes, st.floats(0, 1))
def test_distances_along_a_meridian_add_up(latitude, longitude, share):
    between = latitude * share
    parts = great_circle_distance(0, longitude, between, longitude)
    parts += great_circle_distance(between, longitude, latitude, longitude)
    assert parts == pytest.approx(great_circle_distance(0, longitude, latitude, longitude), abs=1e-6)


def test_the_way_begins_at_zero_and_adds_up():
    assert flown([0, 3600, 7200], [0.0, 1.0, 3.0]) == pytest.approx([0, DEGREE, 3 * DEGREE], abs=1e-3)


def test_aircraft_are_measured_apart():
    df = pd.concat([reports([0, 3600], "a", latitude=[0.0, 1.0]), reports([1, 3601], "b", latitude=[50.0, 50.5])])
    result = measure_distance(df.assign(longitude=0.0).sort_values("timestamp"))
    assert list(result["distance"]) == pytest.approx([0, 0, DEGREE, DEGREE / 2], abs=1e-3)


def test_flights_are_measured_apart_where_they_are_known_or_named():
    df = reports([0, 60, 120, 180], latitude=[0.0, 0.1, 0.2, 0.3], longitude=0.0, flight=["a", "a", "b", "b"])
    assert list(measure_distance(df)["distance"]) == pytest.approx([0, DEGREE / 10, 0, DEGREE / 10], abs=1e-3)
    assert measure_distance(df, by="key")["distance"].max() == pytest.approx(0.3 * DEGREE, abs=1e-3)


def test_a_repeated_position_adds_nothing_and_the_step_after_it_is_no_jump():
    assert flown(range(12), [0.0] * 11 + [0.025]) == pytest.approx([0] * 11 + [DEGREE / 40], abs=1e-3)


def test_a_jump_adds_nothing():
    latitude = [0.0, 0.001, 5.0, 5.001]
    assert flown(range(4), latitude)[-1] == pytest.approx(DEGREE * 0.002, abs=1e-4)
    assert flown(range(4), latitude, max_speed=math.inf)[-1] == pytest.approx(DEGREE * 5.001, abs=1e-2)
    assert flown([0, 0], [0.0, 1.0]) == [0, 0]


def test_a_stray_position_is_passed_over_and_the_step_over_it_counts():
    distance = flown(range(5), [0.0, 0.001, 5.0, 0.003, 0.004])
    assert distance == pytest.approx([0, 0.001 * DEGREE, 0.001 * DEGREE, 0.003 * DEGREE, 0.004 * DEGREE], abs=1e-4)


def test_no_step_leads_from_one_aircraft_over_a_stray_position_to_another():
    df = pd.concat([reports([0, 1], "a", latitude=[0.0, 0.0005]), reports([2, 3], "b", latitude=[5.0, 0.001])])
    assert list(measure_distance(df.assign(longitude=0.0))["distance"][2:]) == [0, 0]


def test_reports_without_a_position_carry_the_distance_on():
    distance = flown([0, 60, 120, 180], [NAN, 0.0, NAN, 0.1])
    assert distance == pytest.approx([0, 0, 0, DEGREE / 10], abs=1e-3)


def test_the_antimeridian_is_no_jump():
    assert flown([0, 60], 0.0, [179.95, -179.95])[-1] == pytest.approx(DEGREE / 10, abs=1e-3)


def test_the_recorded_half_hour(half_hour):
    df = measure_distance(half_hour)
    way = df.groupby("key", observed=True)["distance"]
    assert way.first().eq(0).all()
    assert way.is_monotonic_increasing.all()
    assert way.max().sum() == pytest.approx(2734.74, abs=0.01)


def test_the_way_is_that_of_the_ground_speed(half_hour):
    df = measure_distance(half_hour)
    way = df.groupby("key", observed=True)["distance"]
    speed = df.groupby("key", observed=True)["groundspeed"]
    moving = (speed.count() == speed.size()) & (way.nunique() > 0.95 * way.size()) & (way.size() > 300)
    assert moving.sum() >= 5
    assert way.max()[moving].to_numpy() == pytest.approx(speed.sum()[moving].to_numpy() / 3600, rel=0.03)


@pytest.mark.parametrize("max_speed", [0, -1, NAN])
def test_a_limit_that_is_no_speed_is_refused(max_speed):
    with pytest.raises(BadOption, match="max_speed="):
        flown([0], [0.0], max_speed=max_speed)


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from([0.0, 0.001, 0.002, 0.01, 3.0, NAN])), max_size=15))
def test_the_way_is_that_of_a_plain_loop(rows):
    seconds, latitude = [row[0] for row in rows], [row[1] for row in rows]
    if not rows:
        return
    result = measure_distance(reports(seconds, latitude=np.array(latitude), longitude=0.0), max_speed=1000)
    last = max(range(len(rows)), key=lambda n: (seconds[n], n))
    assert result["distance"].iloc[last] == pytest.approx(by_loop(rows), abs=1e-6)


def by_loop(rows):
    """The definition, one report after the other."""
    fixes = []
    for time, latitude in sorted((row for row in rows if row[1] == row[1]), key=lambda row: row[0]):
        if not fixes or fixes[-1][1] != latitude:
            fixes.append((time, latitude))

    def possible(here, there):
        return abs(there[1] - here[1]) * DEGREE_EXACT <= 1000 * (there[0] - here[0]) / 3600 + 1e-12

    kept = [
        fix
        for n, fix in enumerate(fixes)
        if not (
            0 < n < len(fixes) - 1
            and not possible(fixes[n - 1], fix)
            and not possible(fix, fixes[n + 1])
            and possible(fixes[n - 1], fixes[n + 1])
        )
    ]
    return sum(abs(b[1] - a[1]) * DEGREE_EXACT for a, b in pairwise(kept) if possible(a, b))


DEGREE_EXACT = math.pi / 180 * 6371.0088 / 1.852
