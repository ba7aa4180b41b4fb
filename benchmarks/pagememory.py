"""Does the live page's memory stay level? A browser looks at made-up flights for twenty minutes.

    producer synthetic ──> embedded broker ──> live server ──> the page, in headless Chromium

What is printed each two minutes: the page's JavaScript heap after a garbage collection, what the browser's processes
hold together, and how many aircraft the page holds. `BENCH_MINUTES` (default 20) and `BENCH_FLIGHTS` (default 5,000)
change it. Linux, and Chromium.
"""

import os
import time

import psutil
from playwright.sync_api import CDPSession, Page

from benchmarks.chromium import browsing
from benchmarks.processes import running, wait_ready

MINUTES = float(os.environ.get("BENCH_MINUTES", "20"))
FLIGHTS = int(os.environ.get("BENCH_FLIGHTS", "5000"))
_EVERY = 120.0  # s
_LIMIT = 300.0  # s, of a process, beyond what is measured


def main() -> None:
    """Start all, look, and print."""
    limit = _LIMIT + 60 * MINUTES
    with running("tracker.devbroker", "--port", 0, limit=limit) as broker:
        address = broker.hear(" at ").split(" at ")[1].split(",")[0]
        flights = ("synthetic", "--bootstrap-servers", address, "--flights", FLIGHTS)
        serve = ("serve", "--port", 0, "--bootstrap-servers", address, "--stop-on-eof")
        with running("producer", *flights, limit=limit), running("tracker", *serve, limit=limit) as server:
            where = server.hear("Serving http").split()[1]
            wait_ready(where.removeprefix("http://"))
            with browsing() as page:
                page.goto(f"{where}/#map=2/20/0")
                _look(page)


def _look(page: Page) -> None:
    """Print what the page holds, until the time is over."""
    page.wait_for_function("count => window.flights && flights.fleet.size >= count", arg=FLIGHTS)
    session = page.context.new_cdp_session(page)
    print(f"{FLIGHTS:,} flights, a report a second each, {MINUTES:g} minutes", flush=True)
    print(f"  {'minute':>8}{'heap, MB':>10}{'browser, MB':>13}{'aircraft':>10}")
    begun = time.monotonic()
    while (spent := time.monotonic() - begun) <= 60 * MINUTES:
        aircraft = page.evaluate("flights.fleet.size")
        print(f"  {spent / 60:>8.1f}{_heap(session):>10.1f}{_resident():>13.0f}{aircraft:>10,}", flush=True)
        page.wait_for_timeout(1000 * _EVERY)


def _heap(session: CDPSession) -> float:
    """What the page's JavaScript holds for good, MB."""
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return used / 1e6


def _resident() -> float:
    """What the browser's processes hold, MB; pages that several share are counted once."""
    below = psutil.Process().children(recursive=True)
    return sum(one.memory_full_info().pss for one in below if "chrom" in one.name()) / 1e6
