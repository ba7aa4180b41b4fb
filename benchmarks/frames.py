"""What a notebook waits for: `frame()` and `latest()` of a large window, and what a row takes."""

import statistics
import time
from collections.abc import Callable

from benchmarks.traffic import reports
from tracker.feed.batch import collect
from tracker.frame import frame
from tracker.state.window import Window

ROWS = 1_000_000
AIRCRAFT = 20_000
_BATCH = 5_000
_TIMES = 9


def main() -> None:
    """Fill a window, then ask it."""
    window = Window(1e6)
    batch = []
    for report in reports(ROWS, AIRCRAFT):
        batch.append(report)
        if len(batch) == _BATCH:
            window.add(collect(batch, [0.0] * len(batch)))
            batch.clear()
    print(f"{len(window):,} rows of {AIRCRAFT:,} aircraft: {window.nbytes / len(window):.0f} bytes a row held")
    _time("frame()", lambda: frame(window.reports()))
    _time("latest()", lambda: frame(window.latest()))
    _time("frame(last='10s')", lambda: frame(window.reports(last=10)))


def _time(name: str, call: Callable[[], object]) -> None:
    call()
    took = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        call()
        took.append(1000 * (time.perf_counter() - begun))
    print(f"{name:<20}{statistics.median(took):8.1f} ms   (least {min(took):.1f}, most {max(took):.1f})")
