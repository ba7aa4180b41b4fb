import itertools

import ipyleaflet
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from screens import Wire, scene

from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.map.trails import GAP, POINTS, TRAILS, TRAILS_EVERY, lines
from tracker.state.window import Paths


def paths(lon, *, time=None, lat=None, key=None) -> Paths:
    """One aircraft that reports once a second, unless more is said."""
    n = len(lon)
    return Paths(
        key=np.zeros(n, np.int32) if key is None else np.array(key, np.int32),
        time=np.arange(n, dtype=np.float64) if time is None else np.array(time, np.float64),
        lat=np.full(n, 48.0) if lat is None else np.array(lat, np.float64),
        lon=np.array(lon, np.float64),
    )


def test_a_trail_joins_the_positions_in_their_order():
    assert lines(paths([2, 2.001, 2.002]), 0) == [[[48, 2], [48, 2.001], [48, 2.002]]]


def test_each_aircraft_has_a_trail_of_its_own_however_the_rows_lie():
    assert lines(paths([2, 7, 2.001, 7.001], key=[0, 1, 0, 1]), 0) == [
        [[48, 2], [48, 2.001]],
        [[48, 7], [48, 7.001]],
    ]


def test_a_trail_breaks_where_nothing_was_heard_for_more_than_a_minute():
    times = [0, 1, 2, 2 + GAP, 3 + GAP]
    assert [len(line) for line in lines(paths([2, 2.001, 2.002, 2.003, 2.004], time=times), 0)] == [5]
    times[3:] = [2.1 + GAP, 3 + GAP]
    assert [len(line) for line in lines(paths([2, 2.001, 2.002, 2.003, 2.004], time=times), 0)] == [3, 2]


def test_a_trail_breaks_where_an_aircraft_would_have_flown_faster_than_1500_kt():
    # A degree of longitude on the equator is 60 nautical miles: 1,500 kt are 0.4167 degrees a minute.
    slow = paths([0, 0.41, 0.82, 1.23], lat=[0] * 4, time=[0, 60, 120, 180])
    fast = paths([0, 0.41, 0.83, 1.24], lat=[0] * 4, time=[0, 60, 120, 180])
    assert [len(line) for line in lines(slow, 0)] == [4]
    assert [len(line) for line in lines(fast, 0)] == [2, 2]


def test_reports_in_the_same_second_do_not_break_a_trail():
    assert [len(line) for line in lines(paths([2, 2.001, 2.002], time=[0, 0, 0.1]), 0)] == [3]


def test_a_single_error_of_a_position_leaves_no_line_to_it():
    assert lines(paths([2, 2.001, 90, 2.003, 2.004]), 0) == [[[48, 2], [48, 2.001]], [[48, 2.003], [48, 2.004]]]


def test_no_line_crosses_the_map_where_an_aircraft_crosses_the_antimeridian():
    flight = paths([179.998, 179.999, -180, -179.999])
    assert lines(flight, 179) == [[[48, 179.998], [48, 179.999], [48, 180], [48, 180.001]]]
    assert [[lon for _, lon in line] for line in lines(flight, 0)] == [[179.998, 179.999], [-180, -179.999]]


@pytest.mark.parametrize("n", [2, POINTS, POINTS + 1, 10 * POINTS])
def test_a_long_trail_is_thinned_and_keeps_both_its_ends(n):
    (line,) = lines(paths(2 + np.arange(n) * 0.001), 0)
    assert len(line) <= POINTS + 1
    assert (line[0], line[-1]) == ([48, 2], [48, round(2 + (n - 1) * 0.001, 4)])


def test_an_aircraft_of_one_position_has_no_trail_and_none_is_no_error():
    assert lines(paths([2]), 0) == lines(paths([]), 0) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 400), st.floats(-90, 90), st.floats(-180, 180))))
def test_whatever_comes_every_corner_is_a_position_and_every_line_has_two(rows):
    rows.sort(key=lambda row: row[1])
    key, time, lat, lon = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    drawn = lines(paths(lon, time=time, lat=lat, key=key), 10.0)
    assert all(len(line) >= 2 for line in drawn)
    corners = [corner for line in drawn for corner in line]
    for a, b in corners:
        assert any(abs(a - c) < 1e-4 and abs((b - d + 180) % 360 - 180) < 1e-4 for c, d in zip(lat, lon, strict=True))
    assert all(abs(b[1] - a[1]) <= 180 for line in drawn for a, b in itertools.pairwise(line))


def paths_of():
    """Answers with a trail of three positions for each aircraft asked for; what was asked is kept in its list."""
    asked = []

    def answer(keys, last):
        asked.append((list(keys), last))
        rows = np.repeat(np.arange(len(keys), dtype=np.int32), 3)
        step = np.tile(np.arange(3.0), len(keys))
        return Paths(rows, step, 48.0 + step * 1e-3, 2.0 + rows * 1e-2)

    return asked, answer


def test_trails_are_one_layer_and_one_message_every_two_seconds(wire: Wire) -> None:
    now = [0.0]
    asked, paths = paths_of()
    live = LiveMap(trails="90s", paths=paths, clock=lambda: now[0])
    live.draw(scene(3))
    (layer,) = (one for one in live.layers if isinstance(one, ipyleaflet.Polyline))
    assert layer.locations == [[[48.0, 2 + i / 100], [48.001, 2 + i / 100], [48.002, 2 + i / 100]] for i in range(3)]
    assert asked == [(["000000", "000001", "000002"], 90.0)]
    wire.take()
    now[0] = TRAILS_EVERY - 0.1
    live.draw(scene(2))
    assert len(layer.locations) == 3
    wire.take()
    now[0] = TRAILS_EVERY
    live.draw(scene(2))
    assert len(layer.locations) == 2
    assert len(wire.take()) == 1


def test_trails_of_a_great_many_aircraft_stay_few_and_their_message_small(wire: Wire) -> None:
    asked, paths = paths_of()
    live = LiveMap(trails=True, limit=500, paths=paths)
    live.draw(scene(500))
    assert len(asked[0][0]) == TRAILS
    assert asked[0][1] == 120.0


def test_without_trails_nobody_is_asked_for_them(wire: Wire) -> None:
    asked, paths = paths_of()
    for off in (None, False):
        LiveMap(trails=off, paths=paths).draw(scene(3))
    assert asked == []
