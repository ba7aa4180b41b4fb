"""What the layer draws at a fixed instant, compared with pictures that are kept beside this file.

The page's clock stands still, and the test moves it. The picture is a table of all colours (from the top: stale, on
the ground, not known, then from the highest down) at all turns (from the left: to the north, then clockwise), and one
flight that is selected, with a trail that has a gap. Every second flight moves, and all are where they belong at that
instant alone.

After a change of the symbols `FLIGHT_TRACKER_NEW_PICTURES=1 pytest tests/page/test_picture.py` draws the pictures
anew: look at them before they are kept.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from brokers import until
from chromium import MARKS, SCREENSHOTS
from mapcanvas import on_canvas, pixels, project
from opened import Opener, connected
from PIL import Image
from playwright.sync_api import Page
from serving import Site, flight

from producer.wire import StateVector

pytestmark = MARKS

HERE = Path(__file__).parent

LEVELS = 32
"""A channel may differ by so many of 255: soft edges are not the same in every release of a browser."""
SHARE = 0.001
"""Of what is drawn, so much may differ by more: half of what one symbol makes that is missing or turned the wrong way.
Two runs of one browser do not differ at all."""

LAT, LON, ZOOM = 20.0, 20.0, 6
"""The middle of the table, where no other test looks."""
COLUMN, ROW = 17, 27  # px
TURNS = [10.0 * i for i in range(36)]
KINDS: list[dict[str, object]] = [
    {"on_ground": True, "altitude": 0.0},
    {"altitude": None},
    *({"altitude": 100.0 + feet * 0.3048} for feet in (40e3, 35e3, 30e3, 25e3, 20e3, 15e3, 10e3, 5e3, 1e3, 0)),
]
SPEED = 1_000.0
"""m/s: no flight's, but a third of a symbol in the time that it has."""
STALE_AFTER, LATER = 15.0, 10.0  # s


def place(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude so many pixels to the right of and below the middle of the table, in a pixel's middle."""
    x0, y0 = project(LAT, LON, ZOOM)
    world = 256 * 2**ZOOM
    east, south = (math.floor(x0 + x) + 0.5) / world, (math.floor(y0 + y) + 0.5) / world
    return math.degrees(math.atan(math.sinh((0.5 - south) * 2 * math.pi))), (east - 0.5) * 360


def bound_for(x: float, y: float, track: float, seconds: float, **fields: object) -> StateVector:
    """A flight that will be there in so many seconds."""
    lat, lon = place(x, y)
    flown = SPEED * seconds / 111_195
    lat -= flown * math.cos(math.radians(track))
    lon -= flown * math.sin(math.radians(track)) / math.cos(math.radians(lat))
    velocity = SPEED if seconds else None
    return flight(lat, lon, track=track, velocity=velocity, **fields)


def row(y: float, seconds: float, **fields: object) -> list[StateVector]:
    xs = [(i - (len(TURNS) - 1) / 2) * COLUMN for i in range(len(TURNS))]
    return [
        bound_for(x, y, turn, seconds * (i % 2), **fields) for i, (x, turn) in enumerate(zip(xs, TURNS, strict=True))
    ]


def with_a_past() -> list[StateVector]:
    """The reports of one flight: it comes from the left of the table, and was lost for a while."""
    first, now = flight(LAT, LON), time.time()
    past = [(-60, 187, 0), (-35, 197, 90), (-20, 187, 150), (15, 187, 151), (28, 197, 211), (40, 187, 280)]  # px, px, s
    reports = []
    for x, y, seconds in past:
        lat, lon = place(x, y)
        height = 500.0 + 40 * seconds
        reports.append(
            flight(lat, lon, icao24=first.icao24, callsign=".", time=now - 280 + seconds, altitude=height, track=90.0)
        )
    return reports


def draw(site: Site, page: Page) -> str:
    """Bring all of it onto the page, to the instant; the key of the selected one."""

    def held(count: int) -> None:
        until(lambda: page.evaluate("flights.fleet.size") == count, 20, f"{count} flights")

    page.clock.install(time=0)
    page.goto(f"{site.base}/#map={ZOOM}/{LAT}/{LON}")
    connected(page)
    page.clock.pause_at(60)
    top = -ROW * len(KINDS) / 2
    stale = row(top, STALE_AFTER)
    site.publish(*stale)
    held(len(stale))
    page.clock.run_for(round(1000 * (STALE_AFTER + 1)))
    others = [one for i, kind in enumerate(KINDS) for one in row(top + (i + 1) * ROW, LATER, **kind)]
    past = with_a_past()
    site.publish(*past, *others)
    held(len(stale) + len(others) + 1)
    page.evaluate("(key) => (location.hash += `&flight=${key}`)", past[0].key)
    page.get_by_role("img", name="Altitude over 5 min").wait_for()
    page.clock.run_for(round(1000 * LATER))
    page.evaluate("flights.layer.changed()")
    page.clock.run_for(50)
    return past[0].key


def table(page: Page) -> npt.NDArray[np.uint8]:
    """The part of the canvas that holds it, without the one callsign: its letters are the machine's own."""
    x, y = (math.floor(part) for part in on_canvas(page, LAT, LON))
    part = pixels(page)[y - 190 : y + 210, x - 330 : x + 330].copy()
    part[190 + 175 : 190 + 200, 330 + 40 + 13 : 330 + 40 + 60] = 0
    return part


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_layer_draws_what_it_drew_when_its_picture_was_kept(own_site: Site, opener: Opener, scheme: str) -> None:
    page = opener.blank(size=(1440, 900), scheme=scheme)
    draw(own_site, page)
    drawn = table(page)
    kept = HERE / f"picture_{scheme}.png"
    if os.environ.get("FLIGHT_TRACKER_NEW_PICTURES") == "1":
        Image.fromarray(drawn).save(kept, optimize=True)
    SCREENSHOTS.mkdir(exist_ok=True)
    Image.fromarray(drawn).save(SCREENSHOTS / kept.name)
    expected = np.asarray(Image.open(kept).convert("RGBA"))
    assert drawn.shape == expected.shape
    difference = np.abs(drawn.astype(int) - expected).max(axis=2)
    seen = (drawn[..., 3] > 0) | (expected[..., 3] > 0)
    assert seen.sum() > 30_000
    share = (difference > LEVELS).sum() / seen.sum()
    assert share <= SHARE, f"{share:.4f} differ; see {SCREENSHOTS / kept.name}"
