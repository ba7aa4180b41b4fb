import numpy as np
import pytest
from screens import picture

from tracker.jupyter.map.looks import choose, looks
from tracker.jupyter.map.shapes import DOT
from tracker.jupyter.map.symbols import ALTITUDE


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


def test_an_emergency_in_view_comes_before_all_but_the_one_that_is_followed() -> None:
    rows = picture(6, squawk=["1000", "1000", "1000", "1000", "7700", "7500"], kind=["aircraft"] * 5 + ["vehicle"])
    assert choose(rows, rows.lon, {"000000"}, (), 3, followed=2).tolist() == [2, 4, 0]
    elsewhere = ((0.0, 0.0), (1.0, 1.0))
    assert choose(rows, rows.lon, {"000000"}, elsewhere, 1).tolist() == [0]


def test_what_goes_nowhere_by_itself_is_not_turned_and_what_moves_is_where_its_track_is_known() -> None:
    kinds = ["aircraft", "vehicle", "vessel", "container", "other"]
    moving = looks_of(kind=kinds)
    assert [look.symbol.shape for look in moving] == ["airliner", "vehicle", "vessel", "container", "other"]
    assert [look.angle for look in moving] == [45, 45, 45, 0, 0]
    resting = looks_of(kind=kinds, track=np.nan)
    assert [look.symbol.shape for look in resting] == [DOT, "truck", "ship", "container", "other"]
    assert [look.angle for look in resting] == [0] * 5


def test_only_aircraft_have_an_emergency() -> None:
    alarmed = looks_of(
        kind=["aircraft", "aircraft", "vehicle", "vessel", "other"], squawk=["7700", "1000"] + ["7700"] * 3
    )
    assert [look.symbol.alarm for look in alarmed] == [True, False, False, False, False]


def looks_of(**columns) -> list:
    """How five objects are drawn."""
    shown = picture(5, **columns)
    return list(looks(shown, shown.lon, np.arange(5), 8, ALTITUDE).values())
