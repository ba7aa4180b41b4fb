import pytest
from screens import picture

from tracker.jupyter.map.looks import choose


def test_those_in_view_come_first_and_those_drawn_before_ahead_of_the_others() -> None:
    seen = ((48.0, 2.0), (48.05, 3.0))
    # In view are 0 to 5; 3 to 8 are drawn.
    drawn = {f"{number:06x}" for number in range(3, 9)}
    rows = picture(12)
    assert choose(rows, rows.lon, drawn, seen, 12).tolist() == [3, 4, 5, 0, 1, 2, 6, 7, 8, 9, 10, 11]
    assert choose(rows, rows.lon, drawn, seen, 4).tolist() == [3, 4, 5, 0]


def test_view_across_the_antimeridian_holds_both_sides() -> None:
    rows = picture(4, lat=[0, 0, 0, 0], lon=[179, -179, 170, 0])
    seen = ((-10.0, 175.0), (10.0, 185.0))
    assert choose(rows, rows.lon, set(), seen, 2).tolist() == [0, 1]


@pytest.mark.parametrize("bounds", [(), ((0.0, 0.0), (0.0, 0.0))])
def test_before_a_browser_has_said_its_view_all_are_in_it(bounds: tuple) -> None:
    rows = picture(4)
    assert choose(rows, rows.lon, {"000002"}, bounds, 2).tolist() == [2, 0]
