import threading

import numpy as np
from maps import click, markers, shown
from screens import Wire, run_in_thread, scene

from tracker.jupyter.map.livemap import LiveMap
from tracker.jupyter.map.popups import OPEN


def test_popup_has_the_values_while_it_is_open(live: LiveMap) -> None:
    live.draw(scene(2, squawk=["7700", None]))
    marker = markers(live)[0]
    assert "TEST0" in marker.popup.value
    assert "ft" not in marker.popup.value
    click(marker)
    live.draw(scene(2, squawk=["7700", None]))
    assert all(text in marker.popup.value for text in ("30,000 ft", "194 kt", "45°", "7700", "000000"))
    live.draw(scene(2, altitude=np.full(2, 1000 * 0.3048)))
    assert "1,000 ft" in marker.popup.value
    assert "ft" not in markers(live)[1].popup.value


def test_only_open_popups_cost_messages(live: LiveMap, wire: Wire) -> None:
    live.draw(scene(20))
    for marker in markers(live):
        click(marker)
    live.draw(scene(20))
    wire.take()
    live.draw(scene(20, age=np.full(20, 5.0)))
    assert len(wire.take()) == OPEN


def test_popup_of_a_lost_aircraft_says_so_and_does_not_leap_to_another(live: LiveMap) -> None:
    live.draw(scene(1))
    (marker,) = markers(live)
    click(marker)
    live.draw(scene(1))
    live.draw(scene(3, first=50))
    assert marker not in shown(live).values()
    assert "TEST0" in marker.popup.value
    assert "lost" in marker.popup.value
    live.draw(scene(1))
    assert shown(live) == {(48.0, 2.0): marker}
    assert "30,000 ft" in marker.popup.value


def test_click_hands_over_and_wakes_but_sets_nothing(wire: Wire) -> None:
    woken = threading.Event()
    live = LiveMap(wake=woken.set)
    live.draw(scene(1))
    wire.take()
    run_in_thread(lambda: click(markers(live)[0]))
    assert woken.is_set()
    assert wire.take() == []


def test_texts_of_strangers_are_escaped(live: LiveMap) -> None:
    evil = "<img src=x onerror=alert(1)>"
    for columns in ({"callsign": [evil], "squawk": [evil]}, {"callsign": [None], "icao24": [evil]}):
        live.draw(scene(1, **columns))
        click(markers(live)[0])
        live.draw(scene(1, **columns))
        assert "&lt;img" in markers(live)[0].popup.value
        assert "<img" not in markers(live)[0].popup.value


def test_click_selects_the_aircraft_that_the_marker_serves_now(wire: Wire) -> None:
    selected: list[str] = []
    live = LiveMap(select=selected.append)
    live.draw(scene(1))
    live.draw(scene(0))
    live.draw(scene(1, first=7))
    click(markers(live)[0])
    assert selected == ["000007"]
