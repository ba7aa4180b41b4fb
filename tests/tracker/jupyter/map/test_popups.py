import re
import threading

import numpy as np
import pytest
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


def opened(live: LiveMap, **columns) -> str:
    """The popup of one object with its values."""
    live.draw(scene(1, **columns))
    click(markers(live)[0])
    live.draw(scene(1, **columns))
    return markers(live)[0].popup.value


def told(popup: str) -> dict[str, str]:
    """What the lines of a popup say."""
    cells = (re.findall(r"<td[^>]*>(.*?)</td>", line) for line in re.findall(r"<tr>.*?</tr>", popup))
    return {fact: re.sub(r"<[^>]*>", "", value) for fact, value in cells}


def test_popup_says_in_words_what_the_aircraft_is_and_how_its_position_was_had(live: LiveMap) -> None:
    described = {
        "typecode": ["B748"], "registration": ["D-ABYA"], "category": ["A5"], "position_source": ["mlat"],
        "squawk": ["7600"],
    }  # fmt: skip
    assert told(opened(live, **described)) == {
        "Altitude": "30,000 ft", "Speed": "194 kt", "Track": "45°", "Vertical rate": "0 ft/min",
        "Squawk": "7600: radio failure", "Type": "B748", "Registration": "D-ABYA", "Category": "A5 heavy",
        "Position by": "multilateration", "Address": "000000", "Heard": "1 s ago",
    }  # fmt: skip


def test_what_is_not_known_of_an_aircraft_beside_its_motion_takes_no_line(live: LiveMap) -> None:
    facts = ["Altitude", "Speed", "Track", "Vertical rate", "Squawk", "Address", "Heard"]
    assert list(told(opened(live))) == facts


@pytest.mark.parametrize(
    ("kind", "columns", "facts"),
    [
        ("vehicle", {}, {"Kind": "vehicle", "Speed": "194 kt", "Track": "45°", "Heard": "1 s ago"}),
        (
            "vessel",
            {"callsign": ["DEAB"], "position_source": ["other"], "track": [np.nan]},
            {
                "Kind": "vessel", "Speed": "194 kt", "Track": "\N{EN DASH}", "Position by": "other", "Callsign": "DEAB",
                "Heard": "1 s ago",
            },
        ),
        ("container", {"velocity": [np.nan]}, {"Kind": "container", "Heard": "1 s ago"}),
        ("other", {"velocity": [0]}, {"Kind": "other", "Heard": "1 s ago"}),
    ],
)  # fmt: skip
def test_popup_of_what_is_no_aircraft_has_only_what_makes_sense(
    live: LiveMap, kind: str, columns: dict, facts: dict
) -> None:
    named = {"key": ["id:7"], "icao24": [None], "callsign": [None], "squawk": ["7700"], "kind": [kind]}
    popup = opened(live, **(named | columns))
    assert told(popup) == facts
    assert ">7</b>" in popup  # its title is the id, without what makes it a key


def test_popup_is_as_large_with_its_title_alone_as_with_its_values(live: LiveMap) -> None:
    def room(popup: str) -> list[int]:
        return [int(px) for px in re.findall(r"min-(?:width|height):(\d+)px", popup)]

    columns = {"typecode": ["A320"], "category": ["A3"], "squawk": ["7500"]}
    live.draw(scene(1, **columns))
    width, height = room(markers(live)[0].popup.value)
    assert [width, height] == room(opened(live, **columns))
    live.draw(scene(1))
    narrower, lower = room(markers(live)[0].popup.value)
    assert narrower < width <= 300
    assert height - lower == 2 * (lower - 22) / 7  # two lines of nine


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


EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    "columns",
    [
        {"callsign": [EVIL], "squawk": [EVIL]},
        {"callsign": [None], "icao24": [EVIL]},
        {"typecode": [EVIL]},
        {"registration": [EVIL]},
        {"category": [EVIL]},
        {"position_source": [EVIL]},
        {"key": [f"id:{EVIL}"], "icao24": [None], "kind": ["other"]},
        {"key": [f"id:{EVIL}"], "icao24": [None]},
    ],
    ids=lambda columns: "-".join(columns),
)
def test_texts_of_strangers_are_escaped(live: LiveMap, columns: dict) -> None:
    popup = opened(live, **columns)
    assert "&lt;img" in popup
    assert "<img" not in popup


def test_click_selects_the_aircraft_that_the_marker_serves_now(wire: Wire) -> None:
    selected: list[str] = []
    live = LiveMap(select=selected.append)
    live.draw(scene(1))
    live.draw(scene(0))
    live.draw(scene(1, first=7))
    click(markers(live)[0])
    assert selected == ["000007"]
