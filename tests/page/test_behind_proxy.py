"""The page and the descriptions of the API in a browser, behind a reverse proxy and in a foreign frame."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from brokers import Topic
from chromium import MARKS
from opened import Opener
from reverse_proxy import reverse_proxy
from served import Served, served
from serving import flight

from tracker.devbroker import BrokerThread

pytestmark = MARKS


@pytest.fixture(scope="module")
def server(built_page: None) -> Iterator[Served]:
    with BrokerThread(port=0) as broker:
        topic = Topic(broker.address)
        topic.create()
        topic.write(flight(10.0, 10.0, callsign="PROXIED"))
        # The proxy's port is not known yet; any page of this test may read.
        with served("--root-path", "/air/traffic", "--allow-origin", "*", broker=broker.address) as running:
            yield running


@pytest.mark.parametrize(("strips", "rewrites_host"), [(True, True), (True, False), (False, True)])
def test_the_page_is_live_behind_a_proxy_with_a_prefix(server: Served, opener: Opener, strips, rewrites_host) -> None:
    with reverse_proxy(server.base, "/air/traffic", strips=strips, rewrites_host=rewrites_host) as base:
        page = opener.open(f"http://{base}/air/traffic/")
        page.locator(".rows .row", has_text="PROXIED").wait_for()
        page.close()


def test_where_the_host_is_rewritten_and_no_origin_is_allowed_the_page_stands_and_says_what_to_allow(
    built_page: None, opener: Opener
) -> None:
    with served() as server, reverse_proxy(server.base, "", strips=False, rewrites_host=True) as base:
        opener.expect("WebSocket connection to .* failed|status of 403")
        page = opener.blank()
        page.goto(f"http://{base}/")
        page.locator(
            "footer [role=status]", has_text=f"pages of 'http://{base}' may not read here: --allow-origin"
        ).wait_for()
        page.close()
        assert server.log().count("Refused (origin)") == 1


@pytest.mark.parametrize("strips", [True, False])
def test_the_api_is_described_and_can_be_tried_behind_a_prefix(server: Served, opener: Opener, strips) -> None:
    with reverse_proxy(server.base, "/air/traffic", strips=strips, rewrites_host=True) as base:
        page = opener.blank()
        page.goto(f"http://{base}/air/traffic/docs")
        page.locator(".opblock-summary", has_text="/api/flights.geojson").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.locator(".live-responses-table .response-col_status", has_text=re.compile("200")).wait_for()
        page.close()


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_foreign_page_cannot_frame_it(server: Served, opener: Opener, path) -> None:
    opener.expect("frame-ancestors|Refused to frame|ERR_BLOCKED_BY_RESPONSE")
    page = opener.blank()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.set_content(f'<iframe src="http://{server.base}{path}"></iframe>')
