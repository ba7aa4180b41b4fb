"""What breaks heals: the connection is cut, the server or the broker dies and comes back."""

from __future__ import annotations

import json

from chromium import MARKS
from opened import DEAD_SERVER, Opener, connected, wait_until
from playwright.sync_api import Page, WebSocketRoute
from serving import Site, flight

pytestmark = MARKS

ALL_STALE = "() => [...flights.fleet.all()].every((one) => flights.fleet.isStale(one, performance.now() / 1000))"
HEARD = "() => flights.fleet.silentSince === null"


def status(page: Page, text: str):
    return page.locator("footer [role=status]", has_text=text)


def keys(page: Page) -> list[str]:
    return page.evaluate("[...flights.fleet.all()].map(({ key }) => key).sort()")


def test_a_connection_that_was_cut_is_resumed_with_what_has_changed_meanwhile(site: Site, opener: Opener, spot) -> None:
    lat, lon = spot
    stay, move, late = flight(lat, lon), flight(lat + 0.1, lon), flight(lat + 0.2, lon)
    site.publish(stay, move)
    page = opener.blank()
    routes: list[WebSocketRoute] = []
    said: list[list[dict]] = []

    def through(route: WebSocketRoute) -> None:
        heard: list[dict] = []
        routes.append(route)
        said.append(heard)
        server = route.connect_to_server()
        route.on_message(lambda text: (heard.append(json.loads(text)), server.send(text)))
        server.on_message(lambda text: (heard.append(json.loads(text)), route.send(text)))

    page.route_web_socket(lambda url: url.endswith("/ws/flights"), through)
    page.goto(f"{site.base}/#map=9/{lat}/{lon}")
    connected(page)
    wait_until(page, "() => flights.fleet.size === 2")
    routes[0].close(code=1012)
    site.publish(flight(lat + 0.1, lon + 0.1, icao24=move.icao24, callsign="MOVED"), late)
    page.locator(".rows .row", has_text=late.callsign).wait_for()
    page.locator(".rows .row", has_text="MOVED").wait_for()
    assert keys(page) == sorted(one.key for one in (stay, move, late))
    hello, wish, first = said[1][:3]
    assert (hello["type"], wish["type"], first["type"]) == ("hello", "subscribe", "delta")
    assert wish["resume"]["epoch"] == said[0][0]["epoch"]
    assert stay.key not in first["columns"].get("key", [])
    wait_until(page, HEARD)


def test_a_server_that_was_killed_and_comes_back_is_found_again_and_nobody_is_lost(
    own_site: Site, opener: Opener
) -> None:
    opener.expect(DEAD_SERVER)
    flights = [flight(0.1 * i, 0.0) for i in range(5)]
    own_site.publish(*flights)
    page = opener.open(f"{own_site.base}/#map=9/0/0")
    wait_until(page, "() => flights.fleet.size === 5")
    own_site.kill_server()
    status(page, "Disconnected. Reconnecting").wait_for()
    wait_until(page, ALL_STALE)
    page.locator(".rows .row.stale").nth(4).wait_for()
    assert keys(page) == [one.key for one in flights]
    new = flight(0.5, 0.0)
    own_site.publish(new)
    own_site.start_server()
    connected(page)
    page.locator(".rows .row", has_text=new.callsign).wait_for()
    assert keys(page) == [one.key for one in (*flights, new)]
    wait_until(page, HEARD)


def test_who_does_not_want_to_wait_reconnects_at_once(site: Site, opener: Opener, spot) -> None:
    away = True

    def through(route: WebSocketRoute) -> None:
        if away:
            route.close(code=1012)
        else:
            route.connect_to_server()

    lat, lon = spot
    opener.expect("status of 426")  # the page asks why its sockets fail, and the server knows of no reason
    page = opener.blank()
    page.route_web_socket(lambda url: url.endswith("/ws/flights"), through)
    page.goto(f"{site.base}/#map=9/{lat}/{lon}")
    left = "flights.stream.phase.until - performance.now() / 1000"
    wait_until(page, f"() => flights.stream.phase.name === 'waiting' && {left} > 2.5")
    due = page.evaluate("flights.stream.phase.until")
    away = False
    page.get_by_role("button", name="Reconnect now").click()
    connected(page)
    assert page.evaluate("performance.now() / 1000") < due


def test_while_the_broker_is_away_all_are_stale_and_none_is_lost_and_then_they_are_live_again(
    own_site: Site, opener: Opener
) -> None:
    flights = [flight(0.1 * i, 0.0) for i in range(3)]
    own_site.publish(*flights)
    page = opener.open(f"{own_site.base}/#map=9/0/0")
    wait_until(page, "() => flights.fleet.size === 3")
    own_site.kill_broker()
    status(page, "The server receives nothing from its broker").wait_for()
    page.locator("footer .detail", has_text="for ").wait_for()
    wait_until(page, ALL_STALE)
    assert keys(page) == [one.key for one in flights]
    late = opener.blank()
    late.goto(f"{own_site.base}/#map=9/0/0")
    wait_until(late, "() => flights.fleet.size === 3")
    status(late, "The server receives nothing from its broker").wait_for()
    own_site.start_broker()
    new = flight(0.5, 0.0)
    own_site.publish(new)
    for shown in (page, late):
        shown.locator(".rows .row", has_text=new.callsign).wait_for()
        connected(shown)
        wait_until(shown, HEARD)
        assert keys(shown) == [one.key for one in (*flights, new)]
