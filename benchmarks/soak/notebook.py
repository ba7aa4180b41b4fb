"""One tracker as a notebook would have it, in a process of its own, which the soak starts: a map, a table, a strip.

`python -m benchmarks.soak.notebook BROKER SERVER` answers lines of its standard input in JSON: `report` with the
tracker's numbers, after it has made its frames; `settle` with whether it shows what the server holds. It ends with its
input.
"""

import json
import sys
import time
from typing import Any

from benchmarks.soak.viewers import ask_fleet
from tracker import Tracker

_SETTLING = 20.0  # s
_GLANCE = 0.5  # s
_WINDOW = "2min"


def main() -> None:
    """Track until standard input ends."""
    broker, server = sys.argv[1:]
    with Tracker(broker, window=_WINDOW) as tracker:
        screens = tracker.map(), tracker.table(), tracker.status()
        print("ready", flush=True)
        for order in sys.stdin:
            answer = _settle(tracker, server) if order.strip() == "settle" else _report(tracker)
            print(json.dumps(answer), flush=True)
        del screens


def _report(tracker: Tracker) -> dict[str, Any]:
    stats = tracker.stats
    return {
        "rows": len(tracker.frame()),
        "aircraft": len(tracker.latest()),
        "reconnects": stats.reconnects,
        "logs_replaced": stats.logs_replaced,
        "error": None if tracker.error is None else repr(tracker.error),
    }


def _settle(tracker: Tracker, server: str) -> dict[str, Any]:
    until = time.monotonic() + _SETTLING
    while True:
        expected = {flight["key"]: round(flight["time"], 3) for flight in ask_fleet(server)}
        newest = tracker.latest(columns=["key", "timestamp"])
        held = dict(zip(newest["key"], (newest["timestamp"].astype("int64") / 1e6).round(3), strict=True))
        differing = sum(held.get(key) != moment for key, moment in expected.items())
        if not differing or time.monotonic() > until:
            return {"aircraft": len(expected), "differing": differing}
        time.sleep(_GLANCE)


if __name__ == "__main__":
    main()
