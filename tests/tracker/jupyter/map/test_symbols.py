import json
from pathlib import Path

import pytest

from tracker.jupyter.map import symbols


@pytest.mark.parametrize("scale", symbols.SCALES.values(), ids=symbols.SCALES)
def test_every_class_of_a_scale_has_a_colour_of_its_own_and_a_label(scale: symbols.Scale) -> None:
    assert len(scale.edges) + 4 == len(scale.colours) == len(set(scale.colours)) == len(set(scale.labels))
    assert list(scale.edges) == sorted(scale.edges)


def test_colours_limits_and_shapes_are_those_of_the_page() -> None:
    """The page's own test of its symbols reads the same file: `tracker/web/test/symbols.test.ts`."""
    altitude = symbols.ALTITUDE
    shown = {
        "altitude": {
            "edges": list(altitude.edges),
            "ramp": list(altitude.ramp),
            "others": [altitude.colours[index] for index in (symbols.GROUND, symbols.UNKNOWN, symbols.STALE)],
        },
        "size": symbols.SIZE,
        "plane": [list(corner) for corner in symbols.PLANE],
        "dot_radius": symbols.DOT_RADIUS,
        "outline": symbols.OUTLINE,
        "stale_outline": symbols.STALE_OUTLINE,
    }
    assert shown == json.loads(Path(__file__).with_name("symbols_golden.json").read_text())
