import numpy as np
import pytest
from maps import count
from screens import Wire, scene

from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.map.viewpoint import FOLLOW_ZOOM


def test_first_aircraft_decide_where_the_map_looks_and_no_later_ones(wire: Wire) -> None:
    live = LiveMap()
    live.draw(scene(0))
    live.draw(scene(20))
    assert live.center == pytest.approx([48.095, 2.095])
    assert live.zoom == 9
    live.draw(scene(20, lat=np.full(20, -30.0)))
    assert live.center == pytest.approx([48.095, 2.095])


def test_given_centre_is_kept(wire: Wire) -> None:
    live = LiveMap(center=[10, 20])
    live.draw(scene(20))
    assert live.center == [10, 20]


@pytest.mark.parametrize("name", ["000003", "TEST3", " test3 "])
def test_map_stays_on_the_aircraft_that_it_follows_by_key_or_callsign(wire: Wire, name: str) -> None:
    live = LiveMap(follow=name)
    live.draw(scene(5))
    assert (live.center, live.zoom) == ([48.03, 2.03], FOLLOW_ZOOM)
    live.zoom = 11
    live.draw(scene(5, lat=np.full(5, 49.0)))
    assert (live.center, live.zoom) == ([49.0, 2.03], 11)
    assert "following" in count(live)


@pytest.mark.parametrize("name", ["TRUCK-7", "id:TRUCK-7"])
def test_map_stays_on_anything_that_it_follows_by_id(wire: Wire, name: str) -> None:
    live = LiveMap(follow=name)
    live.draw(scene(2, key=["000000", "id:TRUCK-7"], icao24=["000000", None], kind=["aircraft", "vehicle"]))
    assert live.center == [48.01, 2.01]
    assert "2 objects, following" in count(live)


def test_followed_aircraft_that_does_not_move_sends_nothing(wire: Wire) -> None:
    live = LiveMap(follow="TEST3", zoom=9)
    live.draw(scene(5))
    wire.take()
    live.draw(scene(5))
    assert wire.take() == []


def test_map_that_follows_nobody_yet_says_so_and_looks_at_the_first_aircraft(wire: Wire) -> None:
    live = LiveMap(follow="<AFR123>")
    live.draw(scene(20))
    assert live.center == pytest.approx([48.095, 2.095])
    assert "&lt;AFR123&gt; not heard" in count(live)
    live.follow = "TEST4"
    live.draw(scene(20))
    assert live.center == [48.04, 2.04]
    live.follow = None
    live.draw(scene(20, lat=np.full(20, 10.0)))
    assert live.center == [48.04, 2.04]
