import struct
import zlib

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screens import picture

from tracker.geo import basemap
from tracker.geo.mercator import View
from tracker.jupyter.map import symbols
from tracker.jupyter.map.canvas import rgb
from tracker.jupyter.map.still import HEIGHT, WIDTH, render

MIDDLE = View(48.0, 2.0, 8)


def pixels(png: bytes) -> npt.NDArray[np.uint8]:
    (length,) = struct.unpack_from(">I", png, 33)
    rows = np.frombuffer(zlib.decompress(png[41 : 41 + length]), np.uint8).reshape(HEIGHT, 1 + WIDTH * 3)
    return rows[:, 1:].reshape(HEIGHT, WIDTH, 3)


def coloured(png: bytes, colour: str) -> int:
    """How many pixels of the middle, where no legend is, have a colour."""
    part = pixels(png)[150:250, 300:460]
    return int((part == rgb(colour)).all(axis=2).sum())


def test_without_aircraft_it_shows_land_and_sea() -> None:
    image = pixels(render(None))
    for colour in (basemap.LAND_COLOUR, basemap.SEA_COLOUR):
        assert (image == rgb(colour)).all(axis=2).mean() > 0.1


@pytest.mark.parametrize(
    ("columns", "index"),
    [
        ({}, 7),
        ({"altitude": [np.nan]}, symbols.UNKNOWN),
        ({"on_ground": [1]}, symbols.GROUND),
        ({"stale": [True]}, symbols.STALE),
    ],
)
def test_aircraft_has_the_colour_of_the_map(columns: dict, index: int) -> None:
    png = render(picture(1, lat=[48.0], lon=[2.0], **columns), MIDDLE)
    assert coloured(png, symbols.ALTITUDE.colours[index]) > 20
    assert coloured(render(None, MIDDLE), symbols.ALTITUDE.colours[index]) == 0


def test_aircraft_points_along_its_track() -> None:
    def spread(track: float) -> tuple[float, float]:
        png = render(picture(1, lat=[48.0], lon=[2.0], track=[track], callsign=[" "], key=[" "]), MIDDLE)
        rows, columns = np.nonzero((pixels(png)[150:250, 300:460] == rgb(symbols.ALTITUDE.colours[7])).all(axis=2))
        return float(np.median(rows)) - 50, float(np.median(columns)) - 80

    # The wings, which are most of it, lie behind the middle.
    assert spread(0)[0] > spread(180)[0]
    assert spread(90)[1] < spread(270)[1]


def test_unknown_track_is_a_dot() -> None:
    dot = render(picture(1, lat=[48.0], lon=[2.0], track=[np.nan]), MIDDLE)
    plane = render(picture(1, lat=[48.0], lon=[2.0]), MIDDLE)
    assert 0 < coloured(dot, symbols.ALTITUDE.colours[7]) < coloured(plane, symbols.ALTITUDE.colours[7])


@pytest.mark.parametrize("kind", ["vehicle", "vessel", "container", "other"])
@pytest.mark.parametrize("track", [90.0, np.nan])
def test_what_is_no_aircraft_has_the_colour_of_the_map_and_the_legend_tells_it(kind: str, track: float) -> None:
    png = render(picture(1, lat=[48.0], lon=[2.0], kind=[kind], track=[track]), MIDDLE)
    colour = symbols.ALTITUDE.colours[symbols.NO_AIRCRAFT]
    assert coloured(png, colour) > 60
    assert swatch(png, colour)
    assert not swatch(render(picture(1), MIDDLE), colour)


def swatch(png: bytes, colour: str) -> bool:
    """Whether the legend, at the right edge, has a colour."""
    return bool((pixels(png)[:300, -160:] == rgb(colour)).all(axis=2).any())


def test_emergency_has_arcs_around_it() -> None:
    quiet, loud = (render(picture(1, lat=[48.0], lon=[2.0], squawk=[code]), MIDDLE) for code in ("1000", "7700"))
    assert coloured(loud, symbols.ALARM) > 40
    assert coloured(quiet, symbols.ALARM) == 0


def test_long_name_is_cut() -> None:
    def ink(key: str) -> int:
        shown = picture(1, lat=[48.0], lon=[-1.0], key=[f"id:{key}"], kind=["other"])
        return int((pixels(render(shown, View(48.0, 2.0, 7)))[150:250] == rgb("#222222")).all(axis=2).sum())

    assert ink("X" * 8) < ink("X" * 64) == ink("X" * 17) < ink("X" * 16)


def test_same_picture_gives_the_same_bytes() -> None:
    assert render(picture(20)) == render(picture(20))


def test_it_is_small_enough_to_be_committed() -> None:
    assert len(render(picture(150, lat=np.linspace(40, 60, 150)))) < 100_000


def test_no_more_aircraft_than_the_limit() -> None:
    two = picture(2, lat=[48.0, 48.0], lon=[2.0, 1.9], altitude=[0.0, 13_000.0])
    assert coloured(render(two, MIDDLE, limit=1), symbols.ALTITUDE.colours[9]) == 0
    assert coloured(render(two, MIDDLE), symbols.ALTITUDE.colours[9]) > 0


anything = st.one_of(st.floats(-1e9, 1e9), st.sampled_from([np.nan, np.inf, -np.inf, 180.0, -180.0, 90.0, -90.0]))
columns = st.fixed_dictionaries(
    {name: st.lists(anything, min_size=3, max_size=3) for name in ("lat", "lon", "track", "altitude")}
)


@settings(max_examples=8)
@given(columns, st.sampled_from([None, View(0, 180, 2), View(89, 0, 9), View(-60, -179, 5)]))
def test_whatever_comes_is_drawn(values: dict, view: View | None) -> None:
    assert pixels(render(picture(3, **values), view)).shape == (HEIGHT, WIDTH, 3)
