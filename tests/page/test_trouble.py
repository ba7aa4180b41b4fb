"""What is wrong with what is received is told: one address on two aircraft, places off the map, refused reports."""

from __future__ import annotations

import time

import pytest
from chromium import MARKS
from mapcanvas import PIXEL, colour_of, on_canvas, pixels
from opened import Opener, wait_until
from patience import PATIENCE
from playwright.sync_api import expect
from serving import Site, flight

pytestmark = MARKS

EDGE = 85.0511287798066
"""Latitude at which the map ends, deg."""


def test_one_address_on_two_aircraft_is_flagged_and_the_map_shows_one_of_them_standing(
    site: Site, opener: Opener, spot
) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=7/{lat}/{lon}")
    one, now = flight(lat, lon), time.time()
    site.publish(one)
    page.locator(".rows .row", has_text=one.callsign).click()
    details = page.get_by_role("region", name="Details of")
    flag = details.get_by_text("Two aircraft seem to report under this address")
    expect(flag).to_have_count(0)
    heard = "(time) => flights.fleet.get(flights.layer.selected)?.time >= time - 0.001"
    for turn in range(1, 5):  # 444 km apart, one after the other
        report = flight(
            lat, lon + 4 * (turn % 2), icao24=one.icao24, callsign=one.callsign, velocity=250.0, track=90.0,
            time=now + turn,
        )  # fmt: skip
        site.publish(report)
        wait_until(page, heard, report.time)
    flag.wait_for()
    page.locator(".rows .row .shared", has_text="two aircraft?").wait_for(state="attached")
    wait_until(page, "() => flights.layer.written.some(({ caption }) => caption.text.endsWith('(two aircraft?)'))")
    assert page.evaluate("flights.fleet.size") == 1
    drawn = "flights.fleet.place(flights.layer.selected, performance.now() / 1000)"
    before = page.evaluate(drawn)
    site.publish(flight(lat, lon + 4, icao24=one.icao24, callsign=one.callsign, velocity=250.0, time=now + 5))
    wait_until(page, heard, now + 5)
    assert page.evaluate(drawn) == pytest.approx(before)
    between = [on_canvas(page, lat, lon + east) for east in (1.0, 2.0, 3.0)]
    picture = pixels(page)
    assert all(picture[round(y) - 3 : round(y) + 4, round(x), 3].max() == 0 for x, y in between), "a track leads over"


@pytest.mark.parametrize("side", [1, -1], ids=["north", "south"])
def test_an_aircraft_beyond_the_map_is_drawn_on_its_edge_and_listed(site: Site, opener: Opener, side: int) -> None:
    lon = 60.0 + 30 * side  # nothing else is so far from the equator
    beyond, near = flight(side * 88.5, lon, velocity=250.0, track=90.0), flight(side * 84.0, lon)
    site.publish(beyond, near)
    page = opener.open(f"{site.base}/#map=4/{side * 82}/{lon}")
    row = page.locator(".rows .row", has_text=beyond.callsign)
    row.wait_for()
    page.locator("footer dd", has_text="2 of 2").wait_for()
    x, y = on_canvas(page, side * EDGE, lon)
    height = page.evaluate("flights.map.getSize().y")
    assert -1 <= (y if side == 1 else height - y) <= height / 2
    symbol = f"() => (({PIXEL})([{round(x)}, {round(y + 5 * side)}])) === '{colour_of(10_000.0)}'"
    wait_until(page, symbol)
    row.click()
    page.get_by_role("region", name=f"Details of {beyond.callsign}").wait_for()
    expect(page.locator(".facts")).to_contain_text("88.5000°")
    page.get_by_role("button", name="Follow").click()
    wait_until(page, "() => new URLSearchParams(location.hash.slice(1)).get('follow') === '1'")
    again = opener.open(page.url)
    again.get_by_role("region", name=f"Details of {beyond.callsign}").wait_for()
    expect(again.locator(".notice")).to_have_count(0)


def test_a_topic_whose_reports_are_all_refused_is_told_with_the_reason(own_site: Site, opener: Opener) -> None:
    page = opener.open(own_site.base)
    own_site.send(*(b'{"icao24":"3c6514","lat":95,"lon":2}' for _ in range(3)))
    status = page.get_by_role("contentinfo")
    status.get_by_role("status").filter(has_text="Connected, but there is nothing to show").wait_for()
    expect(status).to_contain_text("all reports so far were refused (3)")
    expect(status).to_contain_text("lat = 95")
    one = flight(0.0, 0.0)
    own_site.publish(one)
    page.locator(".rows .row", has_text=one.callsign).wait_for()
    status.get_by_role("status").get_by_text("Connected", exact=True).wait_for()


def test_a_server_that_says_nothing_about_it_is_connected(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.blank()
    page.route("**/api/stats", lambda route: route.fulfill(status=200, content_type="application/json", body="{}"))
    with page.expect_response("**/api/stats"):
        page.goto(f"{site.base}/#map=9/{lat}/{lon}")
    page.get_by_role("contentinfo").get_by_role("status").get_by_text("Connected", exact=True).wait_for()


def test_the_map_names_where_the_reports_come_from_and_whom_to_thank(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=7/{lat}/{lon}")
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("Natural Earth")
    headers = [("source", b"lab"), ("attribution", b"The <b>Lab</b>, https://lab.example/terms")]
    site.publish(flight(lat, lon), headers=headers)
    page.reload()
    expect(credit).to_contain_text("lab (The <b>Lab</b>, lab.example/terms)", timeout=PATIENCE * 1000)
    expect(credit.get_by_role("link", name="lab.example/terms")).to_have_attribute("href", "https://lab.example/terms")
