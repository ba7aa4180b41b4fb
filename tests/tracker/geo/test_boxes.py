"""Boxes and the tiles that they are widened to."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given

from tracker.geo.boxes import TILES, Box, parse_box, tile_of

LATS = st.one_of(st.floats(-90, 90), st.sampled_from([-90.0, -80.0, 0.0, 80.0, 90.0]))
LONS = st.one_of(st.floats(-180, 180), st.sampled_from([-180.0, -170.0, 0.0, 170.0, 180.0]))


@st.composite
def boxes(draw):
    south, north = sorted((draw(LATS), draw(LATS)))
    return Box(draw(LONS), south, draw(LONS), north)


@given(box=boxes(), lat=LATS, lon=LONS)
@example(box=Box(-180, -90, 180, 90), lat=90.0, lon=180.0)
@example(box=Box(170, -10, 180, 10), lat=0.0, lon=-180.0)
@example(box=Box(13.84, -10, -90, 10), lat=0.0, lon=-90.0)  # 13.84 + (-90 - 13.84 + 360) - 360 < -90
@example(box=Box(-12.66, -10, -90, 10), lat=0.0, lon=-90.0)
def test_what_lies_in_a_box_lies_in_one_of_its_tiles(box, lat, lon):
    (tile,) = tile_of(np.array([lat]), np.array([lon])).tolist()
    assert 0 <= tile < TILES
    if box.contains(lat, lon):
        assert tile in box.tiles()


@given(lat=LATS)
def test_the_meridian_of_180_degrees_is_one(lat):
    east, west = tile_of(np.array([lat, lat]), np.array([180.0, -180.0])).tolist()
    assert east == west
    for box in (Box(170, -90, 180, 90), Box(-180, -90, -170, 90), Box(175, -90, -175, 90)):
        assert box.contains(lat, 180.0)
        assert box.contains(lat, -180.0)


def test_a_box_across_the_antimeridian_holds_both_sides_and_nothing_between():
    box = Box(175, -20, -165, 20)
    assert box.width == 20.0
    assert box.contains([0, 0, 0, 0, 30], [179, -179, 0, 174, 180]).tolist() == [True, True, False, False, False]


def test_a_small_box_has_few_tiles_and_the_world_has_all():
    assert len(Box(1, 41, 2, 49).tiles()) == 1
    assert len(Box(-180, -90, 180, 90).tiles()) == TILES


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((-181, 0, 0, 0), "west = -181"),
        ((0, -91, 0, 0), "south = -91"),
        ((0, 0, 180.1, 0), "east = 180.1"),
        ((0, 0, 0, float("nan")), "north = nan"),
        ((0, 2, 0, 1), "south = 2"),
    ],
)
def test_a_bad_box_is_refused_by_the_name_and_value_of_what_is_wrong(numbers, said):
    with pytest.raises(ValueError, match=said):
        Box(*numbers)


def test_a_box_is_read_from_text():
    assert parse_box("-10, 35,30,60.5") == Box(-10, 35, 30, 60.5)
    assert parse_box(" 1 , 2.50 , 3 , 4 ") == Box(1, 2.5, 3, 4)
    for text in (
        "",
        "1,2,3",
        "1,2,3,x",
        "1,2,3,4,5",
        "1_0,2,3,4",
        "1e1,2,3,4",
        "nan,2,3,4",
        "+1,2,3,4",
        "\u0661,2,3,4",
        "1,2,3,4\n",
    ):
        with pytest.raises(ValueError, match="four numbers"):
            parse_box(text)
