"""The page for everybody: axe-core finds nothing serious, and a window as small as a phone's holds all of it."""

from __future__ import annotations

import pytest
from chromium import MARKS
from opened import Opener, wait_until
from playwright.sync_api import Page
from serving import Site, flight

from tracker.web.npm import HERE

pytestmark = MARKS

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}

RUN = """async () => {
    const { violations, passes } = await axe.run(document, { resultTypes: ["violations"] });
    const told = violations.map(({ id, impact, nodes }) =>
        ({ id, impact, nodes: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`) }));
    return { told, passes: passes.length };
}"""


def audit(page: Page, state: str) -> list[str]:
    """What is serious, in words."""
    found = page.evaluate(RUN)
    assert found["passes"] > 20, "axe-core looked at nothing"
    return [
        f"{state}: {one['id']} ({one['impact']}) {one['nodes']}"
        for one in found["told"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_core_finds_nothing_serious(site: Site, opener: Opener, spot, size: str, scheme: str) -> None:
    lat, lon = spot
    flights = [
        flight(lat, lon, callsign="AXE1", squawk="7700", velocity=200.0, track=45.0),
        flight(lat + 0.1, lon, callsign="AXE2", on_ground=True),
        flight(lat + 0.2, lon, callsign=None, altitude=None),
    ]
    site.publish(*flights)
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}", size=SIZES[size], scheme=scheme)
    page.locator(".rows .row").nth(2).wait_for(state="attached")
    page.evaluate(AXE.read_text())
    found = audit(page, "at first")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="Altitude from, ft").fill("nonsense")
    found += audit(page, "filters")
    page.get_by_role("textbox", name="Altitude from, ft").fill("")
    page.get_by_role("button", name="Done").click()
    page.evaluate("(key) => (location.hash = `map=nowhere&flight=${key}`)", flights[0].icao24)
    page.get_by_role("img", name="Altitude over").wait_for(state="attached")
    found += audit(page, "details, and a notice")
    page.get_by_role("button", name="Help").click()
    page.get_by_role("dialog", name="Help").wait_for()
    found += audit(page, "help")
    assert found == []


@pytest.mark.parametrize("size", [(390, 844), (320, 640), (844, 390)], ids=str)
def test_a_small_window_holds_everything_without_scrolling_sideways(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    lat, lon = spot
    one = flight(lat, lon, callsign="SMALL1", velocity=200.0, track=45.0, squawk="7700")
    site.publish(one, *(flight(lat + 0.01 * i, lon) for i in range(1, 40)))
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}", size=size)
    wait_until(page, "() => flights.fleet.size === 40")
    assert_fits(page)
    assert page.locator(".map").bounding_box()["height"] > 120
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="Airline").scroll_into_view_if_needed()
    assert_fits(page)
    assert_whole(page, page.get_by_role("textbox", name="Airline"))
    page.get_by_role("button", name="Done").click()
    page.get_by_role("searchbox").fill("SMALL1")
    row = page.locator(".rows .row", has_text="SMALL1")
    row.scroll_into_view_if_needed()
    row.click()
    follow = page.get_by_role("button", name="Follow")
    follow.scroll_into_view_if_needed()
    assert_whole(page, follow)
    assert_fits(page)
    speed = page.get_by_role("img", name="Ground speed over")
    speed.scroll_into_view_if_needed()
    assert_whole(page, speed)
    page.get_by_role("button", name="Help").click()
    assert_fits(page)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Close details").click()
    page.locator("footer [role=status]").scroll_into_view_if_needed()
    assert_whole(page, page.locator("footer [role=status]"))


def assert_fits(page: Page) -> None:
    width, content = page.evaluate("[innerWidth, document.scrollingElement.scrollWidth]")
    assert content <= width
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, h1, h2, [role=status], .numbers dd")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1
                && !one.closest("[role=grid]"))
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert beyond == []


def assert_whole(page: Page, locator) -> None:
    """It is in the window, and nothing lies over its middle."""
    over = locator.evaluate(
        """(one) => {
            const { left, top, right, bottom } = one.getBoundingClientRect();
            const top_ = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
            const inside = left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
            return inside && (one.contains(top_) || top_?.contains(one)) ? null
                : JSON.stringify({ left, top, right, bottom, over: top_?.outerHTML.slice(0, 120) });
        }"""
    )
    assert over is None
