"""One aircraft of many: selected on the map or in the table, with its details; followed; and kept in a link."""

from __future__ import annotations

import re
import time

import pytest
from chromium import MARKS
from mapcanvas import colour_of, in_window, on_canvas, pixels, wait_for_colour
from opened import Opener, wait_until
from playwright.sync_api import Page, expect
from serving import Site, flight

pytestmark = MARKS


def details(page: Page, name: str):
    return page.get_by_role("region", name=f"Details of {name}", exact=True)


def fact(page: Page, name: str) -> str:
    return (
        page.locator(".facts > div", has=page.locator("dt", has_text=re.compile(f"^{name}$")))
        .locator("dd")
        .inner_text()
    )


def test_a_click_on_the_map_selects_what_is_drawn_there_and_one_beside_it_nothing(
    site: Site, opener: Opener, spot
) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    one, other = flight(lat, lon), flight(lat + 0.3, lon - 0.3)
    site.publish(one, other)
    for drawn in (one, other):
        wait_for_colour(page, drawn.lat, drawn.lon, colour_of(10_000.0))
        page.mouse.click(*in_window(page, drawn.lat, drawn.lon))
        details(page, drawn.callsign).wait_for()
        expect(page.locator(".rows [aria-selected=true] .address")).to_have_text(drawn.icao24, use_inner_text=True)
    expect(page.get_by_role("heading", name="Details of")).to_have_count(1)
    page.mouse.click(*in_window(page, lat - 0.3, lon - 0.3))
    details(page, other.callsign).wait_for(state="detached")
    expect(page.locator(".rows [aria-selected=true]")).to_have_count(0)


def test_the_selected_one_is_ringed_and_the_hovered_one_is_told_by_the_pointer(
    site: Site, opener: Opener, spot
) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    one = flight(lat, lon)
    site.publish(one)
    wait_for_colour(page, lat, lon, colour_of(10_000.0))
    x, y = (round(part) for part in on_canvas(page, lat, lon))
    plain = pixels(page)
    page.mouse.move(*in_window(page, lat, lon))
    wait_until(page, "(key) => flights.layer.hovered === key", one.key)
    assert page.locator(".map").evaluate("(map) => getComputedStyle(map).cursor") == "pointer"
    page.mouse.move(*in_window(page, lat - 0.3, lon))
    wait_until(page, "() => flights.layer.hovered === null")
    assert page.locator(".map").evaluate("(map) => getComputedStyle(map).cursor") != "pointer"
    page.locator(".rows .row", has_text=one.callsign).click()
    wait_until(page, "(key) => flights.layer.selected === key", one.key)
    wait_until(
        page, "() => new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() => tell(true))))"
    )
    changed = (pixels(page) != plain).any(axis=2)
    assert changed[y - 20 : y, x].any()
    assert changed[y : y + 20, x].any()
    assert not changed[y - 4 : y + 5, x].any()


def test_a_row_selects_its_flight_and_shows_it_where_it_is_out_of_sight(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    far = flight(lat + 4, lon + 4)
    site.publish(far)
    page.get_by_role("searchbox").fill(far.icao24)
    page.locator(".rows .row", has_text=far.callsign).click()
    details(page, far.callsign).wait_for()
    wait_until(page, "([lat, lon]) => flights.map.getBounds().contains([lat, lon])", [far.lat, far.lon])
    wait_for_colour(page, far.lat, far.lon, colour_of(10_000.0))


def test_details_tell_every_value_and_how_altitude_and_speed_went(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    now, first = time.time() - 10.0, flight(lat, lon)  # an event time ahead of its publishing would be mended
    for i in range(21):
        site.publish(
            flight(
                lat, lon + 0.01 * i, icao24=first.icao24, callsign="CLIMB1", squawk="7700", time=now - 200 + 10 * i,
                altitude=1_000.0 + 100 * i, geo_altitude=3_050.0, velocity=100.0 + 2 * i, track=90.0,
                vertical_rate=10.0, on_ground=False,
            )
        )  # fmt: skip
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}&flight={first.icao24}&units=metric")
    details(page, "CLIMB1").wait_for()
    page.get_by_role("img", name="Altitude over 3 min: between 1,000 and 3,000 m, now 3,000").wait_for()
    page.get_by_role("img", name="Ground speed over 3 min: between 360 and 504 km/h, now 504").wait_for()
    lines = page.locator(".chart .line").evaluate_all("(lines) => lines.map((line) => line.getAttribute('d'))")
    heights = [[float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", line)] for line in lines]
    assert [len(line) for line in heights] == [21, 21]
    assert all(line == sorted(line, reverse=True) for line in heights)
    assert fact(page, "Address") == first.icao24
    assert fact(page, "Squawk") == "7700: emergency"
    assert fact(page, "Barometric altitude") == "3,000 m"
    assert fact(page, "Geometric altitude") == "3,050 m"
    assert fact(page, "Ground speed") == "504 km/h"
    assert fact(page, "Vertical rate") == "+10.0 m/s"
    assert fact(page, "Track") == "090° E"
    assert fact(page, "On the ground") == "no"
    assert fact(page, "Position").startswith(f"{abs(lat):.4f}°")
    site.publish(
        flight(lat, lon + 0.21, icao24=first.icao24, callsign="CLIMB1", altitude=3_500.0, velocity=140.0, time=now + 10)
    )
    page.get_by_role("img", name="Altitude over 4 min: between 1,000 and 3,500 m, now 3,500").wait_for()
    assert fact(page, "Squawk") == "not known"


def test_the_map_follows_the_selected_aircraft_until_it_is_dragged(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=12/{lat}/{lon}")
    one = flight(lat, lon, velocity=250.0, track=90.0)
    site.publish(one)
    page.locator(".rows .row", has_text=one.callsign).click()
    follow = page.get_by_role("button", name="Follow")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    off = """(key) => {
        const place = flights.fleet.place(key, performance.now() / 1000);
        const point = flights.map.latLngToContainerPoint([place.lat, place.lon]);
        const middle = flights.map.getSize().divideBy(2);
        return Math.hypot(point.x - middle.x, point.y - middle.y);
    }"""
    before = page.evaluate("flights.map.getCenter().lng")
    wait_until(page, "(lon) => flights.map.getCenter().lng > lon + 0.006", before)
    assert page.evaluate(off, one.key) < 3
    box = page.locator(".map").bounding_box()
    x, y = box["x"] + 200, box["y"] + 500
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y, steps=5)
    page.mouse.up()
    expect(follow).to_have_attribute("aria-pressed", "false")
    wait_until(page, f"(key) => ({off})(key) > 120", one.key)


def test_a_link_opens_the_same_view_in_another_page(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    flights = [flight(lat + 0.05 * i, lon, callsign=f"LNK{i}", altitude=1_000.0 * i, velocity=50.0) for i in range(8)]
    site.publish(*flights)
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    page.get_by_role("radio", name="Metric").check()
    page.get_by_role("searchbox").fill("lnk")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="Altitude from, m").fill("3000")
    page.get_by_role("textbox", name="Airline").fill("ln")
    page.get_by_role("columnheader", name="Altitude").get_by_role("button").click()
    page.locator(".rows .row", has_text="LNK5").click()
    page.get_by_role("button", name="Follow").click()
    page.get_by_role("button", name="Zoom in").click()
    wait_until(page, "() => flights.map.getZoom() === 10 && location.hash.includes('map=10/')")
    page.wait_for_url(re.compile("follow=1"))
    again = opener.open(page.url)
    details(again, "LNK5").wait_for()
    for shown in (page, again):
        wait_until(shown, "() => document.querySelectorAll('.rows .row').length === 5")
    same = """() => [flights.map.getZoom(), flights.layer.selected,
        [...document.querySelectorAll(".rows .row .callsign, .rows .row .altitude")].map((cell) => cell.innerText),
        [...document.querySelectorAll("[aria-sort]")].map((head) => head.ariaSort),
        [...document.querySelectorAll("[type=search], .units input")].map((field) => field.value),
        [...document.querySelectorAll("[aria-pressed]")].map((button) => button.ariaPressed)]"""
    assert again.evaluate(same) == page.evaluate(same)
    assert again.evaluate(same)[2][0] == "LNK7"
    centres = [shown.evaluate("[flights.map.getCenter().lat, flights.map.getCenter().lng]") for shown in (page, again)]
    assert centres[1] == pytest.approx(centres[0], abs=0.003)
    again.get_by_role("button", name="Filters").click()
    expect(again.get_by_role("textbox", name="Altitude from, m")).to_have_value("3000")
    expect(again.get_by_role("textbox", name="Airline")).to_have_value("LN")
    expect(again.get_by_role("radio", name="Metric")).to_be_checked()


def test_a_link_that_says_nothing_that_can_be_shown_is_told_and_opens_all_the_same(site: Site, opener: Opener) -> None:
    page = opener.open(f"{site.base}/#map=99/x/2&sort=beauty&units=metric")
    said = page.get_by_role("alert").filter(has_text="Part of the link was not understood")
    said.wait_for()
    expect(said).to_contain_text("map=99/x/2")
    expect(said).to_contain_text("sort=beauty")
    expect(page.get_by_role("radio", name="Metric")).to_be_checked()
    page.get_by_role("button", name="Close notice").click()
    said.wait_for(state="detached")
