import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.geo.sphere import EARTH_RADIUS, distance

LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


def test_a_quarter_of_a_great_circle():
    quarter = EARTH_RADIUS * np.pi / 2
    assert distance(0, 0, 0, 90) == pytest.approx(quarter)
    assert distance(0, 17, 90, -120) == pytest.approx(quarter)


def test_across_the_antimeridian_the_shorter_way_counts():
    assert distance(0, 179.5, 0, -179.5) == pytest.approx(EARTH_RADIUS * np.radians(1))


@given(LAT, LON, LAT, LON)
def test_it_is_that_of_the_chord_through_the_earth(lat: float, lon: float, to_lat: float, to_lon: float):
    def place(lat: float, lon: float):
        phi, lam = np.radians([lat, lon])
        return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])

    chord = np.linalg.norm(place(lat, lon) - place(to_lat, to_lon))
    assert distance(lat, lon, to_lat, to_lon) == pytest.approx(
        2 * EARTH_RADIUS * np.arcsin(min(1, chord / 2)), rel=1e-7, abs=0.2
    )


def test_what_is_not_known_gives_nan_and_shapes_broadcast():
    metres = distance([[0.0], [np.nan]], 0.0, 0.0, [0.0, 1.0, 2.0])
    assert metres.shape == (2, 3)
    assert np.isnan(metres).tolist() == [[False] * 3, [True] * 3]
