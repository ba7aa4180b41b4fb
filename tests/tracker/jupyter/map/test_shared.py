"""Two aircraft under one address: the marker stays with one of them, and nothing is drawn between the two."""

from collections.abc import Iterator

import ipyleaflet
import numpy as np
import pytest
from maps import click, markers, shown, svg
from pictures import BARE
from screens import Wire, seen

from producer.wire import StateVector
from tracker.feed.batch import collect
from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.map.shared import SPAN, Shared
from tracker.state.fleet import Fleet, Picture
from tracker.state.window import Window

HERE, THERE = (48.0, 2.0), (52.5, 2.0)
"""500 km apart."""
KEY = "3c6514"
START = 1e9


class Sky:
    """A window and a fleet that hear one address, a second after the other."""

    def __init__(self) -> None:
        self._window, self._fleet = Window(600), Fleet()
        self.paths = self._window.paths
        self._seconds = 0

    def hear(self, *places: tuple[float, float]) -> Picture:
        """Hear reports, one a second, and return what is known after the last."""
        for lat, lon in places:
            self._seconds += 1
            report = StateVector(icao24=KEY, lat=lat, lon=lon, velocity=250.0, track=90.0, time=START + self._seconds)
            batch = collect([report], [START])
            self._window.add(batch)
            self._fleet.apply(batch, np.arange(1), 0.0)
        return self._fleet.picture(0.0)


@pytest.fixture
def sky() -> Sky:
    return Sky()


def east(place: tuple[float, float], seconds: int) -> tuple[float, float]:
    """Where it is so much later, at 250 m/s or so."""
    return place[0], place[1] + seconds * 0.0034


def alternating(seconds: int) -> Iterator[tuple[float, float]]:
    for second in range(seconds):
        yield east(THERE if second % 2 else HERE, second)


def place(picture: Picture) -> tuple[float, float]:
    return picture.lat[0], picture.lon[0]


def test_an_aircraft_that_flies_is_not_touched(sky: Sky) -> None:
    shared = Shared(sky.paths)
    picture = sky.hear(*(east(HERE, second) for second in range(20)))
    assert shared.settle(picture, [KEY]) is picture
    assert KEY not in shared


def test_two_jumps_within_ten_seconds_are_a_second_aircraft_which_leaves_the_first_where_it_is(sky: Sky) -> None:
    shared = Shared(sky.paths)
    sky.hear(*alternating(10))
    drawn = []
    for second in range(10, 40):
        picture = sky.hear(east(THERE if second % 2 else HERE, second))
        drawn.append(place(shared.settle(picture, [KEY])))
        assert KEY in shared
    assert {lat for lat, _ in drawn} == {HERE[0]}
    lags = [east(HERE, second)[1] - lon for second, (_, lon) in zip(range(10, 40), drawn, strict=True)]
    assert max(lags) < 0.0034 * 1.5  # at its own newest report


def test_whoever_reports_last_at_each_draw_the_marker_stays(sky: Sky) -> None:
    shared = Shared(sky.paths)
    shared.settle(sky.hear(THERE, HERE, THERE, HERE), [KEY])
    drawn = [place(shared.settle(sky.hear(HERE, THERE), [KEY])) for _ in range(10)]
    assert set(drawn) == {HERE}


def test_it_points_nowhere_and_the_picture_that_came_in_is_as_it_was(sky: Sky) -> None:
    shared = Shared(sky.paths)
    picture = sky.hear(HERE, THERE, HERE, THERE)
    assert np.isnan(shared.settle(picture, [KEY]).track[0])
    assert (place(picture), picture.track[0]) == (THERE, 90.0)


def test_of_three_aircraft_one_is_drawn_too(sky: Sky) -> None:
    elsewhere = (44.0, 9.0)
    shared = Shared(sky.paths)
    shared.settle(sky.hear(THERE, HERE, elsewhere, HERE), [KEY])
    drawn = [place(shared.settle(sky.hear(one), [KEY])) for one in [THERE, elsewhere, HERE] * 4]
    assert set(drawn) == {HERE}


def test_when_the_drawn_one_falls_silent_the_other_is_drawn_and_moves_again(sky: Sky) -> None:
    shared = Shared(sky.paths)
    shared.settle(sky.hear(HERE, THERE, HERE), [KEY])
    drawn = [place(shared.settle(sky.hear(THERE), [KEY])) for _ in range(15)]
    assert drawn[0] == HERE
    assert drawn[-1] == THERE
    assert KEY not in shared


def test_a_jump_now_and_then_is_no_second_aircraft(sky: Sky) -> None:
    shared = Shared(sky.paths)
    for one in [HERE] * round(SPAN + 2) + [THERE] * round(SPAN + 2) + [HERE]:
        picture = sky.hear(one)
        assert shared.settle(picture, [KEY]) is picture
        assert KEY not in shared


def test_nobody_asks_where_nobody_can_answer(sky: Sky) -> None:
    picture = sky.hear(HERE, THERE, HERE)
    assert Shared(None).settle(picture, [KEY]) is picture
    assert Shared(sky.paths).settle(picture, []) is picture


def test_an_address_that_is_lost_is_no_error(sky: Sky) -> None:
    sky.hear(HERE, THERE, HERE)
    fleet = Fleet()
    fleet.apply(collect([BARE], [START]), np.arange(1), 0.0)
    others = fleet.picture(0.0)
    assert Shared(sky.paths).settle(others, [KEY]) is others


class TestOnTheMap:
    """What a user sees of it."""

    def test_its_marker_is_a_dot_that_stays_and_its_popup_says_why(self, wire: Wire, sky: Sky) -> None:
        live = LiveMap(center=[50.0, 2.0], zoom=6, paths=sky.paths)
        live.draw(seen(sky.hear(HERE)))
        (marker,) = markers(live)
        click(marker)
        live.draw(seen(sky.hear(HERE)))
        assert "Two aircraft" not in marker.popup.value
        live.draw(seen(sky.hear(THERE, HERE)))
        wire.take()
        for _ in range(5):
            live.draw(seen(sky.hear(HERE, THERE)))
            assert list(shown(live)) == [HERE]
            assert "Two aircraft seem to report under this address" in marker.popup.value
            assert "<circle" in svg(marker)
            assert "90°" in marker.popup.value

    def test_a_map_that_follows_it_does_not_leap(self, wire: Wire, sky: Sky) -> None:
        live = LiveMap(follow=KEY, zoom=9, paths=sky.paths)
        live.draw(seen(sky.hear(HERE)))
        live.draw(seen(sky.hear(THERE, HERE)))
        for _ in range(3):
            live.draw(seen(sky.hear(HERE, THERE)))
            assert tuple(live.center) == HERE

    def test_no_line_of_its_trail_leads_from_one_to_the_other(self, wire: Wire, sky: Sky) -> None:
        now = [0.0]
        live = LiveMap(trails=True, paths=sky.paths, clock=lambda: now[0])
        for start in range(0, 24, 4):
            a, b = east(HERE, start), east(THERE, start)
            live.draw(seen(sky.hear(a, east(HERE, start + 1), b, east(THERE, start + 1))))
            now[0] += 10
        (layer,) = (one for one in live.layers if isinstance(one, ipyleaflet.Polyline))
        assert len(layer.locations) == 12
        assert all(abs(line[0][0] - line[-1][0]) < 0.01 for line in layer.locations)
