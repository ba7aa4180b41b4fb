import ipyleaflet
import numpy as np
from maps import answer, markers, shown, svg
from screens import Wire, scene

from tracker.jupyter.map import symbols
from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.map.markers import PATIENCE


def test_each_aircraft_is_a_marker_that_points_along_its_track(live: LiveMap) -> None:
    live.draw(scene(3, track=[10.2, 200, np.nan]))
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
    live.draw(scene(6, altitude=np.array(feet) * 0.3048, on_ground=on_ground, stale=stale))
    colours = [svg(shown(live)[48 + i / 100, 2 + i / 100]).partition('fill="')[2][:7] for i in range(6)]
    expected = [0, 7, 9, symbols.UNKNOWN, symbols.GROUND, symbols.STALE]
    assert colours == [symbols.ALTITUDE.colours[index] for index in expected]


def test_objects_that_look_alike_share_an_icon_however_many_there_are(live: LiveMap) -> None:
    kinds = ["aircraft", "vehicle", "vessel", "container", "other"] * 30
    live.draw(scene(150, kind=kinds, track=np.arange(150), category=["A1", "A5"] * 75))
    assert len({marker.icon for marker in markers(live)}) == 6  # light and heavy, and one of each other kind


def test_an_emergency_has_arcs_around_it_and_stands_above_the_others(live: LiveMap, wire: Wire) -> None:
    live.draw(scene(2))
    wire.take()
    live.draw(scene(2, squawk=["7700", "1000"]))
    loud, quiet = markers(live)
    assert symbols.ALARM in svg(loud)
    assert symbols.ALARM not in svg(quiet)
    assert loud.z_index_offset > quiet.z_index_offset
    assert "emergency" in loud.title
    live.draw(scene(2))
    assert symbols.ALARM not in svg(loud)
    assert loud.z_index_offset == 0


def test_unchanged_picture_sends_nothing(live: LiveMap, wire: Wire) -> None:
    live.draw(scene(50))
    wire.take()
    live.draw(scene(50, age=np.full(50, 9.0)))
    assert wire.take() == []


def test_change_of_everything_is_one_message_an_aircraft(live: LiveMap, wire: Wire) -> None:
    live.draw(scene(150))
    wire.take()
    live.draw(scene(150, lat=np.linspace(40, 41, 150), track=np.full(150, 90.0), altitude=np.zeros(150)))
    kinds = [kind for kind, _ in wire.take()]
    # The one that is opened is the icon of the lower class.
    assert (kinds.count("comm_msg"), kinds.count("comm_open")) == (150, 1)


def test_move_of_less_than_a_pixel_is_not_sent_and_does_not_add_up(live: LiveMap, wire: Wire) -> None:
    live.zoom = 2
    live.draw(scene(1, lat=[48.0]))
    wire.take()
    # A pixel of zoom 2 is some 0.23 degrees of latitude here.
    live.draw(scene(1, lat=[48.15]))
    assert wire.take() == []
    live.draw(scene(1, lat=[48.3]))
    assert len(wire.take()) == 1
    assert markers(live)[0].location == [48.3, 2.0]


def test_zooming_in_brings_markers_to_where_they_are(live: LiveMap) -> None:
    live.zoom = 2
    live.draw(scene(1, lat=[48.0]))
    live.draw(scene(1, lat=[48.05]))
    assert markers(live)[0].location == [48.0, 2.0]
    live.zoom = 9
    live.draw(scene(1, lat=[48.05]))
    assert markers(live)[0].location == [48.05, 2.0]


def test_marker_waits_for_the_answer_to_its_last_move_and_then_skips_to_the_newest_place(live: LiveMap) -> None:
    def draw(lat: float) -> float:
        live.draw(scene(1, lat=[lat]))
        return markers(live)[0].location[0]

    draw(48.0)
    draw(48.1)
    answer(markers(live)[0])
    assert [draw(48.2), draw(48.3), draw(48.4)] == [48.2, 48.2, 48.2]
    answer(markers(live)[0])
    assert draw(48.5) == 48.5


def test_browser_that_went_away_holds_up_nothing_for_long(live: LiveMap) -> None:
    live.draw(scene(1, lat=[48.0]))
    live.draw(scene(1, lat=[48.1]))
    answer(markers(live)[0])
    for step in range(3 * PATIENCE):
        live.draw(scene(1, lat=[50.0 + step]))
    assert markers(live)[0].location[0] == 50.0 + step


def test_lost_aircraft_that_moved_unanswered_gives_its_marker_away_all_the_same(live: LiveMap) -> None:
    live.draw(scene(1))
    live.draw(scene(1, lat=[48.1]))
    answer(markers(live)[0])
    live.draw(scene(1, lat=[48.2]))
    live.draw(scene(1, first=7))
    assert list(shown(live)) == [(48.07, 2.07)]


def test_lost_aircraft_is_gone_and_its_marker_serves_another(live: LiveMap) -> None:
    live.draw(scene(10))
    made = set(markers(live))
    live.draw(scene(4))
    assert len(shown(live)) == 4
    live.draw(scene(10, first=20))
    assert set(markers(live)) == made
    assert sorted(shown(live)) == [(48 + i / 100, 2 + i / 100) for i in range(20, 30)]


def test_five_thousand_aircraft_cost_no_more_messages_than_the_limit(live: LiveMap, wire: Wire) -> None:
    live.draw(scene(5000, lat=np.linspace(40, 50, 5000)))
    wire.take()
    live.draw(scene(5000, lat=np.linspace(41, 51, 5000)))
    assert len(wire.take()) <= 151


def test_mouse_over_a_marker_tells_the_callsign_else_the_address(live: LiveMap) -> None:
    live.draw(scene(2, callsign=["AFR123", None]))
    assert [marker.title for marker in markers(live)] == ["AFR123", "000001"]


def test_mouse_over_a_marker_tells_kind_type_and_registration_where_they_are_known(live: LiveMap) -> None:
    live.draw(
        scene(
            3, key=["000000", "id:TRUCK-7", "000002"], icao24=["000000", None, "000002"],
            callsign=["AFR123", None, None],
            kind=["aircraft", "vehicle", "aircraft"], typecode=["A320", None, None],
            registration=["F-ABCD", None, "D-EABC"],
        )
    )  # fmt: skip
    assert [marker.title for marker in markers(live)] == ["AFR123, A320, F-ABCD", "TRUCK-7, vehicle", "D-EABC"]


def test_mouse_over_a_marker_tells_nothing_that_is_html_whichever_way_a_browser_takes_it(live: LiveMap) -> None:
    for callsign in ("<B>", "<IMG SRC=X>"):  # the first makes the marker, the second one renames it
        live.draw(scene(1, callsign=[callsign]))
        assert [marker.title for marker in markers(live)] == [f"\u2039{callsign[1:-1]}\u203a"]


def test_marker_that_serves_another_aircraft_tells_its_name_by_an_element_that_is_made_anew(
    live: LiveMap, wire: Wire
) -> None:
    live.draw(scene(1))
    live.draw(scene(0))
    wire.take()
    live.draw(scene(1, first=7))
    (marker,) = markers(live)
    states = [data["state"] for kind, data in wire.take() if "title" in data["state"] or "icon" in data["state"]]
    assert states[0]["title"] == marker.title == "TEST7"
    assert states[0]["icon"] != states[-1]["icon"]
    assert isinstance(marker.icon, ipyleaflet.Icon)
    live.draw(scene(1, first=7))
    assert wire.take() == []
