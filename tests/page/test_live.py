"""Aircraft on the live page: they appear, move between their reports, and are told to every page alike."""

from __future__ import annotations

import json
import math
from urllib.parse import quote

import pytest
from chromium import MARKS
from mapcanvas import MIDDLE, colour_of, in_window, metres_per_pixel, pixels, wait_for_colour, wait_for_drawn
from opened import TILES, Opener, wait_until
from playwright.sync_api import Page, expect
from serving import Site, flight

pytestmark = MARKS

PLACES = """(key) => new Promise((tell) => {
    const places = [], { fleet } = flights, until = performance.now() + 1200;
    const look = () => {
        const place = fleet.place(key, performance.now() / 1000);
        if (place) places.push([place.lat, place.lon]);
        performance.now() < until ? requestAnimationFrame(look) : tell(places);
    };
    look();
})"""

GROUND = """([x, y]) => [...document.querySelectorAll(".leaflet-backdrop-pane canvas")]
    .map((tile) => [tile, tile.getBoundingClientRect()])
    .filter(([, box]) => x >= box.left && x < box.right && y >= box.top && y < box.bottom)
    .some(([tile, box]) => tile.getContext("2d").getImageData(x - box.left, y - box.top, 1, 1).data[3] > 0)"""
"""Whether the backdrop shows land at a point of the window."""


def row(page: Page, text: str):
    return page.locator(".rows .row", has_text=text)


def test_aircraft_appear_on_the_map_in_the_table_and_in_the_status_line(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=8/{lat}/{lon}")
    heights = [300.0, 4_000.0, 9_500.0]
    published = [flight(lat, lon + 0.5 * i, altitude=height, track=90.0) for i, height in enumerate(heights)]
    assert pixels(page)[..., 3].max() == 0
    site.publish(*published)
    for one in published:
        row(page, one.callsign).wait_for()
        expect(row(page, one.callsign)).to_contain_text(one.icao24)
        wait_for_colour(page, one.lat, one.lon, colour_of(one.altitude))
    page.locator("footer dd", has_text="3 of 3").wait_for()
    expect(page.get_by_role("contentinfo")).to_contain_text("Connected")


def test_an_aircraft_moves_between_its_reports_along_its_track_at_its_speed(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=13/{lat}/{lon}")
    site.publish(flight(lat, lon, velocity=250.0, track=60.0))
    wait_until(page, f"async () => (await ({MIDDLE})()).count > 0")
    before, heard = page.evaluate(MIDDLE), page.evaluate("flights.fleet.version")
    wait_until(page, f"async (x) => (await ({MIDDLE})()).x > x + 20", arg=before["x"])
    after = page.evaluate(MIDDLE)
    assert page.evaluate("flights.fleet.version") == heard
    pace = 250.0 / metres_per_pixel(lat, 13)  # px a second
    least, most = pace * (after["since"] - before["until"]) - 1.5, pace * (after["until"] - before["since"]) + 1.5
    east, north = after["x"] - before["x"], before["y"] - after["y"]
    assert least < math.hypot(east, north) < most
    assert math.degrees(math.atan2(east, north)) == pytest.approx(60.0, abs=4.0)


def test_a_correction_glides_and_an_implausible_jump_does_not(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    one = flight(lat, lon)
    site.publish(one)
    row(page, one.callsign).wait_for()

    def between(east: float, seconds: float) -> list[float]:
        """Longitudes in which it is drawn on its way to a place further east."""
        nonlocal lon, one
        here, there = lon, lon + east
        recording = page.evaluate_handle(f"(key) => ({{ places: ({PLACES})(key) }})", one.key)
        one = flight(lat, there, icao24=one.icao24, callsign=one.callsign, time=one.time + seconds)
        site.publish(one)
        places = recording.evaluate("(recording) => recording.places")
        lon = there
        assert places[0][1] == pytest.approx(here, abs=1e-6)
        assert places[-1][1] == pytest.approx(there, abs=1e-6)
        return [x for _, x in places if here + 0.01 * east < x < there - 0.01 * east]

    assert len(between(0.002, 1.0)) > 5  # 222 m in a second
    assert between(0.5, 1.0) == []  # 55 km


def test_a_trail_is_drawn_where_it_flew_and_not_where_it_jumped(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    start = flight(lat, lon)
    path = [(0.0, 0), (0.1, 60), (0.2, 120), (0.6, 121), (1.0, 241)]  # degrees east, s
    reports = [
        flight(lat, lon + east, icao24=start.icao24, callsign=start.callsign, time=start.time - 250 + seconds)
        for east, seconds in path
    ]
    site.publish(*reports[:4])
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon + 0.5}&flight={start.icao24}")
    legs = [(lat, lon + east) for east in (0.05, 0.15, 0.4, 0.9)]  # the third is the jump
    wait_for_drawn(page, legs, [True, True, False, False])
    site.publish(reports[4])
    wait_for_drawn(page, legs, [True, True, False, True])
    page.reload()
    wait_for_drawn(page, legs, [True, True, False, True])


def test_two_pages_show_the_same_fleet(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    one, two = (opener.open(f"{site.base}/#map=8/{lat}/{lon}") for _ in range(2))
    fleet = [flight(lat + 0.1 * i, lon, velocity=100.0, track=10.0 * i) for i in range(12)]
    site.publish(*fleet)
    for page in (one, two):
        row(page, fleet[-1].callsign).wait_for()
    assert site.clients() == 2
    moved = [flight(f.lat, f.lon + 0.1, icao24=f.icao24, callsign=f.callsign, altitude=5_000.0) for f in fleet]
    site.publish(*moved)
    for page in (one, two):
        wait_for_colour(page, moved[0].lat, moved[0].lon, colour_of(5_000.0))
        wait_until(page, "() => [...flights.fleet.all()].every(({ altitude }) => altitude === 5000)")
    states = "[...flights.fleet.all()].map(({ heardAt, ...state }) => state).sort((a, b) => a.key < b.key ? -1 : 1)"
    assert one.evaluate(states) == two.evaluate(states)
    assert one.locator(".rows .row .callsign").all_inner_texts() == [f.callsign for f in fleet]
    assert two.locator(".rows .row .callsign").all_inner_texts() == [f.callsign for f in fleet]


def test_a_page_is_sent_the_box_that_it_shows_and_a_new_one_when_it_looks_elsewhere(
    site: Site, opener: Opener, spot
) -> None:
    lat, lon = spot
    here, there = flight(lat, lon), flight(lat + 30, lon)
    sent: set[str] = set()

    def listen(text: str | bytes) -> None:
        sent.update(json.loads(text).get("columns", {}).get("key", []))

    page = opener.blank()
    page.on("websocket", lambda socket: socket.on("framereceived", listen))
    site.publish(here, there)
    page.goto(f"{site.base}/#map=9/{lat}/{lon}")
    row(page, here.callsign).wait_for()
    other = opener.open(f"{site.base}/#map=9/{lat + 30}/{lon}")
    row(other, there.callsign).wait_for()
    again = flight(there.lat, there.lon, icao24=there.icao24, callsign="AGAIN")
    site.publish(again, flight(here.lat, here.lon, icao24=here.icao24, callsign="HERE"))
    row(other, "AGAIN").wait_for()
    row(page, "HERE").wait_for()
    assert sent == {here.key}
    page.evaluate(f"location.hash = 'map=9/{lat + 30}/{lon}'")
    row(page, "AGAIN").wait_for()
    assert sent == {here.key, there.key}
    assert page.evaluate("flights.fleet.size") == 1


def test_whatever_stands_in_a_callsign_is_text(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    callsigns = sorted(["<B>BOLD</B>", "<IMG SRC=X:Y>", '"><SVG ONLOAD=A>', "{{7*7}}", "~../A?#&=%20<I>"])
    names = page.locator(".rows .callsign")
    made = "b, img[src^=x], img[src^=X], svg[onload]"
    before = page.locator(made).count()
    site.publish(*(flight(lat - 0.1 * i, lon, icao24=None, callsign=name) for i, name in enumerate(callsigns)))
    names.nth(len(callsigns) - 1).wait_for()
    assert names.all_inner_texts() == callsigns
    for i, name in enumerate(callsigns):
        names.nth(i).click()
        page.get_by_role("heading", level=2, name=f"Details of {name}", exact=True).wait_for()
        page.get_by_role("img", name="Altitude over").wait_for()
        page.mouse.move(*in_window(page, lat - 0.1 * i, lon))
        wait_until(page, "(key) => flights.layer.hovered === key", arg=f"cs:{name}")
        page.get_by_role("searchbox").fill(name)
        wait_until(page, "() => document.querySelectorAll('.rows .row').length === 1")
        expect(page.locator(made)).to_have_count(before)
        if i + 1 < len(callsigns):
            page.get_by_role("searchbox").fill("")
    page.wait_for_url(lambda url: f"search={quote(callsigns[-1], safe='/*:')}" in url)
    again = opener.open(page.url)
    again.get_by_role("heading", level=2, name=f"Details of {callsigns[-1]}", exact=True).wait_for()
    expect(again.get_by_role("searchbox")).to_have_value(callsigns[-1])
    expect(again.locator(made)).to_have_count(before)


def test_without_a_network_the_page_asks_the_tile_host_alone_and_shows_land_sea_and_aircraft(
    site: Site, opener: Opener
) -> None:
    land, sea = (-26.0, 24.0), (-26.0, 8.0)  # the Kalahari, and the Atlantic west of it; no spot is near
    page = opener.open(f"{site.base}/#map=6/-26/16")
    one = flight(*sea)
    site.publish(one)
    wait_for_colour(page, one.lat, one.lon, colour_of(one.altitude))
    wait_until(page, GROUND, in_window(page, *land))
    assert not page.evaluate(GROUND, in_window(page, *sea))
    assert opener.asked == {"127.0.0.1", TILES}


def test_an_outline_that_did_not_come_is_asked_for_again_when_the_map_moves(site: Site, opener: Opener) -> None:
    opener.expect("countries-|backdrop stays empty|ERR_FAILED")
    page = opener.blank()
    page.route("**/countries-*", lambda route: route.abort())
    with (
        page.expect_event("requestfailed", lambda request: "110m" in request.url),
        page.expect_event("requestfailed", lambda request: "50m" in request.url),
    ):
        page.goto(f"{site.base}/#map=6/-26/16")
    page.unroute("**/countries-*")
    page.evaluate("flights.map.panBy([40, 0], { animate: false })")
    wait_until(page, GROUND, in_window(page, -26.0, 24.0))
