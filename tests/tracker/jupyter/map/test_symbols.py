import json
from pathlib import Path

import pytest
from screens import picture

from tracker.jupyter.map import shapes, symbols
from tracker.jupyter.map.symbols import Symbol


@pytest.mark.parametrize("scale", symbols.SCALES.values(), ids=symbols.SCALES)
def test_every_class_of_a_scale_has_a_colour_of_its_own_and_a_label(scale: symbols.Scale) -> None:
    assert len(scale.edges) + 5 == len(scale.colours) == len(set(scale.colours)) == len(set(scale.labels))
    assert list(scale.edges) == sorted(scale.edges)
    assert len(scale.order(mixed=False)) == len(scale.edges) + 4


def test_colours_limits_and_shapes_are_those_of_the_page() -> None:
    """The page's own test of its symbols reads the same file: `tracker/web/test/symbols.test.ts`."""
    altitude = symbols.ALTITUDE
    others = (symbols.GROUND, symbols.UNKNOWN, symbols.STALE, symbols.NO_AIRCRAFT)
    shown = {
        "altitude": {
            "edges": list(altitude.edges),
            "ramp": list(altitude.ramp),
            "others": [altitude.colours[index] for index in others],
        },
        "size": shapes.SIZE,
        "shapes": {name: [list(corner) for corner in corners] for name, corners in shapes.SHAPES.items()},
        "dot_radius": shapes.DOT_RADIUS,
        "outline": symbols.OUTLINE,
        "stale_outline": symbols.STALE_OUTLINE,
        "alarm": [symbols.ALARM, symbols.ALARM_CASING],
    }
    assert shown == json.loads(Path(__file__).with_name("symbols_golden.json").read_text())


@pytest.mark.parametrize(
    ("colour_by", "classes"),
    [
        ("altitude", [7, symbols.NO_AIRCRAFT, symbols.NO_AIRCRAFT, symbols.STALE]),
        ("vertical_rate", [4, symbols.NO_AIRCRAFT, symbols.NO_AIRCRAFT, symbols.STALE]),
        ("speed", [2, 2, 2, symbols.STALE]),
    ],
)
def test_what_is_no_aircraft_has_a_colour_that_claims_nothing_of_flight(
    colour_by: symbols.ColourBy, classes: list[int]
) -> None:
    mixed = picture(
        4, kind=["aircraft", "vehicle", "vessel", "container"], on_ground=[0, 1, -1, -1], stale=[False] * 3 + [True]
    )
    assert symbols.classify(mixed, symbols.SCALES[colour_by]).tolist() == classes


@pytest.mark.parametrize("scale", symbols.SCALES.values(), ids=symbols.SCALES)
def test_legend_has_a_colour_for_what_is_no_aircraft_only_where_there_is_any(scale: symbols.Scale) -> None:
    assert symbols.NO_AIRCRAFT not in scale.order(mixed=False)
    assert (symbols.NO_AIRCRAFT in scale.order(mixed=True)) == (scale.title != "Ground speed, kt")


def test_arcs_of_an_emergency_lie_around_the_symbol_and_make_its_image_larger() -> None:
    quiet, loud = Symbol(7, "airliner"), Symbol(7, "airliner", alarm=True)
    (plain, narrow), (ringed, wide) = symbols.svg(quiet), symbols.svg(loud)
    assert (narrow, wide) == (24, 36)
    assert symbols.ALARM not in plain
    assert symbols.ALARM in ringed
    assert 'viewBox="-6 -6 36 36"' in ringed
