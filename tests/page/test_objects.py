"""What is no aircraft, what an aircraft is, and emergencies: on the map, in the table, in the details, by filters."""

from __future__ import annotations

import json
import urllib.request

import pytest
from brokers import until
from chromium import MARKS
from mapcanvas import in_window, on_canvas, pixels, wait_for_drawn
from opened import Opener, wait_until
from playwright.sync_api import Page, expect
from serving import Site, flight

from producer.wire import StateVector

pytestmark = MARKS

NO_AIRCRAFT = (0x56, 0xB4, 0xE9, 0xFF)
SIZES = [(1280, 720), (820, 1180), (844, 390), (390, 844)]


def thing(name: str, kind: str, lat: float, lon: float, **fields: object) -> StateVector:
    return flight(lat, lon, icao24=None, callsign=None, altitude=None, id=name, kind=kind, **fields)


def some(lat: float, lon: float) -> list[StateVector]:
    """Three aircraft and three other objects, one above the other; nothing of it moves."""
    return [
        flight(lat + 0.4, lon, callsign="AFR10", typecode="A388", registration="F-HPJA", category="A5",
               position_source="adsb", track=90.0),
        flight(lat + 0.2, lon, callsign="DLH4AB", typecode="A20N", position_source="mlat", category="A3", track=0.0),
        flight(lat, lon, callsign="MAYDAY1", squawk="7700", track=180.0),
        thing(f"TRUCK {lat} {lon}", "vehicle", lat - 0.2, lon, track=45.0),
        thing(f"SHIP {lat} {lon}", "vessel", lat - 0.4, lon, velocity=0.0),
        thing(f"BOX {lat} {lon}", "container", lat - 0.6, lon),
    ]  # fmt: skip


def counters(site: Site) -> dict:
    with urllib.request.urlopen(f"{site.base}/api/stats", timeout=30) as answer:
        return json.load(answer)


def wait_for_names(page: Page, *wanted: str) -> None:
    found = "[...document.querySelectorAll('.rows .row .callsign')].map((one) => one.innerText.split('\\n')[0]).sort()"
    wait_until(page, f"(wanted) => JSON.stringify({found}) === JSON.stringify(wanted)", sorted(wanted))


def facts(page: Page) -> dict[str, str]:
    rows = page.locator(".facts > div").all_inner_texts()
    return dict(row.split("\n", 1) for row in rows)


@pytest.fixture
def shown(site: Site, opener: Opener, spot) -> tuple[Page, list[StateVector]]:
    lat, lon = spot
    objects = some(lat, lon)
    site.publish(*objects)
    page = opener.open(f"{site.base}/#map=9/{lat - 0.1}/{lon}", size=(1280, 900))
    wait_until(page, "() => flights.layer.inView === 6 && document.querySelectorAll('.rows .row').length === 6")
    return page, objects


def test_what_is_no_aircraft_has_a_symbol_and_a_colour_of_its_own_and_needs_no_track(shown) -> None:
    page, objects = shown
    wait_for_drawn(page, [(one.lat, one.lon) for one in objects], [True] * 6)
    drawn, pictures = pixels(page), []
    for one in objects[3:]:
        x, y = (round(part) for part in on_canvas(page, one.lat, one.lon))
        picture = drawn[y - 10 : y + 11, x - 10 : x + 11]
        assert (picture == NO_AIRCRAFT).all(axis=2).sum() > 20
        pictures.append(picture[..., 3] > 200)
    for i, one in enumerate(pictures):
        assert 60 < one.sum() < 441
        assert all((one != other).sum() > 40 for other in pictures[i + 1 :])
    legend = page.get_by_role("group", name="Legend").get_by_role("list").last
    assert legend.inner_text().split() == ["aircraft", "heavy", "vehicle", "vessel", "container"]


def test_texts_speak_of_objects_where_not_all_are_aircraft(shown, opener: Opener) -> None:
    opener.expect("status of 404")  # of the id that nothing has
    page, _ = shown
    page.get_by_role("button", name="List of objects").wait_for()
    page.get_by_role("grid", name="Objects").wait_for()
    page.get_by_role("columnheader", name="Name").wait_for()
    page.locator("footer dl", has_text="of them aircraft").wait_for()
    assert page.locator("footer dl > div").first.inner_text().split("\n") == [
        "objects, 3 of them aircraft",
        "6 of 6",
    ]
    page.get_by_role("searchbox", name="Search by callsign, address or id").fill("nothing is called so")
    page.get_by_text("No objects match here").wait_for()


def test_details_of_a_truck_have_only_what_makes_sense_of_it(shown) -> None:
    page, objects = shown
    truck, heavy = objects[3], objects[0]
    page.locator(".rows .row", has_text=truck.id).click()
    page.get_by_role("region", name=f"Details of {truck.id}", exact=True).wait_for()
    page.get_by_role("figure").filter(has_text="Ground speed").wait_for()
    assert facts(page).keys() == {"Kind", "Id", "Track", "Position", "Reported", "Last heard"}
    assert facts(page)["Kind"] == "vehicle"
    expect(page.get_by_role("figure")).to_have_count(1)
    wait_until(
        page, "(text) => flights.layer.written.some(({ caption }) => caption.text === text)", f"{truck.id} vehicle"
    )
    page.locator(".rows .row", has_text=heavy.callsign).click()
    page.get_by_role("img", name="Altitude over").wait_for()
    known = {"Registration": "F-HPJA", "Type": "A388", "Category": "A5 heavy", "Position by": "ADS-B"}
    assert facts(page).items() >= known.items()


def test_an_emergency_is_told_in_words_on_map_list_and_details(shown) -> None:
    page, objects = shown
    one = objects[2]
    row = page.locator(".rows .row", has_text=one.callsign)
    expect(row.locator(".callsign")).to_contain_text("7700 emergency")
    expect(page.locator(".rows .alarm")).to_have_count(1)
    wait_until(
        page, "(text) => flights.layer.written.some(({ caption }) => caption.text === text)", "MAYDAY1 7700 emergency"
    )
    x, y = on_canvas(page, one.lat, one.lon)
    around = pixels(page)[round(y) - 24 : round(y) - 14, round(x) - 4 : round(x) + 5]
    assert ((around[..., 0] > 150) & (around[..., 1] < 60) & (around[..., 3] == 255)).any(), "no arc above it"
    row.click()
    page.get_by_role("region", name="Details of MAYDAY1").get_by_text("Squawks 7700: emergency").wait_for()
    site_row = page.locator(".rows .row", has_text="AFR10").locator(".alarm")
    expect(site_row).to_have_count(0)


def test_types_and_registrations_have_columns_where_somebody_has_one(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    plain = flight(lat, lon)
    site.publish(plain)
    page.locator(".rows .row", has_text=plain.callsign).wait_for()
    expect(page.get_by_role("columnheader")).to_have_count(7)
    typed = flight(lat + 0.1, lon, typecode="A320", registration="D-AIPX")
    site.publish(typed)
    page.get_by_role("columnheader", name="Registration").wait_for()
    row = page.locator(".rows .row", has_text=typed.callsign)
    assert row.get_by_role("gridcell").all_inner_texts()[2:4] == ["A320", "D-AIPX"]
    page.get_by_role("columnheader", name="Type").get_by_role("button").click()
    page.locator("[aria-sort=ascending]", has_text="Type").wait_for()
    wait_until(page, "(key) => document.querySelector('.rows .row').id === `row-${key}`", typed.icao24)
    clipped = "() => [...document.querySelectorAll('.head .cell, .rows .cell')].filter((one) => one.checkVisibility()\
        && one.scrollWidth > one.clientWidth).map((one) => one.innerText)"
    assert page.evaluate(clipped) == []


def test_filters_by_kind_type_and_source_act_on_map_and_table_and_stand_in_the_link(shown, opener: Opener) -> None:
    page, objects = shown
    places = [(one.lat, one.lon) for one in objects]
    everything = [one.callsign or one.id for one in objects]
    page.get_by_role("button", name="Filters").click()
    kind, source = page.get_by_role("combobox", name="Kind"), page.get_by_role("combobox", name="Position by")
    assert kind.locator("option").all_inner_texts() == ["All kinds", "Aircraft", "Vehicle", "Vessel", "Container"]
    assert source.locator("option").all_inner_texts() == ["All sources", "ADS-B", "Multilateration"]
    for choose, left, link in (
        (lambda: kind.select_option(label="Vessel"), [4], "kind=vessel"),
        (lambda: source.select_option(label="Multilateration"), [1], "source=mlat"),
        (lambda: page.get_by_role("textbox", name="Type").fill("a3"), [0], "type=A3"),
    ):
        choose()
        wait_for_names(page, *(everything[i] for i in left))
        wait_for_drawn(page, places, [i in left for i in range(len(places))])
        page.wait_for_url(lambda url, link=link: link in url)
        again = opener.open(page.url)
        wait_for_names(again, *(everything[i] for i in left))
        page.get_by_role("button", name="Clear filters").click()
        wait_for_names(page, *everything)


def test_filters_that_make_no_difference_are_not_there(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    one = flight(lat, lon)
    site.publish(one)
    page.locator(".rows .row", has_text=one.callsign).wait_for()
    page.get_by_role("button", name="Filters").click()
    form = page.get_by_role("form", name="Filters")
    assert form.get_by_role("combobox").count() == 1
    expect(form.get_by_role("textbox", name="Type")).to_have_count(0)
    page.evaluate("location.hash += '&kind=vessel'")
    form.get_by_role("combobox", name="Kind").wait_for()
    expect(form.get_by_role("combobox", name="Kind")).to_have_value("vessel")


def test_a_type_that_is_none_is_refused_with_a_sentence_and_filters_nothing(shown) -> None:
    page, objects = shown
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="Type").press_sequentially("Airbus")
    page.get_by_role("alert").filter(has_text="“Airbus” is not an ICAO type designator").wait_for()
    wait_for_names(page, *(one.callsign or one.id for one in objects))
    page.get_by_role("textbox", name="Type").fill("B7")
    page.get_by_role("status").filter(has_text="No type here begins with B7.").wait_for()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_all_filters_can_be_reached_in_every_window(site: Site, opener: Opener, spot, size: tuple[int, int]) -> None:
    lat, lon = spot
    site.publish(*some(lat, lon))
    page = opener.open(f"{site.base}/#map=9/{lat - 0.1}/{lon}", size=size)
    wait_until(page, "() => flights.fleet.size === 6")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("combobox", name="Position by").wait_for()
    page.get_by_role("textbox", name="Altitude from").focus()
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('.field')?.innerText.split('\\n')[0] ?? ''"))
        left, right = page.evaluate(
            "(({ left, right }) => [left, right])(document.activeElement.getBoundingClientRect())"
        )
        assert left >= 0
        assert right <= size[0]
    assert [name for name in ("Airline", "Where", "Kind", "Type", "Position by") if name not in reached] == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= size[0]


def test_a_search_by_id_finds_what_lies_outside_the_map(site: Site, opener: Opener, spot) -> None:
    opener.expect("status of 404")  # while the id is not typed to its end
    lat, lon = spot
    here, there = thing(f"CAB {lat} {lon}", "vehicle", lat, lon), thing(f"VAN {lat} {lon}", "vehicle", lat - 35, lon)
    site.publish(here, there)
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    page.locator(".rows .row", has_text=here.id).wait_for()
    page.get_by_role("searchbox").fill(there.id)
    page.get_by_role("group", name="Matching objects outside the map").get_by_role("button", name=there.id).click()
    page.get_by_role("region", name=f"Details of {there.id}", exact=True).wait_for()
    wait_until(page, "([lat, lon]) => flights.map.getBounds().contains([lat, lon])", [there.lat, there.lon])


def test_fields_that_nobody_reads_are_told_in_the_status_line(own_site: Site, opener: Opener) -> None:
    own_site.send(*(b'{"id":"T%d","kind":"vehicle","lat":1,"lon":2,"trip":7,"eta":"x"}' % i for i in range(200)))
    until(lambda: len(counters(own_site)["unused"]) == 2, 30, "both fields in a sample")
    page = opener.open(own_site.base)
    status = page.get_by_role("contentinfo")
    expect(status).to_contain_text("Fields that nobody reads: ")
    detail = status.locator(".detail").inner_text()
    assert set(detail.removeprefix("Fields that nobody reads: ").split(", ")) == {"trip", "eta"}


def test_a_topic_of_another_dialect_is_told_with_the_mapping_that_reads_it(own_site: Site, opener: Opener) -> None:
    page = opener.open(own_site.base)
    own_site.send(*(b'{"hex":"3c6514","lat":1,"lon":2,"alt_baro":35000,"gs":400}' for _ in range(3)))
    status = page.get_by_role("contentinfo")
    status.get_by_role("status").filter(has_text="Connected, but there is nothing to show").wait_for()
    expect(status).to_contain_text("readsb")


def test_a_symbol_that_is_no_aircraft_can_be_clicked(shown) -> None:
    page, objects = shown
    ship = objects[4]
    page.mouse.click(*in_window(page, ship.lat, ship.lon))
    page.get_by_role("region", name=f"Details of {ship.id}", exact=True).wait_for()
