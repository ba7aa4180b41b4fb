"""The table of flights: its order, its thousands of rows, search, and filters that act on the map as well."""

from __future__ import annotations

import pytest
from chromium import MARKS
from mapcanvas import wait_for_symbol
from opened import Opener, wait_until
from playwright.sync_api import Page, expect
from serving import Site, flight

pytestmark = MARKS

FOOT, KNOT = 0.3048, 1852 / 3600


def shown(page: Page) -> list[str]:
    return page.locator(".rows .row .callsign").all_inner_texts()


def wait_for_rows(page: Page, *callsigns: str) -> None:
    texts = "[...document.querySelectorAll('.rows .row .callsign')].map((cell) => cell.innerText)"
    wait_until(page, f"(wanted) => JSON.stringify({texts}) === JSON.stringify(wanted)", callsigns)


@pytest.fixture
def four(site: Site, opener: Opener, spot) -> tuple[Page, dict[str, tuple[float, float]]]:
    """A page with four flights, one above the other, and where they stay to a few pixels until they are stale."""
    lat, lon = spot
    flights = [
        flight(lat, lon, callsign="AFR10", altitude=3_000 * FOOT, velocity=160 * KNOT, vertical_rate=-5.0, track=0.0),
        flight(lat - 0.5, lon, callsign="AFR9", altitude=35_000 * FOOT, velocity=450 * KNOT, track=90.0),
        flight(lat - 1, lon, callsign="DLH4AB", altitude=0.0, velocity=15 * KNOT, on_ground=True, track=180.0),
        flight(lat - 1.5, lon, callsign="XQZ", altitude=None, velocity=None, vertical_rate=7.5, track=270.0),
    ]
    page = opener.open(f"{site.base}/#map=7/{lat - 1}/{lon}")
    site.publish(*flights)
    wait_for_rows(page, "AFR10", "AFR9", "DLH4AB", "XQZ")
    return page, {one.callsign: (one.lat, one.lon) for one in flights}


def test_a_heading_sorts_and_sorts_the_other_way_when_it_is_pressed_again(four) -> None:
    page, _ = four
    orders = {
        "Altitude": ["AFR9", "AFR10", "DLH4AB", "XQZ"],
        "Speed": ["AFR9", "AFR10", "DLH4AB", "XQZ"],
        "Vertical": ["XQZ", "AFR10", "AFR9", "DLH4AB"],
        "Track": ["AFR10", "AFR9", "DLH4AB", "XQZ"],
        "Address": ["AFR10", "AFR9", "DLH4AB", "XQZ"],
    }
    known = {"Altitude": 3, "Speed": 3, "Vertical": 2, "Track": 4, "Address": 4}
    for heading, order in orders.items():
        header = page.get_by_role("columnheader", name=heading)
        header.get_by_role("button").click()
        wait_for_rows(page, *order)
        first = header.get_attribute("aria-sort")
        header.get_by_role("button").click()
        known_ones = order[: known[heading]]
        wait_for_rows(page, *reversed(known_ones), *order[len(known_ones) :])
        assert {first, header.get_attribute("aria-sort")} == {"ascending", "descending"}
        expect(page.locator("[aria-sort=ascending], [aria-sort=descending]")).to_have_count(1)


def test_of_thousands_of_flights_those_in_sight_are_elements(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    site.publish(
        *(
            flight(lat + 0.01 * (i % 60 - 30), lon + 0.01 * (i // 60 - 25), callsign=f"MANY{i:04}", altitude=i * 3.0)
            for i in range(3_000)
        )
    )
    page.locator("footer dd", has_text="3,000 of 3,000").wait_for()
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "3001")
    assert 10 < page.locator(".rows .row").count() < 60
    assert shown(page)[:2] == ["MANY0000", "MANY0001"]
    grid.evaluate("(grid) => grid.scrollTo(0, 1500 * 30)")
    page.locator(".rows .row", has_text="MANY1505").wait_for()
    row = page.locator(".rows .row", has_text="MANY1505")
    expect(row).to_have_attribute("aria-rowindex", "1507")
    expect(row).to_be_visible()
    assert 10 < page.locator(".rows .row").count() < 60
    page.get_by_role("columnheader", name="Altitude").get_by_role("button").click()
    grid.evaluate("(grid) => grid.scrollTo(0, 0)")
    page.locator(".rows .row", has_text="MANY2999").wait_for()


def test_a_search_finds_by_callsign_and_by_address_on_table_and_map(four) -> None:
    page, places = four
    search = page.get_by_role("searchbox")
    search.fill("afr")
    wait_for_rows(page, "AFR10", "AFR9")
    assert_on_map(page, places, "AFR10", "AFR9")
    address = page.locator(".rows .row .address").nth(1).inner_text()
    search.fill(address.upper())
    wait_for_rows(page, "AFR9")
    assert_on_map(page, places, "AFR9")
    search.fill("nobody")
    page.get_by_text("No flights match here").wait_for()
    page.get_by_text("No matching flights outside the map either").wait_for()
    assert_on_map(page, places)
    search.fill("")
    wait_for_rows(page, *places)
    assert_on_map(page, places, *places)


def assert_on_map(page: Page, places: dict[str, tuple[float, float]], *callsigns: str) -> None:
    """These are drawn, and nothing where the others are."""
    for name, (lat, lon) in places.items():
        wait_for_symbol(page, lat, lon, drawn=name in callsigns)
    page.locator("footer dd", has_text=f"{len(callsigns)} of 4").wait_for()


FILTERS = [
    ("Altitude from, ft", "10,000", ["AFR9"]),
    ("Altitude to, ft", "10000", ["AFR10", "DLH4AB"]),
    ("Speed from, kt", "100", ["AFR10", "AFR9"]),
    ("Speed to, kt", "200", ["AFR10", "DLH4AB"]),
    ("Airline", "dlh", ["DLH4AB"]),
    ("Where", "On the ground", ["DLH4AB"]),
    ("Where", "In the air", ["AFR10", "AFR9", "XQZ"]),
]


def test_filters_act_on_map_and_table_alike(four) -> None:
    page, places = four
    page.get_by_role("button", name="Filters").click()
    for label, value, left in FILTERS:
        if label == "Where":
            page.get_by_role("combobox", name=label).select_option(label=value)
        else:
            page.get_by_role("textbox", name=label).fill(value)
        wait_for_rows(page, *left)
        assert_on_map(page, places, *left)
        assert page.locator(".badge").inner_text().split() == ["1", "active"]
        page.get_by_role("button", name="Clear filters").click()
        wait_for_rows(page, *places)
        assert_on_map(page, places, *places)


def test_a_name_is_refused_as_an_airline_and_a_designator_that_nobody_has_is_told(four) -> None:
    page, places = four
    page.get_by_role("button", name="Filters").click()
    airline = page.get_by_role("textbox", name="Airline")
    airline.press_sequentially("Air France")
    page.get_by_role("alert").filter(has_text="“Air France” is not an ICAO airline designator").wait_for()
    expect(airline).to_have_attribute("aria-invalid", "true")
    wait_for_rows(page, *places)
    expect(page.locator(".badge")).to_have_count(0)
    airline.fill("lh")
    page.get_by_role("status").filter(has_text="No callsign here begins with LH.").wait_for()
    wait_for_rows(page)
    airline.fill("afr")
    wait_for_rows(page, "AFR10", "AFR9")
    expect(page.get_by_text("No callsign here begins with")).to_have_count(0)


def test_a_callsign_that_is_cut_in_the_list_shows_that_it_is(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=7/{lat}/{lon}")
    long = "ABCDEFGHIJKLMNOP"
    site.publish(flight(lat, lon, callsign=long), flight(lat - 0.5, lon, callsign="SHORT1"))
    wait_for_rows(page, long, "SHORT1")
    cut = """() => [...document.querySelectorAll(".rows .callsign")].map((cell) =>
        [cell.scrollWidth > cell.clientWidth, getComputedStyle(cell).textOverflow, cell.title])"""
    assert page.evaluate(cut) == [[True, "ellipsis", long], [False, "ellipsis", ""]]


def test_a_band_that_holds_nothing_is_said_and_filters_nothing(four) -> None:
    page, places = four
    page.get_by_role("button", name="Filters").click()
    for low, high, said in (("20000", "10000", "20,000 ft is above"), ("much", "", "“much” is not a number of ft")):
        page.get_by_label("Altitude to, ft").fill("")
        page.get_by_label("Altitude from, ft").fill("")
        page.get_by_label("Altitude to, ft").fill(high)
        page.get_by_label("Altitude from, ft").fill(low)
        page.get_by_role("alert").filter(has_text=said).wait_for()
        expect(page.get_by_label("Altitude from, ft")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Altitude from, ft").fill("")
    expect(page.get_by_role("alert").filter(has_text="ft")).to_have_count(0)
    wait_for_rows(page, *places)


def test_units_are_those_of_aviation_or_metric(four) -> None:
    page, _ = four
    cells = page.locator(".rows .row", has_text="AFR9").get_by_role("gridcell")
    assert cells.all_inner_texts()[2:4] == ["35,000", "450"]
    page.get_by_role("radio", name="Metric").check()
    wait_until(page, "() => document.querySelector('.rows').innerText.includes('10,668')")
    assert cells.all_inner_texts()[2:4] == ["10,668", "833"]
    assert page.get_by_role("columnheader", name="Altitude").inner_text().split() == ["Altitude", "m"]
    assert page.get_by_role("columnheader", name="Speed").inner_text().split() == ["Speed", "km/h"]
    expect(page.get_by_role("group", name="Legend")).to_contain_text("Altitude, m")
