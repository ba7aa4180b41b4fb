"""The live page as a browser meets it: how soon the first aircraft is seen, and whether memory stays level.

    producer synthetic ──> embedded broker ──> live server ──> the page, in headless Chromium

`start`: a page is opened five times, each in a browser that has seen nothing yet; what is told is the time from the
wish to go there until aircraft are drawn, and the script that came over the wire. `memory`: one page looks on for
twenty minutes; each two minutes the JavaScript heap after a garbage collection, what the browser's processes hold
together, and how many aircraft the page holds. `frames`: frames a second of the whole page, panels and all, at rest and
while its map is panned.

Usage: `python -m benchmarks page`. `BENCH_SCENES` names some of `start,frames,memory` (default the first two);
`BENCH_FLIGHTS` (default 5,000) and `BENCH_MINUTES` (default 20) change them. Linux, and Chromium.
"""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import CDPSession

from benchmarks.chromium import browsing
from benchmarks.processes import running
from benchmarks.stage import find_broker, find_server

MINUTES = float(os.environ.get("BENCH_MINUTES", "20"))
FLIGHTS = int(os.environ.get("BENCH_FLIGHTS", "5000"))
_TIMES = 5
_EVERY = 120.0  # s
_WORLD = "/#map=2/20/0"
_LIMIT = 300.0  # s, of a process, beyond what is measured
_WATCH = """
const watch = setInterval(() => {
  if (!window.flights || window.flights.layer.inView === 0) return;
  window.seen = performance.now();
  clearInterval(watch);
}, 5);
"""
_SCRIPTS = """performance.getEntriesByType("resource").filter(({name}) => name.endsWith(".js"))
  .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)"""

_COUNT = """pans => new Promise((resolve) => {
  const begun = performance.now();
  let [frames, last, longest] = [0, begun, 0];
  const next = (now) => {
    [longest, last] = [Math.max(longest, now - last), now];
    if (now - begun > 5000) return resolve({ frames: (1000 * frames) / (now - begun), longest });
    frames += 1;
    const angle = (frames / 120) * 2 * Math.PI;
    if (pans) flights.map.panBy([6 * Math.cos(angle), 6 * Math.sin(angle)].map(Math.round), { animate: false });
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
})"""


def main() -> None:
    """Start all, and play the scenes."""
    scenes = {"start": _start, "frames": _frames, "memory": _memory}
    with _served() as where:
        for name in os.environ.get("BENCH_SCENES", "start,frames").split(","):
            scenes[name](where)


@contextmanager
def _served() -> Iterator[str]:
    """A live server of made-up flights, all of which it has heard; its address."""
    limit = _LIMIT + 60 * MINUTES
    with running("tracker.devbroker", "--port", 0, limit=limit) as broker:
        address = find_broker(broker)
        flights = ("synthetic", "--bootstrap-servers", address, "--flights", FLIGHTS)
        serve = ("serve", "--port", 0, "--bootstrap-servers", address, "--stop-on-eof")
        with running("producer", *flights, limit=limit), running("tracker", *serve, limit=limit) as server:
            where = f"http://{find_server(server)}"
            with browsing() as page:
                page.goto(f"{where}{_WORLD}")
                page.wait_for_function("count => window.flights && flights.fleet.size >= count", arg=FLIGHTS)
            yield where


def _start(where: str) -> None:
    """Print how soon aircraft are seen."""
    seen, scripts = [], 0
    for _ in range(_TIMES):
        with browsing() as page:
            page.add_init_script(_WATCH)
            page.goto(where)
            page.wait_for_function("() => window.seen")
            seen.append(page.evaluate("window.seen"))
            scripts = page.evaluate(_SCRIPTS)
    each = ", ".join(f"{ms:.0f}" for ms in seen)
    print(f"  first aircraft of {FLIGHTS:,} after {statistics.median(seen):.0f} ms (median of {each}); "
          f"script {scripts / 1000:.1f} kB as it comes", flush=True)  # fmt: skip


def _frames(where: str) -> None:
    """Print frames a second, and the longest time between two."""
    with browsing() as page:
        page.goto(f"{where}{_WORLD}")
        page.wait_for_function("count => window.flights && flights.fleet.size >= count", arg=FLIGHTS)
        page.wait_for_timeout(2000)  # until all is compiled
        for name, pans in (("at rest", False), ("panning", True)):
            rate = page.evaluate(_COUNT, pans)
            seen = page.evaluate("flights.layer.inView")
            print(f"  {name}: {rate['frames']:.1f} frames/s, longest {rate['longest']:.0f} ms; "
                  f"{seen:,} of {FLIGHTS:,} in view", flush=True)  # fmt: skip


def _memory(where: str) -> None:
    """Print what a page holds, until the time is over."""
    print(f"  {FLIGHTS:,} flights, a report a second each, {MINUTES:g} minutes", flush=True)
    print(f"  {'minute':>8}{'heap, MB':>10}{'browser, MB':>13}{'aircraft':>10}")
    with browsing() as page:
        page.goto(f"{where}{_WORLD}")
        session = page.context.new_cdp_session(page)
        page.wait_for_function("count => window.flights && flights.fleet.size >= count", arg=FLIGHTS)
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
