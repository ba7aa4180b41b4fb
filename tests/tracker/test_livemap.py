import base64
import json
import threading
from collections.abc import Iterator

import comm
import ipyleaflet
import ipywidgets
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from screens import Wire, picture, run_in_thread

from tracker import symbols
from tracker.errors import BadOption
from tracker.fleet import Picture
from tracker.livemap import LiveMap
from tracker.looks import choose
from tracker.markers import PATIENCE
from tracker.popups import OPEN
from tracker.trails import TRAILS, TRAILS_EVERY, Paths
from tracker.viewpoint import FOLLOW_ZOOM


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire()
    monkeypatch.setattr(comm, "create_comm", wire.open)
    yield wire
    ipywidgets.Widget.close_all()


@pytest.fixture
def live(wire: Wire) -> LiveMap:
    return LiveMap(center=[48.5, 2.5], zoom=9)


def shown(live: LiveMap) -> dict[tuple[float, ...], ipyleaflet.Marker]:
    """The markers that can be seen, by where they are."""
    return {tuple(m.location): m for m in markers(live) if m.icon.icon_size != [0, 0]}


def markers(live: LiveMap) -> list[ipyleaflet.Marker]:
    (group,) = [layer for layer in live.layers if isinstance(layer, ipyleaflet.LayerGroup) and layer.name == "Aircraft"]
    return list(group.layers)


def svg(marker: ipyleaflet.Marker) -> str:
    return base64.b64decode(marker.icon.icon_url.partition(",")[2]).decode()


def click(marker: ipyleaflet.Marker) -> None:
    """As a browser says it."""
    content = {"event": "interaction", "type": "click", "coordinates": [0, 0]}
    marker.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def answer(marker: ipyleaflet.Marker) -> None:
    """As a browser does when it has moved a marker."""
    content = {"event": "move", "location": marker.location}
    marker.comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def count(live: LiveMap) -> str:
    return live.controls[2].widget.value


def test_each_aircraft_is_a_marker_that_points_along_its_track(live: LiveMap) -> None:
    live.draw(picture(3, track=[10.2, 200, np.nan]))
    north, south, unknown = (shown(live)[48 + i / 100, 2 + i / 100] for i in range(3))
    assert (north.rotation_angle, south.rotation_angle) == (10, 200)
    assert "<polygon" in svg(north)
    assert unknown.rotation_angle == 0
    assert "<circle" in svg(unknown)
    assert not north.draggable


def test_colour_says_the_altitude(live: LiveMap) -> None:
    feet = [500, 32_000, 45_000, np.nan, 0, 32_000]
    on_ground = [0, 0, 0, 0, 1, 0]
    stale = [False] * 5 + [True]
    live.draw(picture(6, altitude=np.array(feet) * 0.3048, on_ground=on_ground, stale=stale))
    colours = [svg(shown(live)[48 + i / 100, 2 + i / 100]).partition('fill="')[2][:7] for i in range(6)]
    expected = [0, 7, 9, symbols.UNKNOWN, symbols.GROUND, symbols.STALE]
    assert colours == [symbols.ALTITUDE.colours[index] for index in expected]


def test_legend_and_markers_show_the_same_colours(live: LiveMap) -> None:
    legend = live.controls[0].widget.value
    assert all(f"background:{colour}" in legend for colour in symbols.ALTITUDE.colours)
    assert "ft" in legend


def test_unchanged_picture_sends_nothing(live: LiveMap, wire: Wire) -> None:
    live.draw(picture(50))
    wire.take()
    live.draw(picture(50, age=np.full(50, 9.0)))
    assert wire.take() == []


def test_change_of_everything_is_one_message_an_aircraft(live: LiveMap, wire: Wire) -> None:
    live.draw(picture(150))
    wire.take()
    live.draw(picture(150, lat=np.linspace(40, 41, 150), track=np.full(150, 90.0), altitude=np.zeros(150)))
    kinds = [kind for kind, _ in wire.take()]
    # The one that is opened is the icon of the lower class.
    assert (kinds.count("comm_msg"), kinds.count("comm_open")) == (150, 1)


def test_move_of_less_than_a_pixel_is_not_sent_and_does_not_add_up(live: LiveMap, wire: Wire) -> None:
    live.zoom = 2
    live.draw(picture(1, lat=[48.0]))
    wire.take()
    # A pixel of zoom 2 is some 0.23 degrees of latitude here.
    live.draw(picture(1, lat=[48.15]))
    assert wire.take() == []
    live.draw(picture(1, lat=[48.3]))
    assert len(wire.take()) == 1
    assert markers(live)[0].location == [48.3, 2.0]


def test_zooming_in_brings_markers_to_where_they_are(live: LiveMap) -> None:
    live.zoom = 2
    live.draw(picture(1, lat=[48.0]))
    live.draw(picture(1, lat=[48.05]))
    assert markers(live)[0].location == [48.0, 2.0]
    live.zoom = 9
    live.draw(picture(1, lat=[48.05]))
    assert markers(live)[0].location == [48.05, 2.0]


def test_marker_waits_for_the_answer_to_its_last_move_and_then_skips_to_the_newest_place(live: LiveMap) -> None:
    def draw(lat: float) -> float:
        live.draw(picture(1, lat=[lat]))
        return markers(live)[0].location[0]

    draw(48.0)
    draw(48.1)
    answer(markers(live)[0])
    assert [draw(48.2), draw(48.3), draw(48.4)] == [48.2, 48.2, 48.2]
    answer(markers(live)[0])
    assert draw(48.5) == 48.5


def test_browser_that_went_away_holds_up_nothing_for_long(live: LiveMap) -> None:
    live.draw(picture(1, lat=[48.0]))
    live.draw(picture(1, lat=[48.1]))
    answer(markers(live)[0])
    for step in range(3 * PATIENCE):
        live.draw(picture(1, lat=[50.0 + step]))
    assert markers(live)[0].location[0] == 50.0 + step


def test_lost_aircraft_that_moved_unanswered_gives_its_marker_away_all_the_same(live: LiveMap) -> None:
    live.draw(picture(1))
    live.draw(picture(1, lat=[48.1]))
    answer(markers(live)[0])
    live.draw(picture(1, lat=[48.2]))
    live.draw(picture(1, first=7))
    assert list(shown(live)) == [(48.07, 2.07)]


def test_lost_aircraft_is_gone_and_its_marker_serves_another(live: LiveMap) -> None:
    live.draw(picture(10))
    made = set(markers(live))
    live.draw(picture(4))
    assert len(shown(live)) == 4
    live.draw(picture(10, first=20))
    assert set(markers(live)) == made
    assert sorted(shown(live)) == [(48 + i / 100, 2 + i / 100) for i in range(20, 30)]


def test_no_more_markers_than_the_limit_and_the_map_says_so(wire: Wire) -> None:
    live = LiveMap(limit=10)
    live.draw(picture(10))
    assert "10 aircraft" in count(live)
    live.draw(picture(82))
    assert len(markers(live)) == 10
    assert "10 of 82 drawn" in count(live)


@pytest.mark.parametrize("limit", [0, 1, 7])
def test_limit_can_be_lowered_while_the_map_lives(live: LiveMap, limit: int) -> None:
    live.draw(picture(20))
    live.limit = limit
    live.draw(picture(20))
    assert len(shown(live)) == limit


def test_five_thousand_aircraft_cost_no_more_messages_than_the_limit(live: LiveMap, wire: Wire) -> None:
    live.draw(picture(5000, lat=np.linspace(40, 50, 5000)))
    wire.take()
    live.draw(picture(5000, lat=np.linspace(41, 51, 5000)))
    assert len(wire.take()) <= 151


def test_all_sizes_of_message_stay_small(wire: Wire) -> None:
    live = LiveMap()
    live.draw(picture(150))
    sizes = sorted(len(json.dumps(data, default=str)) for _, data in wire.take())
    assert sizes[-1] < 200_000  # the land, sent once
    assert sizes[-2] < 20_000


def test_backdrop_is_sent_once(wire: Wire) -> None:
    live = LiveMap()
    for second in range(3):
        live.draw(picture(5, lat=np.full(5, 48.0 + second)))
    assert sum("MultiPolygon" in json.dumps(data, default=str) for _, data in wire.take()) == 1


def test_backdrop_alone_needs_no_tiles(wire: Wire) -> None:
    assert not any(isinstance(layer, ipyleaflet.TileLayer) for layer in LiveMap(tiles=None).layers)
    (tiles,) = (layer for layer in LiveMap().layers if isinstance(layer, ipyleaflet.TileLayer))
    assert "OpenStreetMap" in tiles.attribution


def test_first_aircraft_decide_where_the_map_looks_and_no_later_ones(wire: Wire) -> None:
    live = LiveMap()
    live.draw(picture(0))
    live.draw(picture(20))
    assert live.center == pytest.approx([48.095, 2.095])
    assert live.zoom == 9
    live.draw(picture(20, lat=np.full(20, -30.0)))
    assert live.center == pytest.approx([48.095, 2.095])


def test_given_centre_is_kept(wire: Wire) -> None:
    live = LiveMap(center=[10, 20])
    live.draw(picture(20))
    assert live.center == [10, 20]


def test_guests_stay_on_the_map_and_survive_it(wire: Wire) -> None:
    guest = ipyleaflet.Circle(location=[48, 2], radius=10)
    live = LiveMap(layers=(guest,))
    live.draw(picture(3))
    assert guest in live.layers
    live.close()
    assert guest.comm is not None


def test_popup_has_the_values_while_it_is_open(live: LiveMap) -> None:
    live.draw(picture(2, squawk=["7700", None]))
    marker = markers(live)[0]
    assert "TEST0" in marker.popup.value
    assert "ft" not in marker.popup.value
    click(marker)
    live.draw(picture(2, squawk=["7700", None]))
    assert all(text in marker.popup.value for text in ("30,000 ft", "194 kt", "45°", "7700", "000000"))
    live.draw(picture(2, altitude=np.full(2, 1000 * 0.3048)))
    assert "1,000 ft" in marker.popup.value
    assert "ft" not in markers(live)[1].popup.value


def test_only_open_popups_cost_messages(live: LiveMap, wire: Wire) -> None:
    live.draw(picture(20))
    for marker in markers(live):
        click(marker)
    live.draw(picture(20))
    wire.take()
    live.draw(picture(20, age=np.full(20, 5.0)))
    assert len(wire.take()) == OPEN


def test_popup_of_a_lost_aircraft_says_so_and_does_not_leap_to_another(live: LiveMap) -> None:
    live.draw(picture(1))
    (marker,) = markers(live)
    click(marker)
    live.draw(picture(1))
    live.draw(picture(3, first=50))
    assert marker not in shown(live).values()
    assert "TEST0" in marker.popup.value
    assert "lost" in marker.popup.value
    live.draw(picture(1))
    assert shown(live) == {(48.0, 2.0): marker}
    assert "30,000 ft" in marker.popup.value


def test_click_hands_over_and_wakes_but_sets_nothing(wire: Wire) -> None:
    woken = threading.Event()
    live = LiveMap(wake=woken.set)
    live.draw(picture(1))
    wire.take()
    run_in_thread(lambda: click(markers(live)[0]))
    assert woken.is_set()
    assert wire.take() == []


def test_texts_of_strangers_are_escaped(live: LiveMap) -> None:
    evil = "<img src=x onerror=alert(1)>"
    for columns in ({"callsign": [evil], "squawk": [evil]}, {"callsign": [None], "icao24": [evil]}):
        live.draw(picture(1, **columns))
        click(markers(live)[0])
        live.draw(picture(1, **columns))
        assert "&lt;img" in markers(live)[0].popup.value
        assert "<img" not in markers(live)[0].popup.value


def test_repr_is_the_same_for_every_map(live: LiveMap) -> None:
    live.draw(picture(3))
    assert repr(live) == "LiveMap()" == repr(LiveMap(zoom=3))


def test_display_holds_the_widget_and_a_picture(live: LiveMap) -> None:
    live.draw(picture(3))
    bundle = live._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == live.model_id
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "LiveMap()"


def test_closed_map_sends_nothing_more_and_leaves_no_widget(wire: Wire) -> None:
    live = LiveMap()
    live.draw(picture(20))
    live.close()
    opened, closed = ([data for kind, data in wire if kind == name] for name in ("comm_open", "comm_close"))
    assert len(opened) == len(closed)
    wire.take()
    live.draw(picture(20, first=5))
    live.close()
    assert wire.take() == []


def test_drawing_in_a_thread_while_the_notebook_reads_and_closes(live: LiveMap) -> None:
    stop = threading.Event()

    def draw() -> None:
        step = 0
        while not stop.is_set():
            step += 1
            live.draw(picture(30, first=step % 7, track=np.full(30, float(step % 360))))

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
        drawing.join(30)
    assert not drawing.is_alive()


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


@pytest.mark.parametrize("name", ["000003", "TEST3", " test3 "])
def test_map_stays_on_the_aircraft_that_it_follows_by_key_or_callsign(wire: Wire, name: str) -> None:
    live = LiveMap(follow=name)
    live.draw(picture(5))
    assert (live.center, live.zoom) == ([48.03, 2.03], FOLLOW_ZOOM)
    live.zoom = 11
    live.draw(picture(5, lat=np.full(5, 49.0)))
    assert (live.center, live.zoom) == ([49.0, 2.03], 11)
    assert "following" in count(live)


def test_followed_aircraft_that_does_not_move_sends_nothing(wire: Wire) -> None:
    live = LiveMap(follow="TEST3", zoom=9)
    live.draw(picture(5))
    wire.take()
    live.draw(picture(5))
    assert wire.take() == []


def test_map_that_follows_nobody_yet_says_so_and_looks_at_the_first_aircraft(wire: Wire) -> None:
    live = LiveMap(follow="<AFR123>")
    live.draw(picture(20))
    assert live.center == pytest.approx([48.095, 2.095])
    assert "no &lt;AFR123&gt;" in count(live)
    live.follow = "TEST4"
    live.draw(picture(20))
    assert live.center == [48.04, 2.04]
    live.follow = None
    live.draw(picture(20, lat=np.full(20, 10.0)))
    assert live.center == [48.04, 2.04]


def test_followed_aircraft_is_drawn_however_many_others_there_are(wire: Wire) -> None:
    live = LiveMap(follow="TEST30", limit=1)
    live.draw(picture(40))
    assert list(shown(live)) == [(48.3, 2.3)]


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
    live.draw(picture(3))
    (layer,) = (one for one in live.layers if isinstance(one, ipyleaflet.Polyline))
    assert layer.locations == [[[48.0, 2 + i / 100], [48.001, 2 + i / 100], [48.002, 2 + i / 100]] for i in range(3)]
    assert asked == [(["000000", "000001", "000002"], 90.0)]
    wire.take()
    now[0] = TRAILS_EVERY - 0.1
    live.draw(picture(2))
    assert len(layer.locations) == 3
    wire.take()
    now[0] = TRAILS_EVERY
    live.draw(picture(2))
    assert len(layer.locations) == 2
    assert len(wire.take()) == 1


def test_trails_of_a_great_many_aircraft_stay_few_and_their_message_small(wire: Wire) -> None:
    asked, paths = paths_of()
    live = LiveMap(trails=True, limit=500, paths=paths)
    live.draw(picture(500))
    assert len(asked[0][0]) == TRAILS
    assert asked[0][1] == 120.0


def test_without_trails_nobody_is_asked_for_them(wire: Wire) -> None:
    asked, paths = paths_of()
    for off in (None, False):
        LiveMap(trails=off, paths=paths).draw(picture(3))
    assert asked == []


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
    live.draw(picture(4, **{field: values}))
    colours = [svg(shown(live)[48 + i / 100, 2 + i / 100]).partition('fill="')[2][:7] for i in range(4)]
    scale = symbols.SCALES[colour_by]
    assert colours == [scale.colours[index] for index in classes]
    legend = live.controls[0].widget.value
    assert scale.title in legend
    assert all(f"background:{colour}" in legend for colour in scale.colours)
    assert live.still() != still_of_altitude(live)


def still_of_altitude(live: LiveMap) -> bytes:
    live._scale = symbols.ALTITUDE
    return live.still()


@pytest.mark.parametrize("scale", symbols.SCALES.values(), ids=symbols.SCALES)
def test_every_class_of_a_scale_has_a_colour_of_its_own_and_a_label(scale: symbols.Scale) -> None:
    assert len(scale.edges) + 4 == len(scale.colours) == len(set(scale.colours)) == len(set(scale.labels))
    assert list(scale.edges) == sorted(scale.edges)


def test_mouse_over_a_marker_tells_the_callsign_else_the_address(live: LiveMap) -> None:
    live.draw(picture(2, callsign=["<AFR>", None]))
    assert [marker.title for marker in markers(live)] == ["<AFR>", "000001"]


def test_marker_that_serves_another_aircraft_tells_its_name_by_an_element_that_is_made_anew(
    live: LiveMap, wire: Wire
) -> None:
    live.draw(picture(1))
    live.draw(picture(0))
    wire.take()
    live.draw(picture(1, first=7))
    (marker,) = markers(live)
    states = [data["state"] for kind, data in wire.take() if "title" in data["state"] or "icon" in data["state"]]
    assert states[0]["title"] == marker.title == "TEST7"
    assert states[0]["icon"] != states[-1]["icon"]
    assert isinstance(marker.icon, ipyleaflet.Icon)
    live.draw(picture(1, first=7))
    assert wire.take() == []


def test_click_selects_the_aircraft_that_the_marker_serves_now(wire: Wire) -> None:
    selected: list[str] = []
    live = LiveMap(select=selected.append)
    live.draw(picture(1))
    live.draw(picture(0))
    live.draw(picture(1, first=7))
    click(markers(live)[0])
    assert selected == ["000007"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("center", (91, 0)),
        ("center", (0, 181)),
        ("center", (0, float("nan"))),
        ("center", 5),
        ("center", "ab"),
        ("zoom", -1),
        ("zoom", 20),
        ("zoom", "9"),
        ("follow", ""),
        ("follow", 5),
        ("trails", "two minutes"),
        ("trails", -1),
        ("colour_by", "colour"),
        ("limit", -1),
        ("limit", 1.5),
    ],
)
def test_a_bad_option_is_refused_with_its_name_its_value_and_the_limit(wire: Wire, option: str, value: object) -> None:
    with pytest.raises(BadOption, match=f"^{option}=.*needed") as refused:
        LiveMap(**{option: value})
    assert refused.value.name == option


def test_neighbours_across_the_antimeridian_are_drawn_as_neighbours(wire: Wire) -> None:
    live = LiveMap(center=[0, 179], zoom=6)
    live.draw(picture(2, lat=[0, 0], lon=[178.5, -179.5]))
    assert sorted(shown(live)) == [(0.0, 178.5), (0.0, 180.5)]


anything = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([np.nan, np.inf, -np.inf, 180.0, -180.0, 90.0, -90.0, 0.0]))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    n = draw(st.integers(0, 6))
    names = ("lat", "lon", "velocity", "track", "altitude", "vertical_rate", "age")
    columns = {name: draw(st.lists(anything, min_size=n, max_size=n)) for name in names}
    columns |= {"on_ground": draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n))}
    columns |= {"stale": draw(st.lists(st.booleans(), min_size=n, max_size=n))}
    return picture(n, first=draw(st.integers(0, 5)), **columns)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pictures(), min_size=1, max_size=3))
def test_whatever_comes_is_drawn_as_json_and_as_many_as_have_a_place(wire: Wire, drawn: list[Picture]) -> None:
    live = LiveMap(limit=4)
    wire.take()
    for one in drawn:
        live.draw(one)
        for marker in markers(live):
            click(marker)
        live.draw(one)
        known = int((np.isfinite(one.lat) & np.isfinite(one.lon)).sum())
        assert sum(m.icon.icon_size != [0, 0] for m in markers(live)) == min(known, 4)
    json.dumps([data for kind, data in wire if kind == "comm_msg"], allow_nan=False)
    live.close()
