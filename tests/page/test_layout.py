"""Where things lie, in every size of window: nothing covers what somebody wants to see. By boxes, not by pixels."""

from __future__ import annotations

import itertools
import math

import pytest
from chromium import MARKS
from opened import Opener, wait_until
from playwright.sync_api import Locator, Page
from serving import Site, flight

pytestmark = MARKS

DESKTOP, DOUBLED, TABLET, LYING, PHONE = (1280, 720), (640, 360), (820, 1180), (844, 390), (390, 844)
"""Windows, CSS px; the second one is a desktop's at 200 %."""
SIZES = [DESKTOP, DOUBLED, TABLET, LYING, PHONE]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; CSS px."""


def box(locator: Locator) -> Box:
    found = locator.bounding_box()
    assert found is not None, f"{locator} is not shown"
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def overlap(one: Box, other: Box) -> bool:
    """By more than a rounding."""
    return one[0] < other[2] - 0.5 and other[0] < one[2] - 0.5 and one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] - 0.5 <= inner[0]
        and outer[1] - 0.5 <= inner[1]
        and inner[2] <= outer[2] + 0.5
        and inner[3] <= outer[3] + 0.5
    )


def open_page(site: Site, opener: Opener, spot, size: tuple[int, int], more: str = "") -> Page:
    lat, lon = spot
    site.publish(*(flight(lat + 0.1 * i, lon + 0.1 * i, callsign=f"LAY{i}") for i in range(5)))
    page = opener.open(f"{site.base}/#map=9/{lat}/{lon}{more}", size=size)
    wait_until(page, "() => flights.fleet.size === 5")
    return page


def toggle(page: Page, *, opened: bool) -> None:
    """Have the legend open, or closed."""
    button = page.get_by_role("group", name="Legend").get_by_role("button")
    if button.get_attribute("aria-expanded") != str(opened).lower():
        button.click()
    page.locator(f".legend [aria-expanded={str(opened).lower()}]").wait_for()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_legend_lies_beside_the_map_and_covers_neither_aircraft_nor_scale(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    page = open_page(site, opener, spot, size)
    toggle(page, opened=True)
    legend, canvas = box(page.locator(".legend")), box(page.locator(".map"))
    assert not overlap(legend, canvas)
    assert holds((0, 0, *size), legend)
    assert holds(canvas, box(page.locator(".leaflet-control-scale")))
    assert canvas[3] - canvas[1] > 200


@pytest.mark.parametrize("units", ["aviation", "metric"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_numbers_of_the_legend_are_round_and_do_not_touch(
    site: Site, opener: Opener, spot, size: tuple[int, int], units: str
) -> None:
    page = open_page(site, opener, spot, size, f"&units={units}")
    toggle(page, opened=True)
    numbers = page.locator(".ramp span")
    assert all(text in ("0", "1k", "2k", "4k", "5k", "6k", "8k") or text[-2:] in ("0k", "2k", "5k")
               for text in numbers.all_inner_texts())  # fmt: skip
    boxes = [box(number) for number in numbers.all()]
    assert len(boxes) >= 8
    for one, other in itertools.pairwise(boxes):
        assert one[2] + 1 < other[0]
    assert holds(box(page.locator(".map-section")), (boxes[0][0], boxes[0][1], boxes[-1][2], boxes[-1][3]))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_lies_on_the_map_does_not_lie_on_each_other(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    page = open_page(site, opener, spot, size)
    toggle(page, opened=False)
    names = [".leaflet-control-scale", ".leaflet-control-zoom", ".leaflet-control-attribution", ".legend"]
    boxes = {name: box(page.locator(name)) for name in names}
    canvas = box(page.locator(".map"))
    for (one, here), (other, there) in itertools.combinations(boxes.items(), 2):
        assert not overlap(here, there), (one, other)
    assert all(holds(canvas, found) for found in boxes.values())


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_map_keeps_a_size_that_shows_something(site: Site, opener: Opener, spot, size: tuple[int, int]) -> None:
    page = open_page(site, opener, spot, size)

    def room() -> tuple[float, float]:
        left, top, right, bottom = box(page.locator(".map"))
        return right - left, bottom - top

    for state in ("at first", "with details"):
        width, height = room()
        assert width >= 350, state
        assert height >= 240, state
        if state == "at first":
            page.locator(".rows .row").first.click()
            page.get_by_role("img", name="Altitude over").wait_for(state="attached")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_selected_aircraft_is_in_sight_beside_its_details(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    page = open_page(site, opener, spot, size)
    page.locator(".rows .row").first.click()
    page.get_by_role("img", name="Altitude over").wait_for(state="attached")
    wait_until(
        page,
        """() => {
            const { map, fleet, layer } = flights, container = map.getContainer();
            const { lat, lon } = fleet.place(layer.selected, performance.now() / 1000);
            const { x, y } = map.latLngToContainerPoint([lat, lon]);
            const { left, top } = container.getBoundingClientRect();
            return container.contains(document.elementFromPoint(left + x, top + y));
        }""",
    )


@pytest.mark.parametrize("size", [DESKTOP, DOUBLED, TABLET, LYING], ids=str)
def test_a_list_that_is_closed_leaves_its_place_to_the_map(
    site: Site, opener: Opener, spot, size: tuple[int, int]
) -> None:
    page = open_page(site, opener, spot, size)
    toggle = page.get_by_role("button", name="List of flights")
    toggle.click()
    wait_until(page, "() => !document.querySelector('[role=grid]')")
    left, top, right, bottom = box(page.locator(".map"))
    assert (left, right) == (0, size[0])
    assert bottom - top > 0.7 * size[1]
    for name in ("searchbox", "button"):
        held = page.get_by_role("searchbox") if name == "searchbox" else toggle
        assert not overlap(box(held), (left, top, right, bottom))
        assert holds((0, 0, *size), box(held))
    toggle.click()
    page.get_by_role("grid").wait_for()


def test_a_window_at_400_percent_is_scrolled_and_its_map_keeps_a_height(site: Site, opener: Opener, spot) -> None:
    page = open_page(site, opener, spot, (320, 180))
    left, top, right, bottom = box(page.locator(".map"))
    assert right - left == 320
    assert bottom - top >= 100
    page.locator("footer [role=status]").scroll_into_view_if_needed()
    assert holds((0, 0, 320, 180), box(page.locator("footer [role=status]")))


@pytest.mark.parametrize("zoom", [8, 9, 10])
def test_callsigns_lie_on_no_aircraft_and_on_no_other_callsign(site: Site, opener: Opener, spot, zoom: int) -> None:
    lat, lon = spot
    # Beside each other such that each one's callsign would lie on the next one, to the right of it.
    crowd = [flight(lat + 0.07 * row, lon + 0.11 * column) for row in range(-3, 4) for column in range(-3, 4)]
    site.publish(*crowd)
    page = opener.open(f"{site.base}/#map={zoom}/{lat}/{lon}")
    wait_until(page, f"() => flights.layer.inView === {len(crowd)}")
    drawn = page.evaluate(
        """() => {
            const { map, fleet, layer } = flights, now = performance.now() / 1000;
            return {
                written: layer.written.map(({ caption: { key }, spot }) => [key, spot]),
                places: [...fleet.all()].map(({ key }) => {
                    const { lat, lon } = fleet.place(key, now), { x, y } = map.latLngToContainerPoint([lat, lon]);
                    return [key, x, y];
                }),
            };
        }"""
    )
    labels = {key: (spot["left"], spot["top"], spot["right"], spot["bottom"]) for key, spot in drawn["written"]}
    half = 0.45 * min(24, 2 * zoom + 2)
    symbols = {key: (x - half, y - half, x + half, y + half) for key, x, y in drawn["places"]}
    assert len(labels) >= len(crowd) / 4
    for (one, here), (other, there) in itertools.combinations(labels.items(), 2):
        assert not overlap(here, there), (one, other)
    for (key, label), (other, symbol) in itertools.product(labels.items(), symbols.items()):
        assert not overlap(label, symbol), (key, other)
        if key == other:
            x, y = (symbol[0] + symbol[2]) / 2, (symbol[1] + symbol[3]) / 2
            away = math.hypot(max(label[0] - x, x - label[2], 0), max(label[1] - y, y - label[3], 0))
            assert away < 24, "beside its aircraft"
