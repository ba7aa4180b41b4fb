"""Everything by keyboard alone: every control can be reached, is seen to have the focus, and does what it says."""

from __future__ import annotations

import pytest
from chromium import MARKS
from opened import Opener, wait_until
from playwright.sync_api import Page, expect
from serving import Site, flight

pytestmark = MARKS

# What a mouse can work. Radio buttons of one name are one stop of the tab key.
CONTROLS = """() => {
    const kinds = "a[href], button, input, select, textarea, [role=grid], [role=application]";
    const seen = [...document.querySelectorAll(kinds)].filter((one) => !one.disabled && one.checkVisibility());
    const stops = seen.filter((one) => one.type !== "radio" || one.checked);
    stops.forEach((one, at) => (one.dataset.stop = at));
    return stops.map((one) => one.outerHTML.slice(0, 160));
}"""
# The number of what has the focus, and whether that is seen: on itself, or on what stands beside or around it.
FOCUS = """() => {
    const focused = document.activeElement;
    const look = (element) => {
        if (!element.checkVisibility({ opacityProperty: true })) return "";
        const style = getComputedStyle(element), { outlineStyle, boxShadow, borderColor, backgroundColor } = style;
        return JSON.stringify([outlineStyle !== "none" && style.outline, boxShadow, borderColor, backgroundColor]);
    };
    const around = [focused, focused.nextElementSibling, focused.parentElement].filter(Boolean);
    const { left, top, right, bottom } = focused.getBoundingClientRect();
    const inWindow = right > Math.max(0, left) && bottom > Math.max(0, top) && left < innerWidth && top < innerHeight;
    const before = around.map(look);
    focused.blur();
    const after = around.map(look);
    focused.focus({ focusVisible: true, preventScroll: true });
    return { stop: +(focused.dataset.stop ?? -1), name: focused.outerHTML.slice(0, 160), inWindow,
        seen: before.some((style, i) => style !== after[i]) };
}"""


def walk(page: Page) -> list[dict]:
    """Press Tab until it comes round: from the last control it leads out of the page, and in again."""
    stops: list[dict] = []
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            stops.append(page.evaluate(FOCUS))
            if len(stops) > 1 and stops[-1]["stop"] == stops[0]["stop"]:
                break
    return stops


@pytest.fixture
def page(site: Site, opener: Opener, spot) -> Page:
    lat, lon = spot
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}")
    site.publish(*(flight(lat + 0.1 * i, lon, callsign=f"KEY{i}", velocity=80.0, track=10.0) for i in range(-3, 4)))
    wait_until(page, "() => document.querySelectorAll('.rows .row').length === 7")
    return page


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_tab_reaches_every_control_and_each_is_seen_to_have_the_focus(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    lat, lon = spot
    one = flight(lat, lon)
    site.publish(one)
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}&flight={one.icao24}", size=size)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("img", name="Altitude over").wait_for(state="attached")
    page.locator("button:enabled", has_text="Follow").wait_for()
    controls = page.evaluate(CONTROLS)
    assert len(controls) > 15
    stops = walk(page)
    reached = {stop["stop"] for stop in stops}
    assert [name for at, name in enumerate(controls) if at not in reached] == [], "never reached"
    assert [stop["name"] for stop in stops if not stop["seen"]] == [], "no visible focus"
    assert [stop["name"] for stop in stops if not stop["inWindow"]] == [], "focused out of sight"


def test_arrows_move_in_the_list_enter_selects_and_escape_clears(page: Page) -> None:
    page.keyboard.press("l")
    grid = page.get_by_role("grid")
    expect(grid).to_be_focused()

    def current() -> str:
        return page.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
            "?.querySelector('.callsign').innerText"
        )

    assert current() == "KEY-1"
    for key, there in [
        ("ArrowDown", "KEY-2"),
        ("ArrowDown", "KEY-3"),
        ("ArrowUp", "KEY-2"),
        ("End", "KEY3"),
        ("ArrowDown", "KEY3"),
        ("Home", "KEY-1"),
        ("ArrowUp", "KEY-1"),
        ("PageDown", "KEY3"),
    ]:
        page.keyboard.press(key)
        wait_until(
            page,
            "(name) => document.querySelector('.rows .row.current .callsign')?.innerText === name",
            there,
        )
        assert current() == there
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Details of KEY3").wait_for()
    expect(page.locator(".rows [aria-selected=true] .callsign")).to_have_text("KEY3", use_inner_text=True)
    page.keyboard.press("Escape")
    page.get_by_role("region", name="Details of KEY3").wait_for(state="detached")
    expect(page.locator(".rows [aria-selected=true]")).to_have_count(0)
    expect(grid).to_be_focused()


def test_a_search_a_filter_a_sort_and_units_need_no_mouse(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("key-")
    wait_until(page, "() => document.querySelectorAll('.rows .row').length === 3")
    page.keyboard.press("Escape")
    wait_until(page, "() => document.querySelectorAll('.rows .row').length === 7")
    expect(page.get_by_role("searchbox")).to_have_value("")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("form", name="Filters").wait_for()
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.type("xyz")
    page.get_by_text("No flights match here").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    wait_until(page, "() => document.querySelectorAll('.rows .row').length === 7")
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Callsign")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("u")
    expect(page.get_by_role("radio", name="Metric")).to_be_checked()


def test_the_map_moves_and_zooms_by_keys_and_follows_and_centres_the_selected_one(page: Page) -> None:
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Details of KEY-1").wait_for()
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "false")
    page.locator(".map").focus()
    before = page.evaluate("flights.map.getCenter().lng")
    page.keyboard.press("ArrowRight")
    wait_until(page, "(lng) => flights.map.getCenter().lng > lng + 0.1", before)
    page.keyboard.press("+")
    wait_until(page, "() => flights.map.getZoom() === 10 && !flights.map._animatingZoom")
    page.keyboard.press("-")
    wait_until(page, "() => flights.map.getZoom() === 9 && !flights.map._animatingZoom")
    page.keyboard.press("c")
    wait_until(page, "(lng) => Math.abs(flights.map.getCenter().lng - lng) < 0.05", before)


def test_the_help_takes_the_keys_and_gives_the_focus_back(page: Page) -> None:
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Help")
    help_.wait_for()
    wait_until(page, "() => document.activeElement.closest('dialog') !== null")
    page.keyboard.press("u")
    expect(page.get_by_role("radio", name="Aviation")).to_be_checked()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    help_.wait_for(state="detached")
    wait_until(page, "() => document.activeElement.textContent.trim().startsWith('Filters')")
