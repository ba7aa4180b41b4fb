"""A server with a broker behind it for all tests of the page, pages that are open, and what they complain about."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from opened import Opener
from playwright.sync_api import Browser
from serving import Site

from tracker.web import build


@pytest.fixture(scope="session")
def built_page() -> None:
    if not build.is_wanted():
        pytest.skip(f"{build.SKIP} is set: the page is not built")
    build.build()


@pytest.fixture(scope="session")
def site(built_page: None) -> Iterator[Site]:
    """For tests that kill nothing; each has a `spot` of its own."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def own_site(built_page: None) -> Iterator[Site]:
    """For a test that kills something."""
    site = Site()
    yield site
    site.stop()


@pytest.fixture
def opener(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Opens pages, and fails the test when one complained about something that the test did not expect."""
    opener = Opener(browser, request.node.name)
    yield opener
    complaints = opener.close()
    assert complaints == []


_spots = itertools.product((0.0, 40.0, -40.0, 20.0, -20.0, 60.0), range(-170, 180, 20))  # more than there are tests


@pytest.fixture(scope="session")
def spots() -> Iterator[tuple[float, float]]:
    return ((lat, float(lon)) for lat, lon in _spots)


@pytest.fixture
def spot(spots: Iterator[tuple[float, float]]) -> tuple[float, float]:
    """A place, latitude and longitude, that lies in no box of another test, as long as that is at zoom 7 or closer."""
    return next(spots)
