import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.geo.mercator import View, near, overview, project


def test_pixels_are_those_of_a_slippy_map() -> None:
    # Tile 8/129/88 holds Paris: https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames
    x, y = project(np.array([48.8566]), np.array([2.3522]), 8)
    assert (x // 256, y // 256) == (129, 88)
    assert project(np.array(0.0), np.array(0.0), 0) == (128, 128)


def test_poles_lie_on_the_edge() -> None:
    _, y = project(np.array([90.0, -90.0]), np.zeros(2), 0)
    assert y == pytest.approx([0, 256], abs=1e-6)


@given(st.floats(-180, 180), st.floats(-180, 180))
def test_near_is_the_same_meridian_within_half_a_turn(lon: float, middle: float) -> None:
    there = near(np.array([lon]), middle)[0]
    assert abs(there - middle) <= 180 + 1e-9
    assert (there - lon) % 360 == pytest.approx(0, abs=1e-6) or (there - lon) % 360 == pytest.approx(360)


def test_overview_looks_at_the_median_and_ignores_a_stray() -> None:
    lat, lon = np.linspace(48, 49, 101), np.linspace(2, 3, 101)
    lat[0], lon[0] = -33.0, 151.0
    view = overview(lat, lon)
    assert view is not None
    assert (view.lat, view.lon) == pytest.approx((48.5, 2.5), abs=0.05)
    assert view.zoom == 8


def test_overview_of_nothing_is_none() -> None:
    assert overview(np.array([]), np.array([])) is None
    assert overview(np.array([np.nan]), np.array([2.0])) is None


def test_overview_across_the_antimeridian_looks_there() -> None:
    view = overview(np.array([-18.0, -18.0, -18.0]), np.array([179.0, -179.0, 179.9]))
    assert view == View(-18.0, 179.9, 9)


numbers = st.one_of(st.floats(-180, 180), st.sampled_from([np.nan, np.inf]))


@given(st.lists(st.tuples(st.floats(-90, 90), numbers), max_size=8))
def test_overview_is_always_a_view_of_the_world(places: list[tuple[float, float]]) -> None:
    lat, lon = np.array(places).reshape(-1, 2).T
    view = overview(lat, lon)
    if view is not None:
        assert -90 <= view.lat <= 90
        assert -180 <= view.lon <= 180
        assert 2 <= view.zoom <= 9
