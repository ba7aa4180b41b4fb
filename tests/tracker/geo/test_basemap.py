import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.geo import basemap


def inside(lon: float, lat: float) -> bool:
    """Whether a point is on land, by the even-odd rule."""
    flips = 0
    for ring in (ring for piece in basemap.land() for ring in piece):
        for (x0, y0), (x1, y1) in pairwise(ring):
            if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) * (x1 - x0) / (y1 - y0):
                flips += 1
    return flips % 2 == 1


@pytest.mark.parametrize(
    ("lon", "lat", "land"),
    [
        (2.3, 48.8, True),
        (-30.0, 40.0, False),
        (51.0, 41.5, False),  # the Caspian Sea: a hole in Asia
        (-175.0, 66.5, True),  # Chukotka, east of the antimeridian
        (185.0, 66.5, True),  # the same, seen from the west
        (175.0, 66.8, True),
        (262.7, 39.0, True),  # Kansas, seen from the west
        (0.0, -89.0, True),  # around the pole
        (179.9, -85.0, True),
        (-160.0, 10.0, False),
    ],
)
def test_land_is_where_it_is(lon: float, lat: float, land: bool) -> None:
    assert inside(lon, lat) is land


def test_rings_are_closed_and_lay_no_bars_across_the_map() -> None:
    for ring in (ring for piece in basemap.land() for ring in piece):
        assert ring[0] == ring[-1]
        assert all(abs(x) <= basemap.EDGE for x, _ in ring)
        # The one long way is along the edge of the map, behind the pole.
        assert all(abs(x1 - x0) < 30 or y0 == y1 == -90 for (x0, y0), (x1, y1) in pairwise(ring))


def test_borders_lay_no_bars_across_the_map() -> None:
    assert len(basemap.borders()) > 200
    assert all(abs(x1 - x0) < 30 for line in basemap.borders() for (x0, _), (x1, _) in pairwise(line))


def test_geojson_is_small_and_does_not_react_to_the_mouse() -> None:
    outlines = basemap.geojson("below")
    assert len(json.dumps(outlines, allow_nan=False)) < 200_000
    styles = [feature["properties"]["style"] for feature in outlines["features"]]
    assert [(style["pane"], style["interactive"]) for style in styles] == [("below", False)] * 3


def wrapped(lon: float) -> float:
    return (lon + 180) % 360 - 180


@given(st.floats(-180, 180), st.lists(st.tuples(st.floats(-100, 100), st.floats(-80, 80)), min_size=2, max_size=20))
def test_unrolled_ring_never_jumps_and_names_the_same_places(start: float, steps: list[tuple[float, float]]) -> None:
    lon, ring = start, [(wrapped(start), 0.0)]
    for east, lat in steps:
        lon += east
        ring.append((wrapped(lon), lat))
    flat = basemap.unroll(ring)[: len(ring)]
    assert all(abs(x1 - x0) <= 180 + 1e-6 for (x0, _), (x1, _) in pairwise(flat))
    for (x, y), (there_x, there_y) in zip(ring, flat, strict=True):
        assert y == there_y
        assert abs(wrapped(there_x - x + 1e-6)) < 1e-3


points = st.tuples(st.floats(-600, 600), st.floats(-90, 90))


@given(st.lists(points, min_size=3, max_size=12))
def test_cut_ring_is_closed_and_within_the_edges(corners: list[tuple[float, float]]) -> None:
    ring = basemap.cut([*corners, corners[0]])
    assert all(abs(x) <= basemap.EDGE and abs(y) <= 90 + 1e-9 for x, y in ring)
    assert not ring or ring[0] == ring[-1]
    if all(abs(x) < basemap.EDGE for x, _ in corners):
        assert ring == [*corners, corners[0]]
