"""Made-up flights: what a step of 10,000 aircraft takes, and reports a second published to the embedded broker.

The producer runs here, the broker in a process of its own. `BENCH_REPORTS` (default 200,000) sets how many are
published.
"""

import math
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from producer.publish.publisher import Publisher
from producer.sources.pacing import run
from producer.sources.synthetic import Synthetic, launch, load_airports, step
from producer.stop import Stop

REPORTS = int(os.environ.get("BENCH_REPORTS", "200000"))
AIRCRAFT = 10_000
_STEPS = 60
_ROUNDS = 3


def main() -> None:
    """Step a fleet, then publish one."""
    begun = time.perf_counter()
    airports = load_airports()
    loaded = time.perf_counter()
    fleet = launch(0, AIRCRAFT, airports)
    print(f"{len(airports.icao):,} airports read in {loaded - begun:.2f} s, {AIRCRAFT:,} flights launched in "
          f"{time.perf_counter() - loaded:.2f} s")  # fmt: skip
    moved, made = [], []
    for second in range(_STEPS):
        begun = time.perf_counter()
        fleet, reports = step(fleet, np.full(AIRCRAFT, float(second)))
        stepped = time.perf_counter()
        reports.states(1.7e9)
        moved.append(1000 * (stepped - begun))
        made.append(1000 * (time.perf_counter() - stepped))
    for name, took in (("step", moved), ("state vectors", made)):
        print(f"{name:<16}{statistics.median(took):6.1f} ms   (least {min(took):.1f}, most {max(took):.1f})")
    rates = [_publish(f"round{number}") for number in range(_ROUNDS)]
    print(
        f"published       {statistics.median(rates):,.0f} reports/s   ({', '.join(f'{rate:,.0f}' for rate in rates)})"
    )


def _publish(topic: str) -> float:
    """Reports a second, from the first step until the broker has confirmed the last."""
    command = [sys.executable, "-m", "tracker.devbroker", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as broker:
        try:
            assert broker.stdout is not None
            address = broker.stdout.readline().split(" at ")[1].split(",")[0]
            fleet = launch(0, AIRCRAFT, load_airports())  # before the clock runs
            source = Synthetic(fleet, 1.0, speed=math.inf, start=0.0, duration=REPORTS / AIRCRAFT)
            with source, Publisher(address, topic, stop=Stop()) as publisher:
                begun = time.perf_counter()
                run(source, publisher, Stop())
                seconds = time.perf_counter() - begun
            assert publisher.delivered == REPORTS
            return REPORTS / seconds
        finally:
            broker.terminate()
