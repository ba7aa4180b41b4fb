"""A headless Chromium, and the marks of the tests that look through it; no page reaches more than this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: chromium, chromium-browser or google-chrome"),
]

SCREENSHOTS = Path(__file__).parents[2] / ".screenshots"
"""What the browser showed, kept to be looked at; git ignores it."""

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync",
]  # fmt: skip
PATIENCE = 30_000.0
"""ms that anything may take on a busy machine."""
expect.set_options(timeout=PATIENCE)


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def only_here(route: Route) -> None:
    if is_here(route.request.url):
        route.continue_()
    else:
        route.abort()


def is_here(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1"
