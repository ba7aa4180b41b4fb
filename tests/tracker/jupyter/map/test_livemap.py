import base64
import json
import threading

import ipyleaflet
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from maps import click, count, markers, shown, svg
from patience import PATIENCE
from screens import Wire, picture, scene, seen

from producer.wire import KINDS
from tracker.jupyter.map import symbols
from tracker.jupyter.map.livemap import LiveMap
from tracker.state.fleet import Picture


def test_legend_and_markers_show_the_same_colours(live: LiveMap) -> None:
    legend = live.controls[0].widget.value
    scale = symbols.ALTITUDE
    assert all(f"background:{scale.colours[index]}" in legend for index in scale.order(mixed=False))
    assert "ft" in legend


def test_legend_and_count_say_so_where_not_all_are_aircraft(live: LiveMap) -> None:
    def legend() -> str:
        return live.controls[0].widget.value

    live.draw(scene(3))
    assert "3 aircraft" in count(live)
    assert "not an aircraft" not in legend()
    live.draw(scene(3, kind=["aircraft", "vessel", "aircraft"]))
    assert "3 objects" in count(live)
    assert "not an aircraft" in legend()
    live.draw(scene(3))
    assert "3 aircraft" in count(live)
    assert "not an aircraft" not in legend()


def test_no_more_markers_than_the_limit_and_the_map_says_so(wire: Wire) -> None:
    live = LiveMap(limit=10)
    live.draw(scene(10))
    assert "10 aircraft" in count(live)
    live.draw(scene(82))
    assert len(markers(live)) == 10
    assert "10 of 82 drawn" in count(live)


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_limit_can_be_lowered_while_the_map_lives(live: LiveMap, limit: int) -> None:
    live.draw(scene(20))
    live.limit = limit
    live.draw(scene(20))
    assert len(shown(live)) == limit


def test_all_sizes_of_message_stay_small(wire: Wire) -> None:
    live = LiveMap()
    live.draw(scene(150))
    sizes = sorted(len(json.dumps(data, default=str)) for _, data in wire.take())
    assert sizes[-1] < 200_000  # the land, sent once
    assert sizes[-2] < 20_000


def test_backdrop_is_sent_once(wire: Wire) -> None:
    live = LiveMap()
    for second in range(3):
        live.draw(scene(5, lat=np.full(5, 48.0 + second)))
    assert sum("MultiPolygon" in json.dumps(data, default=str) for _, data in wire.take()) == 1


def test_backdrop_alone_needs_no_tiles(wire: Wire) -> None:
    assert not any(isinstance(layer, ipyleaflet.TileLayer) for layer in LiveMap(tiles=None).layers)
    (tiles,) = (layer for layer in LiveMap().layers if isinstance(layer, ipyleaflet.TileLayer))
    assert "OpenStreetMap" in tiles.attribution


def test_guests_stay_on_the_map_and_survive_it(wire: Wire) -> None:
    guest = ipyleaflet.Circle(location=[48, 2], radius=10)
    live = LiveMap(layers=(guest,))
    live.draw(scene(3))
    assert guest in live.layers
    live.close()
    assert guest.comm is not None


def test_repr_is_the_same_for_every_map(live: LiveMap) -> None:
    live.draw(scene(3))
    assert repr(live) == "LiveMap()" == repr(LiveMap(zoom=3))


def test_display_holds_the_widget_and_a_picture(live: LiveMap) -> None:
    live.draw(scene(3))
    bundle, _ = live._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == live.model_id
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "LiveMap()"


def test_closed_map_sends_nothing_more_and_leaves_no_widget(wire: Wire) -> None:
    live = LiveMap()
    live.draw(scene(20))
    live.close()
    opened, closed = ([data for kind, data in wire if kind == name] for name in ("comm_open", "comm_close"))
    assert len(opened) == len(closed)
    wire.take()
    live.draw(scene(20, first=5))
    live.close()
    assert wire.take() == []


def test_drawing_in_a_thread_while_the_notebook_reads_and_closes(live: LiveMap) -> None:
    stop = threading.Event()

    def draw() -> None:
        step = 0
        while not stop.is_set():
            step += 1
            live.draw(scene(30, first=step % 7, track=np.full(30, float(step % 360))))

    drawing = threading.Thread(target=draw)
    drawing.start()
    try:
        for _ in range(50):
            assert len(live.center) == 2
            live.zoom = 8 if live.zoom == 9 else 9
            live._repr_mimebundle_ and live.get_state(["center", "zoom"])
        live.close()
    finally:
        stop.set()
        drawing.join(PATIENCE)
    assert not drawing.is_alive()


def test_followed_aircraft_is_drawn_however_many_others_there_are(wire: Wire) -> None:
    live = LiveMap(follow="TEST30", limit=1)
    live.draw(scene(40))
    assert list(shown(live)) == [(48.3, 2.3)]


@pytest.mark.parametrize(
    ("colour_by", "field", "values", "classes"),
    [
        ("speed", "velocity", [10, 130, 260, np.nan], [0, 4, 9, symbols.UNKNOWN]),
        ("vertical_rate", "vertical_rate", [-20, 0, 6, np.nan], [0, 4, 6, symbols.UNKNOWN]),
    ],
)
def test_colours_can_tell_the_speed_or_the_vertical_rate_and_the_legend_says_which(
    wire: Wire, colour_by: str, field: str, values: list, classes: list
) -> None:
    live = LiveMap(center=[48.5, 2.5], zoom=9, colour_by=colour_by)
    live.draw(scene(4, **{field: values}))
    colours = [svg(shown(live)[48 + i / 100, 2 + i / 100]).partition('fill="')[2][:7] for i in range(4)]
    scale = symbols.SCALES[colour_by]
    assert colours == [scale.colours[index] for index in classes]
    legend = live.controls[0].widget.value
    assert scale.title in legend
    assert all(f"background:{scale.colours[index]}" in legend for index in scale.order(mixed=False))
    assert live.still() != still_of_altitude(live)


def still_of_altitude(live: LiveMap) -> bytes:
    live._scale = symbols.ALTITUDE
    return live.still()


def test_neighbours_across_the_antimeridian_are_drawn_as_neighbours(wire: Wire) -> None:
    live = LiveMap(center=[0, 179], zoom=6)
    live.draw(scene(2, lat=[0, 0], lon=[178.5, -179.5]))
    assert sorted(shown(live)) == [(0.0, 178.5), (0.0, 180.5)]


anything = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([np.nan, np.inf, -np.inf, 180.0, -180.0, 90.0, -90.0, 0.0]))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    n = draw(st.integers(0, 6))
    names = ("lat", "lon", "velocity", "track", "altitude", "vertical_rate", "age")
    columns = {name: draw(st.lists(anything, min_size=n, max_size=n)) for name in names}
    columns |= {"on_ground": draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n))}
    columns |= {"stale": draw(st.lists(st.booleans(), min_size=n, max_size=n))}
    columns |= {"kind": draw(st.lists(st.sampled_from(KINDS), min_size=n, max_size=n))}
    columns |= {"category": draw(st.lists(st.sampled_from([None, "A1", "A5", "B1", "D7"]), min_size=n, max_size=n))}
    columns |= {"squawk": draw(st.lists(st.sampled_from([None, "7700"]), min_size=n, max_size=n))}
    return picture(n, first=draw(st.integers(0, 5)), **columns)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(pictures(), min_size=1, max_size=3))
def test_whatever_comes_is_drawn_as_json_and_as_many_as_have_a_place(wire: Wire, drawn: list[Picture]) -> None:
    live = LiveMap(limit=4)
    wire.take()
    for one in drawn:
        live.draw(seen(one))
        for marker in markers(live):
            click(marker)
        live.draw(seen(one))
        known = int((np.isfinite(one.lat) & np.isfinite(one.lon)).sum())
        assert sum(m.icon.icon_size != [0, 0] for m in markers(live)) == min(known, 4)
    json.dumps([data for kind, data in wire if kind == "comm_msg"], allow_nan=False)
    live.close()
