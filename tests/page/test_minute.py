"""A minute in which nothing more is heard: of an aircraft, from the broker, from the server.

Pages watch from their first report on and keep a record of it; the tests read the record.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from chromium import MARKS
from mapcanvas import PIXEL, STALE, colour_of, on_canvas
from opened import DEAD_SERVER, Opener, wait_until
from playwright.sync_api import Browser, Page
from serving import Site, flight

pytestmark = [*MARKS, pytest.mark.timeout(180)]

LAT, LON, ZOOM = 0.0, 0.0, 9
ALIVE, SILENT, MOVING = "a11111", "a22222", "a33333"
EAST = {ALIVE: 0.0, SILENT: 0.4, MOVING: 0.8}  # degrees from LON
COLOUR = colour_of(10_000.0)
MINUTE = 63.0

# Four times a second: what each aircraft is on the map, in the table and in the fleet, and how old it is.
WATCH = f"""(pixels) => {{
    const record = (window.record = []), {{ fleet }} = flights;
    setInterval(() => {{
        const now = performance.now() / 1000, seen = {{ now }};
        for (const [key, at] of Object.entries(pixels)) {{
            const aircraft = fleet.get(key), row = document.getElementById("row-" + key);
            seen[key] = {{ held: aircraft !== undefined, colour: ({PIXEL})(at), place: fleet.place(key, now) ?? null,
                row: row && (row.classList.contains("stale") ? "stale" : "fresh") }};
        }}
        record.push(seen);
    }}, 250);
}}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One aircraft at one moment."""

    age: float
    """s since the last report of those that fell silent."""
    held: bool
    colour: str | None
    lon: float | None
    row: str | None


class Record:
    """What a page showed over the minute, and its status line at the end."""

    def __init__(self, page: Page, heard: float) -> None:
        self._samples = page.evaluate("window.record")
        self._heard = heard
        self.status, now = page.evaluate("[document.querySelector('footer').innerText, performance.now() / 1000]")
        self.age: float = now - heard
        """When the status line was read, as in `Seen`."""

    def of(self, key: str) -> list[Seen]:
        return [
            Seen(
                sample["now"] - self._heard,
                sample[key]["held"],
                sample[key]["colour"],
                sample[key]["place"] and sample[key]["place"]["lon"],
                sample[key]["row"],
            )
            for sample in self._samples
        ]


class Heartbeat:
    """Has one aircraft report each second."""

    def __init__(self, site: Site) -> None:
        self._site, self._stop = site, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(1.0):
            self._site.publish(flight(LAT, LON + EAST[ALIVE], icao24=ALIVE, callsign="ALIVE"))


FATES: dict[str, Callable[[Site], None]] = {
    "no broker": Site.kill_broker,
    "no server": Site.kill_server,
    "alive": lambda site: None,
}


def begin(site: Site, opener: Opener, fate: Callable[[Site], None]) -> Page:
    """A page with three flights, whose site meets its fate when the page has them."""
    page = opener.open(f"{site.base}/#map={ZOOM}/{LAT}/{LON + 0.5}")
    site.publish(
        flight(LAT, LON + EAST[ALIVE], icao24=ALIVE, callsign="ALIVE"),
        flight(LAT, LON + EAST[SILENT], icao24=SILENT, callsign="SILENT"),
        flight(LAT, LON + EAST[MOVING], icao24=MOVING, callsign="MOVING", velocity=200.0, track=90.0),
    )
    wait_until(page, "() => flights.fleet.size === 3")
    middles = {key: on_canvas(page, LAT, LON + east) for key, east in EAST.items()}
    page.evaluate(WATCH, {key: [round(x), round(y)] for key, (x, y) in middles.items()})
    fate(site)
    return page


@pytest.fixture(scope="module")
def minute(built_page: None, browser: Browser) -> Iterator[dict[str, Record]]:
    """Three sites side by side: one lives on, the second loses its broker, the third its server."""
    sites = {name: Site() for name in FATES}
    opener = Opener(browser, "minute")
    opener.expect(DEAD_SERVER)
    pages = {name: begin(sites[name], opener, fate) for name, fate in FATES.items()}
    heartbeat = Heartbeat(sites["alive"])
    heard = {name: page.evaluate(f"flights.fleet.get('{SILENT}').heardAt") for name, page in pages.items()}
    try:
        for name, page in pages.items():
            page.set_default_timeout(90_000)
            wait_until(page, "(end) => performance.now() / 1000 > end", heard[name] + MINUTE, seconds=90)
        yield {name: Record(page, heard[name]) for name, page in pages.items()}
        complaints = opener.close()
    finally:
        heartbeat.stop()
        for site in sites.values():
            site.stop()
    assert complaints == []


def test_an_aircraft_that_is_not_heard_is_stale_after_a_quarter_of_a_minute(minute: dict[str, Record]) -> None:
    silent = minute["alive"].of(SILENT)
    fresh, stale = ([seen for seen in silent if seen.colour == colour] for colour in (COLOUR, STALE))
    assert fresh[-1].age == pytest.approx(15, abs=1.0)
    assert stale[0].age == pytest.approx(15, abs=1.0)
    assert stale[0].age > fresh[-1].age
    assert next(seen.age for seen in silent if seen.row == "stale") == pytest.approx(15.5, abs=1.5)
    assert {seen.row for seen in silent if 3 < seen.age < 14} == {"fresh"}


def test_a_stale_aircraft_moves_on_no_further(minute: dict[str, Record]) -> None:
    moving = [seen for seen in minute["alive"].of(MOVING) if seen.held]
    flying = [seen.lon for seen in moving if seen.age < 15]
    assert flying == sorted(set(flying))
    standing = {seen.lon for seen in moving if seen.age > 15.1}
    assert len(standing) == 1
    assert standing.pop() == pytest.approx(LON + EAST[MOVING] + 200 * 15 / 111_195, abs=1e-4)


def test_it_is_gone_after_a_minute_and_others_stay(minute: dict[str, Record]) -> None:
    record = minute["alive"]
    for key in (SILENT, MOVING):
        held = [seen for seen in record.of(key) if seen.held]
        assert held[-1].age == pytest.approx(60, abs=2.0)
        last = record.of(key)[-1]
        assert (last.held, last.colour, last.row) == (False, None, None)
    assert all(seen.held and seen.colour == COLOUR for seen in record.of(ALIVE))
    assert "1 of 1" in record.status.replace("\n", " ")
    assert "Connected" in record.status


def test_without_its_broker_the_server_loses_nobody_and_the_page_says_since_when(minute: dict[str, Record]) -> None:
    record = minute["no broker"]
    assert "The server receives nothing from its broker" in record.status
    since = re.search(r"for (\d+) s", record.status)
    assert record.age - 15 < int(since[1]) <= record.age + 1
    assert_all_stale_and_none_lost(record)


def test_without_its_server_the_page_loses_nobody_and_says_that_it_reconnects(minute: dict[str, Record]) -> None:
    record = minute["no server"]
    assert "Disconnected" in record.status
    assert "Reconnecting" in record.status
    assert_all_stale_and_none_lost(record)


def assert_all_stale_and_none_lost(record: Record) -> None:
    for key in EAST:
        seen = record.of(key)
        assert all(one.held for one in seen)
        assert seen[-1].row == "stale"
    # As soon as that is known, not after a quarter of a minute of its own; and from then on.
    ages = [one.age for one in record.of(SILENT) if one.colour == STALE]
    assert ages[0] < 13
    assert {one.colour for one in record.of(SILENT) if one.age >= ages[0]} == {STALE}
    last = record.of(MOVING)[-1].lon
    assert last <= LON + EAST[MOVING] + 200 * 15 / 111_195 + 1e-4
