"""The trucks of docs/mapping.md on the live page, by the mapping that was proposed for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trucks
from chromium import MARKS
from opened import Opener, wait_until
from playwright.sync_api import expect

from tracker.devbroker import BrokerThread

pytestmark = MARKS

PLACE = """(key) => {
    const place = flights.fleet.place(key, performance.now() / 1000);
    return place && [place.lat, place.lon];
}"""


@pytest.fixture
def server(built_page: None, tmp_path: Path) -> Iterator[str]:
    with (
        BrokerThread(port=0, auto_create_topics=True) as broker,
        trucks.proposed(broker.address, tmp_path) as mapping,
        trucks.served(broker.address, mapping) as url,
    ):
        yield url


def test_they_are_listed_and_move_on_the_map(server: str, opener: Opener) -> None:
    page = opener.open(f"{server}/#map=11/48.1/11.5")
    for number in range(5):
        expect(page.locator(".rows .row", has_text=f"TRUCK-{number}")).to_be_visible()
    key = "id:TRUCK-0"
    before = page.evaluate(PLACE, key)
    moved = f"([key, lat, lon]) => {{ const place = ({PLACE})(key); return place[0] !== lat && place[1] !== lon; }}"
    wait_until(page, moved, [key, *before])
    lat, lon = page.evaluate(PLACE, key)
    assert abs(lat - trucks.CENTRE[0]) < 0.1 > abs(lon - trucks.CENTRE[1])
