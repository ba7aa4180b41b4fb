import math

import pytest

from producer.wire import KINDS
from tracker.jupyter.map.shapes import DOT, SHAPES, SIZE, shape_of, turns, wide


@pytest.mark.parametrize(
    ("category", "shape"),
    [
        (None, "airliner"), ("A0", "airliner"), ("A1", "light"), ("A2", "airliner"), ("A3", "airliner"),
        ("A4", "airliner"), ("A5", "heavy"), ("A7", "helicopter"), ("B1", "glider"), ("B6", "airliner"),
        ("C1", "vehicle"), ("C2", "vehicle"), ("C3", "vehicle"), ("D7", "airliner"),
    ],
)  # fmt: skip
def test_aircraft_has_the_shape_of_its_category(category: str | None, shape: str) -> None:
    assert shape_of("aircraft", category, pointing=True) == shape


def test_every_kind_has_a_shape_of_its_own() -> None:
    shapes = {shape_of(kind, None, pointing=pointing) for kind in KINDS for pointing in (True, False)}
    assert len(shapes) == 8  # four that are the same with and without a direction, or have two: 2 + 2 * 3
    assert shapes - {DOT} <= SHAPES.keys()


def test_category_counts_for_aircraft_alone() -> None:
    assert shape_of("vessel", "A5", pointing=True) == "vessel"


@pytest.mark.parametrize("category", [None, "A1", "A5", "A7", "B1"])
def test_aircraft_of_which_nobody_knows_where_it_flies_is_a_dot(category: str | None) -> None:
    assert shape_of("aircraft", category, pointing=False) == DOT


def test_only_what_moves_by_itself_is_turned() -> None:
    assert [kind for kind in KINDS if turns(shape_of(kind, None, pointing=True))] == ["aircraft", "vehicle", "vessel"]
    assert not any(turns(shape_of(kind, None, pointing=False)) for kind in KINDS)


@pytest.mark.parametrize("shape", SHAPES)
def test_shape_fills_its_square_and_no_more(shape: str) -> None:
    corners = SHAPES[shape]
    assert all(0 <= value <= SIZE for corner in corners for value in corner)
    assert len(set(corners)) == len(corners)
    spans = [max(values) - min(values) for values in zip(*corners, strict=True)]
    assert max(spans) > SIZE * 0.7
    assert area(corners) > 60  # px, of 576: legible
    assert max(math.dist(corner, (SIZE / 2, SIZE / 2)) for corner in corners) < SIZE * 0.59


def area(corners: tuple[tuple[float, float], ...]) -> float:
    following = (*corners[1:], corners[0])
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(corners, following, strict=True))) / 2


def test_what_is_large_in_the_air_is_large_on_the_map() -> None:
    assert wide("heavy") > wide("airliner") == SIZE
